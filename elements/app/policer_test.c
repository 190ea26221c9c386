/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * policer_test.c -- meters step by step (RFC 2697, 2698), and Policer with
 * packets.
 */
#include "test/net.h"
#include "test/state.h"

#include "click/anno.h"
#include "elements/app/tcm.h"

/* ---- meters ---- */

struct step {
	int64_t at_ns;
	uint32_t n;
	enum tcm_color before, want;
};

struct scene {
	const char *name;
	struct tcm_terms terms;
	struct step steps[14];
};

#define S INT64_C(1000000000)
static const struct scene scenes[] = {
	{ "one bucket", { TCM_ONE, { 1000, 0 }, { 500, 0 } },
	    { { 0, 500, 0, TCM_GREEN }, { 0, 1, 0, TCM_RED },
	        { S / 1000 - 1, 1, 0, TCM_RED }, { S / 1000, 1, 0, TCM_GREEN },
	        { S / 1000, 1, 0, TCM_RED }, { 9 * S, 501, 0, TCM_RED },
	        { 9 * S, 500, 0, TCM_GREEN }, { 8 * S, 1, 0, TCM_RED },
	        { 10 * S, 500, TCM_RED, TCM_RED },
	        { 10 * S, 500, TCM_GREEN, TCM_GREEN } } },
	{ "no rate", { TCM_ONE, { 0, 0 }, { 5, 0 } },
	    { { 0, 5, 0, TCM_GREEN }, { 9999 * S, 1, 0, TCM_RED } } },
	{ "the greatest", { TCM_ONE, { UINT32_MAX, 0 }, { UINT32_MAX, 0 } },
	    { { 0, UINT32_MAX, 0, TCM_GREEN }, { 0, 1, 0, TCM_RED },
	        { S / 2, UINT32_MAX / 2, 0, TCM_GREEN },
	        { S / 2, 9, 0, TCM_RED },
	        { INT64_MAX, UINT32_MAX, 0, TCM_GREEN } } },
	/* Tc goes first, Te second; Te gets what Tc has no room for. */
	{ "RFC 2697, blind", { TCM_SINGLE_RATE, { 100, 0 }, { 100, 200 } },
	    { { 0, 100, 0, TCM_GREEN }, { 0, 150, 0, TCM_YELLOW },
	        { 0, 51, 0, TCM_RED }, { 0, 50, 0, TCM_YELLOW },
	        { S, 100, 0, TCM_GREEN }, { S, 1, 0, TCM_RED },
	        { 3 * S, 101, 0, TCM_RED }, { 3 * S, 100, 0, TCM_GREEN },
	        { 3 * S, 100, 0, TCM_YELLOW }, { 3 * S, 1, 0, TCM_RED },
	        { 9 * S, 100, 0, TCM_GREEN }, { 9 * S, 200, 0, TCM_YELLOW },
	        { 9 * S, 1, 0, TCM_RED } } },
	{ "RFC 2697, aware", { TCM_SINGLE_RATE, { 1, 0 }, { 100, 200 } },
	    { { 0, 50, TCM_YELLOW, TCM_YELLOW }, { 0, 50, TCM_RED, TCM_RED },
	        { 0, 100, TCM_GREEN, TCM_GREEN },
	        { 0, 150, TCM_GREEN, TCM_YELLOW },
	        { 0, 1, TCM_YELLOW, TCM_RED } } },
	{ "RFC 2698, blind", { TCM_TWO_RATES, { 100, 200 }, { 100, 300 } },
	    { { 0, 301, 0, TCM_RED }, { 0, 100, 0, TCM_GREEN },
	        { 0, 100, 0, TCM_YELLOW }, { 0, 101, 0, TCM_RED },
	        { 0, 100, 0, TCM_YELLOW }, { 0, 1, 0, TCM_RED },
	        { S / 2, 51, 0, TCM_YELLOW }, { S / 2, 49, 0, TCM_GREEN },
	        { S / 2, 1, 0, TCM_RED } } },
	{ "RFC 2698, aware", { TCM_TWO_RATES, { 100, 200 }, { 100, 300 } },
	    { { 0, 100, TCM_YELLOW, TCM_YELLOW }, { 0, 9, TCM_RED, TCM_RED },
	        { 0, 100, TCM_GREEN, TCM_GREEN },
	        { 0, 101, TCM_GREEN, TCM_RED },
	        { 0, 100, TCM_GREEN, TCM_YELLOW } } },
};

static void
test_scenes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		const struct scene *s = &scenes[i];
		struct tcm m;

		tcm_init(&m, &s->terms, 0);
		for (unsigned int k = 0;
		     k < ARRAY_SIZE(s->steps) && s->steps[k].n != 0; k++)
			is_num(tcm_meter(&m, &s->terms, s->steps[k].at_ns,
			           s->steps[k].n, s->steps[k].before),
			    s->steps[k].want, "%s: step %u", s->name, k);
	}
}

/* A burst that has become smaller. */
static void
test_smaller(void)
{
	struct tcm_terms terms = { TCM_ONE, { 1000, 0 }, { 500, 0 } };
	struct tcm m;

	tcm_init(&m, &terms, 0);
	terms.burst[0] = 200;
	is_num(tcm_meter(&m, &terms, 1000, 201, TCM_GREEN), TCM_RED,
	    "smaller: no more than it holds");
	is_num(tcm_meter(&m, &terms, 1000, 200, TCM_GREEN), TCM_GREEN,
	    "smaller: but that");
}

/* Whatever the sizes and times, no more passes than rate and burst allow. */
static void
test_bound(void)
{
	const struct tcm_terms terms = { TCM_ONE, { 123457, 0 }, { 9000, 0 } };
	uint64_t passed = 0, offered = 0;
	struct rand_state rand;
	int64_t now = 5;
	struct tcm m;

	rand_seed(&rand, 3);
	tcm_init(&m, &terms, now);
	while (now < 60 * S) {
		uint32_t n = 1 + rand_below(&rand, 1500);

		now += rand_below(&rand, 10000000);
		offered += n;
		if (tcm_meter(&m, &terms, now, n, TCM_GREEN) == TCM_GREEN)
			passed += n;
	}
	ok(passed <= (uint64_t)(123457 * 60.02 + 9000), "not too much: %llu",
	    (unsigned long long)passed);
	ok(passed >= (uint64_t)(123457 * 59.5), "not too little, of %llu",
	    (unsigned long long)offered);
}

/* ---- the element ---- */

static const struct net_ip A = { .src = "10.0.0.1",
	.dst = "9.9.9.9",
	.proto = IPPROTO4_UDP,
	.sport = 1,
	.dport = 2,
	.text = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
	        "abcdef01234567" };
enum { LENGTH = 100 }; /* 28 of headers, 72 of text */

#define QUEUES                                                                 \
	"; p[0] -> q0 :: Queue -> Idle; p[1] -> q1 :: Queue -> Idle;"          \
	" p[2] -> q2 :: Queue -> Idle"

static void
feed(struct trun *t, const char *src, unsigned int n)
{
	struct net_ip s = A;

	s.src = src;
	if (strchr(src, ':') != NULL)
		s.dst = "2001:db8::9";
	while (n-- > 0)
		net_feed_ip(t, "p", 0, &s);
}

static void
colors(struct trun *t, unsigned int g, unsigned int y, unsigned int r,
    const char *name)
{
	is_num(net_drain(t, "q0"), g, "%s: output 0", name);
	is_num(net_drain(t, "q1"), y, "%s: output 1", name);
	is_num(net_drain(t, "q2"), r, "%s: output 2", name);
}

static void
begin(struct trun *t, const char *conf)
{
	net_start(t, "Idle -> p :: Policer(", conf, ")" QUEUES);
}

/* Another process: what was left in the buckets is, and what came since. */
static void
test_move(const char *text, const char *name)
{
	struct trun t;
	uint32_t lost;

	ok(trun_start(&t, text) == 0, "%s: starts", name);
	feed(&t, "10.0.0.1", 3);
	colors(&t, 3, 0, 0, name);
	net_pass(&t, 100000000);
	if (!ok(tstate_move(&t, text, &lost) == 0, "%s: moves", name))
		tap_note("%s", trun_log(&t));
	is_num(lost, 0, "%s: all packets are back", name);
	is_cstr(trun_read(&t, "p.green"), "3", "%s: counts", name);
	feed(&t, "10.0.0.1", 4);
	colors(&t, 3, 1, 0, name);
	ok(net_swap(&t, text) == 0, "%s: swap", name);
	is_cstr(trun_read(&t, "p.green"), "6", "%s: swap: counts", name);
	feed(&t, "10.0.0.1", 1);
	colors(&t, 0, 1, 0, name);
	net_end(&t);
}

static void
test_plain(void)
{
	struct trun t;

	begin(&t, "1000Bps, 500");
	feed(&t, "10.0.0.1", 8);
	colors(&t, 5, 3, 0, "one bucket");
	net_pass(&t, 200000000);
	feed(&t, "10.0.0.2", 4);
	colors(&t, 2, 2, 0, "200 ms later");
	is_cstr(trun_read(&t, "p.green"), "7", "green");
	is_cstr(trun_read(&t, "p.green_bytes"), "700", "green bytes");
	is_cstr(trun_read(&t, "p.red"), "5", "red");
	is_cstr(trun_read(&t, "p.tokens"), "0", "nothing is left");
	ok(trun_write(&t, "p.rate", "8kbps") == 0 &&
	        trun_write(&t, "p.burst", "200") == 0,
	    "other terms");
	is_cstr(trun_read(&t, "p.rate"), "1000", "rate");
	net_pass(&t, 60 * NS_PER_SEC);
	is_cstr(trun_read(&t, "p.tokens"), "200", "the bucket is smaller");
	ok(trun_write(&t, "p.reset_counts", "") == 0, "reset");
	is_cstr(trun_read(&t, "p.red"), "0", "no more red");
	net_end(&t);

	begin(&t, "5, 2, PACKETS true");
	feed(&t, "10.0.0.1", 3);
	colors(&t, 2, 1, 0, "packets");
	net_pass(&t, 200000000);
	feed(&t, "10.0.0.1", 2);
	colors(&t, 1, 1, 0, "packets, 200 ms later");
	net_end(&t);

	begin(&t, "1000Bps, 300, EXCESS_BURST 200");
	feed(&t, "10.0.0.1", 7);
	colors(&t, 3, 2, 2, "single rate");
	is_cstr(trun_read(&t, "p.tokens"), "0 0", "both are empty");
	net_end(&t);

	begin(&t, "1000Bps, 300, PEAK_RATE 2000Bps, PEAK_BURST 500");
	feed(&t, "10.0.0.1", 7);
	colors(&t, 3, 2, 2, "two rates");
	net_end(&t);
}

/* The colour that a packet comes with, and that it gets. */
static void
test_aware(void)
{
	struct packet *p;
	struct trun t;

	begin(&t, "1000Bps, 300, EXCESS_BURST 500, COLOR_ANNO 16, AWARE true");
	p = net_ip_packet(&t, &A);
	anno_set_u8(p, 16, TCM_YELLOW);
	net_feed(&t, "p", 0, p);
	colors(&t, 0, 1, 0, "yellow stays yellow");
	p = net_ip_packet(&t, &A);
	anno_set_u8(p, 16, 77);
	net_feed(&t, "p", 0, p);
	colors(&t, 0, 0, 1, "what is no colour is red");
	feed(&t, "10.0.0.1", 4);
	net_kill(&t, net_take(&t, "q0"));
	p = net_take(&t, "q1");
	ok(p != NULL && anno_u8(p, 16) == TCM_YELLOW, "the new colour");
	net_kill(&t, p);
	net_end(&t);
}

static void
test_by(void)
{
	struct packet *p;
	struct trun t;

	begin(&t, "1000Bps, 300, BY src");
	feed(&t, "10.0.0.1", 5);
	colors(&t, 3, 2, 0, "one address");
	feed(&t, "10.0.0.2", 4);
	colors(&t, 3, 1, 0, "another");
	feed(&t, "2001:db8::1", 2);
	feed(&t, "2001:db8::2", 2);
	colors(&t, 2, 2, 0, "IPv6: one network of 64 bits");
	feed(&t, "2001:db8:0:1::2", 2);
	colors(&t, 2, 0, 0, "another network");
	is_cstr(trun_read(&t, "p.flows"), "4", "four addresses");
	is_cstr(trun_read_with(&t, "p.tokens", "10.0.0.1"), "0", "its tokens");
	is_cstr(
	    trun_read_with(&t, "p.tokens", "10.0.0.3"), "300", "a stranger's");
	is_cstr(trun_read_with(&t, "p.tokens", "x"), "<error>", "no address");
	is_cstr(trun_read(&t, "p.table"),
	    "10.0.0.1\t0\n10.0.0.2\t0\n2001:db8::\t60\n2001:db8:0:1::\t60\n",
	    "the table");
	net_pass(&t, 5 * NS_PER_SEC);
	is_cstr(trun_read(&t, "p.flows"), "0", "full buckets are forgotten");
	feed(&t, "10.0.0.1", 5);
	colors(&t, 3, 2, 0, "and are full");
	net_end(&t);

	/* Buckets in use are not forgotten. */
	begin(&t, "100Bps, 300, BY src");
	feed(&t, "10.0.0.1", 3);
	net_pass(&t, 2 * NS_PER_SEC);
	feed(&t, "10.0.0.1", 2);
	net_pass(&t, 2500000000);
	colors(&t, 5, 0, 0, "in use");
	feed(&t, "10.0.0.1", 3);
	colors(&t, 2, 1, 0, "and not full");
	net_end(&t);

	begin(&t, "1000Bps, 300, BY dst, PREFIX 24, CAPACITY 2");
	feed(&t, "10.0.0.1", 2);
	feed(&t, "10.0.0.2", 2);
	colors(&t, 3, 1, 0, "the destination");
	is_cstr(trun_read(&t, "p.table"), "9.9.9.0\t0\n", "its network");
	net_end(&t);

	begin(&t, "1000Bps, 300, BY anno, ANNO 20, CAPACITY 2");
	for (uint32_t i = 0; i < 4; i++) {
		p = net_hex(&t, "01");
		anno_set_u32(p, 20, i / 2);
		net_feed(&t, "p", 0, p);
	}
	is_cstr(trun_read(&t, "p.table"), "0\t298\n1\t298\n", "by annotation");
	is_cstr(trun_read_with(&t, "p.tokens", "1"), "298", "of one");
	p = net_hex(&t, "01");
	anno_set_u32(p, 20, 5);
	net_feed(&t, "p", 0, p);
	is_cstr(trun_read(&t, "p.flows"), "2", "two at a time");
	is_cstr(trun_read(&t, "p.evicted"), "1", "one is gone");
	net_end(&t);

	begin(&t, "1000Bps, 30, BY src");
	net_feed(&t, "p", 0, net_packet(&t, "0123456789012345", 16, -1));
	net_feed(&t, "p", 0, net_packet(&t, "0123456789012345", 16, -1));
	colors(&t, 1, 1, 0, "what is no IP packet");
	net_end(&t);
}

static const struct mistake mistakes[] = {
	{ "", "required argument missing" },
	{ "1Mbps, PEAK_RATE 0.5Mbps", "PEAK_RATE: must be RATE at least" },
	{ "1Mbps, PEAK_BURST 5", "PEAK_BURST needs PEAK_RATE" },
	{ "1Mbps, PEAK_RATE 2Mbps, EXCESS_BURST 1", "exclude each other" },
	{ "1Mbps, BY port", "BY: 'src', 'dst', 'anno' or 'none'" },
	{ "1Mbps, PREFIX 33", "PREFIX: up to 32" },
	{ "1Mbps, AWARE true", "AWARE needs COLOR_ANNO" },
	{ "1Mbps, CAPACITY 0", "CAPACITY: from 1" },
	{ "x", "RATE" },
};

static void
test_mistakes(void)
{
	test_refused("Idle -> p :: Policer(", mistakes, ARRAY_SIZE(mistakes),
	    ") -> Discard");
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		"4500002000010000401166ca0a0000010a00000204d20035000c1111"
		"61626364",
		"6000000000083a40fe800000000000000000000000000001"
		"fe8000000000000000000000000002550102030405060708"
	};
	struct trun t;

	ok(trun_start(&t, "Idle -> p :: Policer(1Mbps, BY src, CAPACITY 20)"
	                  " -> Discard") == 0,
	    "hostile: starts");
	net_storm(&t, "p", 0, seeds, ARRAY_SIZE(seeds), 20000);
	is_num(trun_stop(&t), 0, "hostile: all packets are back");
}

int
main(void)
{
	test_scenes();
	test_smaller();
	test_bound();
	test_plain();
	test_move(
	    "Idle -> p :: Policer(1000Bps, 500)" QUEUES, "move: one bucket");
	test_move("Idle -> p :: Policer(1000Bps, 500, BY src)" QUEUES,
	    "move: a bucket each");
	test_aware();
	test_by();
	test_mistakes();
	test_hostile();
	return tap_done();
}
