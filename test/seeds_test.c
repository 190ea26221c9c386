/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seeds_test.c -- no sender can choose what collides: every table that packets
 * fill asks for a seed of its own when its router starts, and keys that were
 * chosen to collide under one seed do not under another.
 *
 * What os_random() asks for randomness is this test's own here, and counts.
 */
#include <sys/random.h>

#include "elements/ip/flowtable.h"
#include "test/net.h"

static struct {
	unsigned int calls;
	struct rand_state rand;
} the;

ssize_t
getrandom(void *buf, size_t n, unsigned int flags)
{
	uint8_t *at = buf;

	(void)flags;
	the.calls++;
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)rand_u32(&the.rand);
	return (ssize_t)n;
}

/* How often a router asks for a seed before it has seen a packet. */
static unsigned int
seeds_asked(const char *config, bool *good)
{
	struct trun t;
	unsigned int asked;

	the.calls = 0;
	*good = trun_start(&t, config) == 0;
	asked = the.calls;
	if (!*good)
		tap_note("%s", trun_log(&t));
	trun_stop(&t);
	return asked;
}

/* What senders can fill: tables by addresses, ports, names, fragments. */
static const char *const tables[] = {
	"Idle -> IPRewriter(keep 0 0) -> Discard",
	"Idle -> TCPRewriter(keep 0 0) -> Discard",
	"Idle -> UDPRewriter(keep 0 0) -> Discard",
	"Idle -> IPAddrRewriter(keep 0 0) -> Discard",
	"Idle -> IPAddrPairRewriter(keep 0 0) -> Discard",
	"Idle -> ICMPPingRewriter(keep 0 0) -> Discard",
	"Idle -> c :: CGNAT(1.0.0.0/24) -> Discard; Idle -> [1] c [1]"
	" -> Discard",
	"Idle -> f :: StatefulFirewall -> Discard; Idle -> [1] f [1]"
	" -> Discard",
	"Idle -> FlowMonitor -> Discard",
	"Idle -> MaglevSwitch(1) -> Discard",
	"Idle -> Policer(1Mbps, BY src) -> Discard",
	"Idle -> AggregateIPFlows -> Discard",
	"Idle -> AggregateIPAddrPair -> Discard",
	"Idle -> AggregateCounter -> Discard",
	"Idle -> IPReassembler -> Discard",
	"Idle -> IDS(RULE \"alert tcp any any -> any any (sid:1;)\")"
	" -> Discard",
	"Idle -> a :: ARPQuerier(1.0.0.1, 2:0:0:0:0:1) -> Discard;"
	" Idle -> [1] a",
	"ARPTable",
	"Idle -> s :: EtherSwitch -> Discard; Idle -> [1] s [1] -> Discard",
	"Idle -> a :: AddressTranslator(0, true, true, false, 2001:db8::3 1 9)"
	" -> Discard; Idle -> [1] a [1] -> Discard",
	"Idle -> n :: IP6NDSolicitor(2001:db8::1, 2:0:0:0:0:1) -> Discard;"
	" Idle -> [1] n",
	"Idle -> p :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24)"
	" -> Discard; Idle -> [1] p [1] -> Discard",
	"Idle -> p :: DNSProxy(8.8.8.8, 10.0.0.53) -> Discard;"
	" Idle -> [1] p [1] -> Discard",
	"Idle -> s :: SnoopTCP -> Discard; Idle -> [1] s [1] -> Discard;"
	" s [2] -> Discard; s [3] -> Discard",
	"Idle -> LookupIPRoute -> Discard",
};

static void
test_asked(void)
{
	bool good;
	unsigned int plain = seeds_asked("Idle -> Null -> Discard", &good);

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		unsigned int asked = seeds_asked(tables[i], &good);

		ok(good && asked > plain, "%s: asks for a seed", tables[i]);
	}
}

/* ---- keys that collide under one seed ---- */

enum { KEYS = 4000, COLLIDE = 1 << 12 };

struct flow {
	struct flow_key key;
};

/* Fills ft with keys whose hashes under seed end alike; the longest chain. */
static uint32_t
seeds_fill(struct flowtable *ft, uint64_t seed)
{
	const struct flowtable model = { .seed = seed };
	uint32_t most = 0;

	for (uint32_t i = 0, n = 0; n < KEYS; i++) {
		struct flow_key key = { .src = i, .dst = 1, .kind = 1 };
		uint32_t record;
		struct flow *f;

		if (flowtable_hash(&model, &key) % COLLIDE != 0)
			continue;
		record = flowtable_new(ft);
		f = flowtable_record(ft, record);
		f->key = key;
		(void)flowtable_insert(ft, record, 0);
		n++;
	}
	for (uint32_t i = 0; i < ft->nbuckets; i++) {
		const struct flow_bucket *b = flow_bucket_at(&ft->buckets, i);
		uint32_t n = 1;

		for (; b->next != 0; n++)
			b = flow_bucket_at(&ft->overflow, b->next);
		most = n > most ? n : most;
	}
	return most;
}

static void
test_collisions(void)
{
	struct flowtable ft;
	uint32_t chosen, other;

	flowtable_init(&ft, sizeof(struct flow), 1);
	chosen = seeds_fill(&ft, ft.seed);
	flowtable_fini(&ft);
	flowtable_init(&ft, sizeof(struct flow), 1);
	other = seeds_fill(&ft, ft.seed + 1);
	flowtable_fini(&ft);
	ok(chosen > 100, "known, a seed lets keys pile up: %u buckets", chosen);
	ok(other < 6, "unknown, it does not: %u buckets at most", other);
}

int
main(void)
{
	rand_seed(&the.rand, 1);
	test_asked();
	test_collisions();
	return tap_done();
}
