/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * small_elements_test.c -- elements that few configurations name: packets fed
 * by hand, and where they come out.
 */
#include "click/anno.h"
#include "click/gate.h"
#include "test/net.h"

/* ---- what goes in at x comes out where? ---- */

struct way {
	const char *name, *config;
	const char *in;            /* bytes of the packet */
	uint32_t fwd, rev;         /* its rate annotations */
	const char *queue, *bytes; /* where it is, and as what */
};

#define QUEUES "; x [0] -> q :: Queue -> Idle; x [1] -> r :: Queue -> Idle"
/* A header of 20 bytes, but for the checksum. */
#define IP_BAD "4500001400000000401100000102030405060708"

static const struct way ways[] = {
	{ "Block lets slow ones pass", "Idle -> x :: Block(8)" QUEUES, "01", 8,
	    0, "q", "01" },
	{ "Block sorts out fast ones", "Idle -> x :: Block(8)" QUEUES, "01", 9,
	    0, "r", "01" },
	{ "Block(0) lets all pass", "Idle -> x :: Block(0)" QUEUES, "01", 9, 0,
	    "q", "01" },
	{ "CompareBlock lets slow ones pass",
	    "Idle -> x :: CompareBlock(1, 2, 9)" QUEUES, "01", 9, 1, "q",
	    "01" },
	{ "CompareBlock lets the answered pass",
	    "Idle -> x :: CompareBlock(1, 2, 9)" QUEUES, "01", 20, 10, "q",
	    "01" },
	{ "CompareBlock sorts out the others",
	    "Idle -> x :: CompareBlock(1, 2, 9)" QUEUES, "01", 21, 10, "r",
	    "01" },
	{ "MSQueue stores", "x :: MSQueue(1) -> Idle; Idle -> x", "0102", 0, 0,
	    "x", "0102" },
	{ "CheckIPHeader2 refuses zeroes", "Idle -> x :: CheckIPHeader2" QUEUES,
	    "0000000000000000000000000000000000000000", 0, 0, "r",
	    "0000000000000000000000000000000000000000" },
	{ "CheckIPHeader2 looks at no checksum",
	    "Idle -> x :: CheckIPHeader2" QUEUES, IP_BAD, 0, 0, "q", IP_BAD },
	{ "CheckIPHeader2 does if it is told to",
	    "Idle -> x :: CheckIPHeader2(CHECKSUM true)" QUEUES, IP_BAD, 0, 0,
	    "r", IP_BAD },
	{ "HashSwitch sums eleven bytes",
	    "Idle -> x :: HashSwitch(1, 11)" QUEUES, "00ffffffffffffffffffffff",
	    0, 0, "q", "00ffffffffffffffffffffff" },
	{ "HashSwitch sums the fourth of them",
	    "Idle -> x :: HashSwitch(1, 11)" QUEUES, "00fffffffeffffffffffffff",
	    0, 0, "r", "00fffffffeffffffffffffff" },
	{ "HashSwitch sums the last of them",
	    "Idle -> x :: HashSwitch(1, 11)" QUEUES, "00fffffffffffffffffffffe",
	    0, 0, "r", "00fffffffffffffffffffffe" },
	{ "RandomBitErrors flips",
	    "Idle -> x :: RandomBitErrors(1) -> q :: Queue -> Idle", "00ffa5",
	    0, 0, "q", "ff005a" },
	{ "RandomBitErrors sets",
	    "Idle -> x :: RandomBitErrors(1, set) -> q :: Queue -> Idle",
	    "00a5", 0, 0, "q", "ffff" },
	{ "RandomBitErrors clears",
	    "Idle -> x :: RandomBitErrors(1, clear) -> q :: Queue -> Idle",
	    "ffa5", 0, 0, "q", "0000" },
	{ "RandomBitErrors may be off",
	    "Idle -> x :: RandomBitErrors(1, ACTIVE false) -> q :: Queue"
	    " -> Idle",
	    "ffa5", 0, 0, "q", "ffa5" },
};

static void
test_way(const struct way *w)
{
	uint8_t bytes[64];
	uint32_t n = net_bytes(w->in, bytes, sizeof(bytes));
	struct packet *p;
	struct trun t;

	if (ok(trun_start(&t, w->config) == 0, "%s: starts", w->name)) {
		p = net_packet(&t, bytes, n, -1);
		anno_set_u32(p, ANNO_FWD_RATE, w->fwd);
		anno_set_u32(p, ANNO_REV_RATE, w->rev);
		net_feed(&t, "x", 0, p);
		is_cstr(net_took(&t, w->queue), w->bytes, "%s", w->name);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", w->name);
}

/* ---- schedulers: a and b hold packets 0a, 0b; what is pulled from s ---- */

struct order {
	const char *name, *scheduler, *want;
};

static const struct order orders[] = {
	{ "SimplePrioSched", "SimplePrioSched", "0a 0a 0b 0b none " },
	{ "SimpleRoundRobinSched", "SimpleRoundRobinSched",
	    "0a 0b 0a 0b none " },
	{ "SimplePullSwitch", "SimplePullSwitch(1)", "0b 0b none none none " },
	{ "SimplePullSwitch of none", "SimplePullSwitch(-1)",
	    "none none none none none " },
};

static void
test_order(const struct order *o)
{
	struct strbuf config = STRBUF_INIT, got = STRBUF_INIT;
	struct trun t;

	sb_printf(&config,
	    "Idle -> a :: Queue -> [0] s :: %s -> Unqueue(ACTIVE false)"
	    " -> Discard; Idle -> b :: Queue -> [1] s;",
	    o->scheduler);
	if (ok(trun_start(&t, sb_cstr(&config)) == 0, "%s: starts", o->name)) {
		for (int i = 0; i < 2; i++) {
			net_feed(&t, "b", 0, net_packet(&t, "\x0b", 1, -1));
			net_feed(&t, "a", 0, net_packet(&t, "\x0a", 1, -1));
		}
		for (int i = 0; i < 5; i++)
			sb_printf(&got, "%s ", net_took(&t, "s"));
		is_cstr(sb_cstr(&got), o->want, "%s", o->name);
		net_drain(&t, "a");
		net_drain(&t, "b");
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", o->name);
	sb_fini(&config);
	sb_fini(&got);
}

/* ---- meters: 100 bytes a millisecond, then one packet after a pause ---- */

static void
test_meter(const char *meter)
{
	struct strbuf config = STRBUF_INIT;
	uint8_t bytes[100] = { 0 };
	struct trun t;

	sb_printf(&config,
	    "Idle -> m :: %s; m [0] -> slow :: Counter -> Discard;"
	    " m [1] -> middle :: Counter -> Discard;"
	    " m [2] -> fast :: Counter -> Discard",
	    meter);
	if (ok(trun_start(&t, sb_cstr(&config)) == 0, "%s: starts", meter)) {
		for (int i = 0; i < 200; i++) {
			net_feed(&t, "m", 0,
			    net_packet(&t, bytes, sizeof(bytes), -1));
			net_pass(&t, NS_PER_MS);
		}
		ok(strtoul(trun_read(&t, "slow.count"), NULL, 10) > 0,
		    "%s: slow at first", meter);
		ok(strtoul(trun_read(&t, "middle.count"), NULL, 10) > 0,
		    "%s: then faster", meter);
		ok(strtoul(trun_read(&t, "fast.count"), NULL, 10) > 100,
		    "%s: then fast", meter);
		trun_write(&t, "slow.reset", "");
		net_pass(&t, NS_PER_SEC);
		net_feed(&t, "m", 0, net_packet(&t, bytes, 1, -1));
		is_cstr(trun_read(&t, "slow.count"), "1",
		    "%s: slow again after a second", meter);
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", meter);
	sb_fini(&config);
}

/* ---- the others ---- */

static void
test_align(void)
{
	struct packet *p;
	struct trun t;

	ok(trun_start(&t, "Idle -> x :: Align(8, 3) -> q :: Queue -> Idle") ==
	        0,
	    "Align: starts");
	for (uintptr_t i = 0; i < 8; i++) {
		p = net_packet(&t, "0123456789abcdef", 16, -1);
		packet_pull(p, (uint32_t)i);
		net_feed(&t, "x", 0, p);
		p = net_take(&t, "q");
		is_num((int64_t)((uintptr_t)p->data % 8), 3, "Align: by %d",
		    (int)i);
		is_str(packet_str(p), str_of(&"0123456789abcdef"[i]),
		    "Align: the bytes are the same");
		net_kill(&t, p);
	}
	is_num(trun_stop(&t), 0, "Align: every packet is back");
}

static void
test_mark_mac_header(void)
{
	struct packet *p;
	struct trun t;

	ok(trun_start(&t, "Idle -> x :: MarkMACHeader(2, 14) -> q :: Queue"
	                  " -> Idle") == 0,
	    "MarkMACHeader: starts");
	net_feed(&t, "x", 0, net_packet(&t, "0123456789abcdefghij", 20, -1));
	p = net_take(&t, "q");
	ok(packet_mac(p) == p->data + 2, "MarkMACHeader: the link header");
	ok(packet_network(p) == p->data + 16,
	    "MarkMACHeader: the network header");
	net_kill(&t, p);
	net_feed(&t, "x", 0, net_packet(&t, "0123456789", 10, -1));
	p = net_take(&t, "q");
	ok(packet_mac(p) == NULL && packet_network(p) == NULL,
	    "MarkMACHeader: none beyond the packet");
	net_kill(&t, p);
	is_num(trun_stop(&t), 0, "MarkMACHeader: every packet is back");
}

/* Half of the bits, more or less; not the same ones each time. */
static void
test_random_bit_errors(void)
{
	uint8_t zeroes[1000] = { 0 };
	unsigned int ones = 0, bytes = 0;
	struct packet *p;
	struct trun t;

	ok(trun_start(&t, "RandomSeed(1); Idle -> x :: RandomBitErrors(0.01)"
	                  " -> q :: Queue -> Idle") == 0,
	    "RandomBitErrors: starts");
	for (int i = 0; i < 20; i++) {
		net_feed(&t, "x", 0, net_packet(&t, zeroes, 1000, -1));
		p = net_take(&t, "q");
		for (uint32_t k = 0; k < p->length; k++) {
			ones += (unsigned int)__builtin_popcount(p->data[k]);
			bytes += p->data[k] != 0;
		}
		net_kill(&t, p);
	}
	ok(ones > 1400 && ones < 1800, "RandomBitErrors: 1600 bits, about: %u",
	    ones);
	ok(bytes > 1300, "RandomBitErrors: wide apart: %u bytes", bytes);
	is_num(trun_stop(&t), 0, "RandomBitErrors: every packet is back");
}

/* The first two numbers of the router's random sequence. */
static uint64_t
random_numbers(const char *config, const char *write)
{
	uint64_t x = 0;
	struct trun t;

	if (trun_start(&t, config) == 0) {
		struct rand_state *rand = &master_thread(t.m, 0)->rand;

		if (write != NULL)
			trun_write(&t, "s.seed", write);
		x = (uint64_t)rand_u32(rand) << 32;
		x |= rand_u32(rand);
	}
	trun_stop(&t);
	return x;
}

static void
test_random_seed(void)
{
	uint64_t x = random_numbers("s :: RandomSeed(7)", NULL);

	ok(x == random_numbers("s :: RandomSeed(7)", NULL),
	    "RandomSeed: the same again");
	ok(x != random_numbers("s :: RandomSeed(8)", NULL),
	    "RandomSeed: another seed, another sequence");
	ok(random_numbers("s :: RandomSeed", NULL) !=
	        random_numbers("s :: RandomSeed", NULL),
	    "RandomSeed: by default another each time");
	ok(x == random_numbers("s :: RandomSeed", "7"),
	    "RandomSeed: set by a handler");
	ok(random_numbers("s :: RandomSeed(7)", "") != x,
	    "RandomSeed: made random by it");
}

static void
test_discard_no_free(void)
{
	struct trun t;

	ok(trun_start_real(&t, "Idle -> q :: Queue -> DiscardNoFree;"
	                       " DriverManager(wait 0.02s)") == 0,
	    "DiscardNoFree: starts");
	for (int i = 0; i < 5; i++)
		net_feed(&t, "q", 0, net_packet(&t, "x", 1, -1));
	trun_run(&t);
	is_cstr(trun_read(&t, "q.length"), "0", "DiscardNoFree: pulls all");
	is_num(trun_stop(&t), 0, "DiscardNoFree: every packet is back");
}

/* What it says is seen in the program of a Classifier. */
static void
test_alignment_info(void)
{
	static const char c[] = "Idle -> c :: Classifier(2/01, -) -> Discard;"
	                        " c [1] -> Discard;";
	struct strbuf with = STRBUF_INIT, plain = STRBUF_INIT;
	struct trun t;

	ok(trun_start(&t, c) == 0, "AlignmentInfo: starts without");
	sb_adds(&plain, trun_read(&t, "c.program"));
	is_num(trun_stop(&t), 0, "AlignmentInfo: every packet is back");
	sb_printf(&with, "AlignmentInfo(c 4 2); %s", c);
	ok(trun_start(&t, sb_cstr(&with)) == 0, "AlignmentInfo: starts");
	ok(strcmp(trun_read(&t, "c.program"), sb_cstr(&plain)) != 0 &&
	        strstr(trun_read(&t, "c.program"), "alignment offset") != NULL,
	    "AlignmentInfo: a Classifier shows it");
	is_num(trun_stop(&t), 0, "AlignmentInfo: every packet is back");
	sb_fini(&with);
	sb_fini(&plain);
}

/* From outside: what the gate lets through is counted, the rest refused. */
static void
test_clickos_control(void)
{
	struct strbuf out = STRBUF_INIT, messages = STRBUF_INIT;
	struct trun t;

	ok(trun_start(&t, "Idle -> c :: Counter -> Discard;"
	                  "g :: ClickOSControl(ALLOW \"c.* g.*\","
	                  " DENY c.reset*)") == 0,
	    "ClickOSControl: starts");
	ok(gate_read(t.r, STR("c.count"), STR(""), &out, &messages) == GATE_OK,
	    "ClickOSControl: what ALLOW names may be read");
	ok(gate_write(t.r, STR("c.reset"), STR(""), &messages) == GATE_DENIED,
	    "ClickOSControl: what DENY names may not be written");
	ok(gate_read(t.r, STR("version"), STR(""), &out, &messages) ==
	        GATE_DENIED,
	    "ClickOSControl: nor what ALLOW does not name be read");
	is_cstr(trun_read(&t, "g.reads"), "1", "ClickOSControl: counts reads");
	is_cstr(trun_read(&t, "g.denied"), "2", "ClickOSControl: and refusals");
	is_num(trun_stop(&t), 0, "ClickOSControl: every packet is back");
	sb_fini(&out);
	sb_fini(&messages);
}

int
main(void)
{
	struct trun t;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		test_way(&ways[i]);
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		test_order(&orders[i]);
	test_meter("Meter(100, 500)");
	test_meter("BandwidthMeter(5kBps, 50kBps)");
	test_align();
	test_mark_mac_header();
	test_random_bit_errors();
	test_random_seed();
	test_discard_no_free();
	test_alignment_info();
	test_clickos_control();
	ok(trun_start(&t, "Idle -> Error -> Discard") != 0,
	    "Error: does not start");
	is_num(trun_stop(&t), 0, "Error: every packet is back");
	return tap_done();
}
