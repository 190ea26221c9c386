/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state_fuzz.c -- any bytes as what elements know (abi/state.h): sections, to
 * which a head is made that fits, for a router of all elements that take any.
 *
 * What is taken must be told again, and taken again by another router of the
 * same text, and parts of it from any place; then packets of no flow go through
 * and some time passes: more need not, for flows may come with an age at which
 * they have ended.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "test/net.h"
#include "test/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char config[] =
    "rw :: IPRewriter(pattern 5.5.5.5 1024-65535 - - 0 1, drop, REAP_INTERVAL "
    "1);"
    "ar :: IPAddrRewriter(pattern 5.5.5.5 - 0 1, drop, CAPACITY rw);"
    "pr :: ICMPPingRewriter(pattern 5.5.5.5 - - - 0 1, drop);"
    "cg :: CGNAT(6.6.6.0/28, BLOCK 64, BLOCKS 3);"
    "cd :: CGNAT(7.7.7.7/32, INSIDE 10.0.0.0/26);"
    "fw :: StatefulFirewall(PER_SOURCE 3, CAPACITY 50);"
    "o :: Discard;"
    "Idle -> rw -> o; Idle -> [1] rw [1] -> o; Idle -> ar -> o; Idle -> [1] ar "
    "[1] -> o;"
    "Idle -> pr -> o; Idle -> [1] pr [1] -> o; Idle -> cg -> o; Idle -> [1] cg "
    "[1] -> o;"
    "Idle -> cd -> o; Idle -> [1] cd [1] -> o; Idle -> fw -> o; Idle -> [1] fw "
    "[1] -> o;"
    "Idle -> m :: FlowMonitor(CAPACITY 50) -> o; m [1] -> o;"
    "Idle -> lb :: MaglevSwitch(FLOWS 50); lb [0] -> o; lb [1] -> o;"
    "Idle -> p :: Policer(1000Bps, 500, BY src) -> o; p [1] -> o;"
    "q :: ARPQuerier(10.0.0.1, 2:0:0:0:0:a); Idle -> q -> o; Idle -> [1] q;"
    "t :: ARPTable; s :: EtherSwitch(CAPACITY 50);"
    "Idle -> s -> o; Idle -> [1] s [1] -> o;"
    "b :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, SESSIONS 50);"
    "Idle -> b -> o; Idle -> [1] b [1] -> o;"
    "n :: IP6NDSolicitor(2001:db8::1, 2:0:0:0:0:a, ENTRY_CAPACITY 50);"
    "Idle -> n -> o; Idle -> [1] n;"
    "ta :: AddressTranslator(0, true, false, false, 2001:db8::2);"
    "tp :: AddressTranslator(0, true, true, true, 2001:db8::2 1000 1010);"
    "Idle -> ta -> o; Idle -> [1] ta [1] -> o;"
    "Idle -> tp -> o; Idle -> [1] tp [1] -> o; sa :: SATable;";

static void
fuzz_begin(struct trun *t)
{
	if (trun_start(t, config) != 0) {
		fprintf(stderr, "%s", trun_log(t));
		abort();
	}
}

static int
fuzz_load(struct trun *t, const uint8_t *data, size_t size)
{
	struct state_head head = { .magic = STATE_MAGIC,
		.version = STATE_VERSION,
		.length = (uint32_t)size,
		.check = (uint32_t)hash_bytes(data, size, STATE_MAGIC) };
	struct strbuf part = STRBUF_INIT;
	int err;

	sb_add(&part, str_make((const char *)&head, sizeof(head)));
	sb_add(&part, str_make((const char *)data, size));
	err = state_load(t->r, master_thread(t->m, 0), sb_str(&part), &t->errh);
	sb_fini(&part);
	return err;
}

/* Who asks for a part names its place: any bytes will do. */
static void
fuzz_place(struct trun *t, const uint8_t *data, size_t size)
{
	struct state_place at = { .element = 0 };
	struct strbuf part = STRBUF_INIT;

	memcpy(&at, data, size < sizeof(at) ? size : sizeof(at));
	at.element %= 64; /* or there is rarely one */
	at.kind %= 4;
	state_save(t->r, master_thread(t->m, 0), &at, &part);
	if (part.n > STATE_PART_MAX)
		abort();
	sb_fini(&part);
}

static void
fuzz_use(struct trun *t)
{
	static const char *const inputs[] = { "rw", "cg", "fw", "m", "lb",
		"p" };
	const struct net_ip p = { .src = "10.0.0.3",
		.dst = "9.9.9.9",
		.proto = IPPROTO4_UDP,
		.sport = 7,
		.dport = 53,
		.text = "x" };

	for (unsigned int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(inputs); i++)
			net_feed_ip(t, inputs[i], 0, &p);
		net_pass(t, NS_PER_SEC);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf again = STRBUF_INIT;
	struct trun t, other;
	int err;

	fuzz_begin(&t);
	err = fuzz_load(&t, data, size);
	if (err == 0) {
		(void)tstate_save(&t, &again);
		fuzz_begin(&other);
		if (tstate_load(&other, sb_str(&again)) != 0) {
			fprintf(stderr, "%s", trun_log(&other));
			abort();
		}
		if (trun_stop(&other) != 0)
			abort();
		sb_fini(&again);
	}
	fuzz_place(&t, data, size);
	fuzz_use(&t);
	if (trun_stop(&t) != 0)
		abort();
	return 0;
}
