/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * maglev_test.c -- Maglev's table: shares, weights, how few entries move; and
 * MaglevSwitch with packets.
 */
#include "test/net.h"
#include "test/state.h"

#include "elements/app/maglev_table.h"

enum { N = 40, SIZE = 5003 };

static void
fill(uint16_t *table, struct maglev_backend *b, uint64_t seed)
{
	maglev_fill(table, SIZE, b, N, seed);
}

static void
backends(struct maglev_backend *b)
{
	memset(b, 0, N * sizeof(*b));
	for (uint32_t i = 0; i < N; i++) {
		b[i].name = 1000 + i;
		b[i].weight = 1;
	}
}

static unsigned int
share(const uint16_t *table, unsigned int backend)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < SIZE; i++)
		n += table[i] == backend;
	return n;
}

/* Section 3.4: entries differ by one at most; few move. */
static void
test_table(void)
{
	static uint16_t before[SIZE], after[SIZE];
	struct maglev_backend b[N];
	unsigned int least = SIZE, most = 0, moved = 0, gone = 0;

	backends(b);
	fill(before, b, 42);
	for (unsigned int i = 0; i < N; i++) {
		unsigned int n = share(before, i);

		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	ok(most - least <= 1, "shares: %u to %u", least, most);

	b[7].weight = 0;
	fill(after, b, 42);
	for (unsigned int i = 0; i < SIZE; i++) {
		gone += after[i] == 7;
		moved += before[i] != 7 && before[i] != after[i];
	}
	is_num(gone, 0, "a backend without weight has nothing");
	ok(moved > 0 && moved < SIZE / 20,
	    "%u of %u entries of others moved when one left", moved, SIZE);

	b[7].weight = 1;
	fill(after, b, 42);
	ok(memcmp(before, after, sizeof(before)) == 0,
	    "when it comes back all is as before");
	fill(after, b, 43);
	moved = 0;
	for (unsigned int i = 0; i < SIZE; i++)
		moved += before[i] != after[i];
	ok(moved > SIZE * 9 / 10, "another seed is another table: %u", moved);
}

static void
test_weights(void)
{
	static uint16_t table[SIZE];
	struct maglev_backend b[N];
	unsigned int n;

	backends(b);
	b[3].weight = 10;
	b[4].weight = 5;
	fill(table, b, 1);
	n = SIZE / (N - 2 + 15); /* the share of weight 1 */
	ok(share(table, 3) >= 10 * n - 12 && share(table, 3) <= 10 * n + 12,
	    "ten times the weight: %u against %u", share(table, 3), n);
	ok(share(table, 4) >= 5 * n - 7 && share(table, 4) <= 5 * n + 7,
	    "five times: %u", share(table, 4));
	backends(b);
	b[0].weight = 3;
	b[1].weight = 2;
	fill(table, b, 1);
	n = SIZE / (N - 2 + 5);
	ok(share(table, 1) >= 2 * n - 4 && share(table, 1) <= 2 * n + 4,
	    "weights of 3 and 2: %u", share(table, 1));
	for (unsigned int i = 0; i < N; i++)
		b[i].weight = 0;
	fill(table, b, 1);
	is_num(share(table, MAGLEV_NONE), SIZE, "nobody: no entry has one");
}

static void
test_primes(void)
{
	static const uint32_t cases[][2] = { { 0, 2 }, { 2, 2 }, { 3, 3 },
		{ 4, 5 }, { 128, 131 }, { 65537, 65537 }, { 65536, 65537 },
		{ 655373, 655373 }, { 25, 29 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		is_num(maglev_prime(cases[i][0]), cases[i][1],
		    "the prime from %u on", (unsigned)cases[i][0]);
}

/* ---- the element ---- */

static struct net_ip
flow(unsigned int i, bool v6)
{
	static char src[2][64];
	char *s = src[i & 1];

	if (v6)
		snprintf(s, 64, "2001:db8::%x", 1 + i / 60000);
	else
		snprintf(s, 64, "10.0.%u.%u", i / 250 % 250, 1 + i % 250);
	return (struct net_ip){ .src = s,
		.dst = v6 ? "2001:db8::ffff" : "9.9.9.9",
		.proto = IPPROTO4_UDP,
		.sport = (uint16_t)i,
		.dport = 80 };
}

#define OUTS                                                                   \
	"; lb[0] -> q0 :: Queue -> Idle; lb[1] -> q1 :: Queue -> Idle;"        \
	" lb[2] -> q2 :: Queue -> Idle; lb[3] -> q3 :: Queue -> Idle;"

enum { FLOWS = 800 };

/* Which backend each flow goes to now. */
static void
where(struct trun *t, bool v6, int *out)
{
	static const char *const queues[] = { "q0", "q1", "q2", "q3" };

	for (unsigned int i = 0; i < FLOWS; i++) {
		struct net_ip s = flow(i, v6);

		net_feed_ip(t, "lb", 0, &s);
		out[i] = -1;
		for (int q = 0; q < 4; q++)
			if (net_drain(t, queues[q]) == 1)
				out[i] = q;
	}
}

static unsigned int
differ(const int *a, const int *b, int but)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FLOWS; i++)
		n += a[i] != but && a[i] != b[i];
	return n;
}

static unsigned int
count(const int *a, int backend)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < FLOWS; i++)
		n += a[i] == backend;
	return n;
}

static void
test_switch(bool v6)
{
	static int first[FLOWS], again[FLOWS];
	const char *name = v6 ? "IPv6" : "IPv4";
	struct trun t;

	if (!ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(SEED 5)" OUTS) == 0,
	        "%s: starts", name))
		tap_note("%s", trun_log(&t));
	where(&t, v6, first);
	is_num(count(first, -1), 0, "%s: all flows go somewhere", name);
	for (int i = 0; i < 4; i++)
		ok(count(first, i) > FLOWS / 4 - 60 &&
		        count(first, i) < FLOWS / 4 + 60,
		    "%s: backend %d has %u", name, i, count(first, i));
	where(&t, v6, again);
	is_num(differ(first, again, -1), 0, "%s: each to the same", name);
	is_cstr(trun_read(&t, "lb.flows"), "0", "%s: none remembered", name);

	ok(trun_write(&t, "lb.up2", "false") == 0, "%s: backend 2 dies", name);
	where(&t, v6, again);
	is_num(count(again, 2), 0, "%s: it gets nothing", name);
	ok(differ(first, again, 2) < FLOWS / 10, "%s: %u others move", name,
	    differ(first, again, 2));
	ok(trun_write(&t, "lb.up2", "true") == 0, "%s: and recovers", name);
	where(&t, v6, again);
	is_num(differ(first, again, -1), 0, "%s: all as before", name);

	ok(trun_write(&t, "lb.weight0", "0") == 0 &&
	        trun_write(&t, "lb.weight1", "0") == 0 &&
	        trun_write(&t, "lb.weight2", "0") == 0 &&
	        trun_write(&t, "lb.weight3", "0") == 0,
	    "%s: no weight at all", name);
	where(&t, v6, again);
	is_num(count(again, -1), FLOWS, "%s: all are killed", name);
	is_cstr(trun_read(&t, "lb.drops"), "800", "%s: and counted", name);
	ok(trun_write(&t, "lb.weight0", "1001") != 0, "%s: too heavy", name);
	is_num(trun_stop(&t), 0, "%s: all packets are back", name);
}

static void
test_sticky(bool v6)
{
	static int first[FLOWS], again[FLOWS];
	const char *name = v6 ? "sticky IPv6" : "sticky IPv4";
	struct trun t;

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(SEED 5, FLOWS 1000, "
	                  "TIMEOUT 100)" OUTS) == 0,
	    "%s: starts", name);
	where(&t, v6, first);
	is_cstr(trun_read(&t, "lb.flows"), "800", "%s: all known", name);
	ok(trun_write(&t, "lb.weight1", "9") == 0, "%s: a weight", name);
	where(&t, v6, again);
	is_num(differ(first, again, -1), 0, "%s: known flows stay", name);
	ok(trun_write(&t, "lb.up3", "false") == 0, "%s: a death", name);
	where(&t, v6, again);
	is_num(differ(first, again, 3), 0, "%s: the others stay", name);
	is_num(count(again, 3), 0, "%s: not with the dead", name);
	net_pass(&t, 50 * NS_PER_SEC);
	is_cstr(trun_read(&t, "lb.flows"), "800", "%s: 50 s later", name);
	where(&t, v6, first);
	ok(trun_write(&t, "lb.up3", "true") == 0, "%s: recovers", name);
	where(&t, v6, again);
	is_num(differ(first, again, -1), 0, "%s: who moved stays", name);
	net_pass(&t, 60 * NS_PER_SEC);
	is_cstr(trun_read(&t, "lb.flows"), "800", "%s: in use", name);
	ok(trun_write(&t, "lb.up3", "false") == 0, "%s: dies again", name);
	net_pass(&t, 60 * NS_PER_SEC);
	is_cstr(trun_read(&t, "lb.flows"), "0", "%s: forgotten", name);
	where(&t, v6, again);
	ok(differ(first, again, -1) > 100, "%s: now the weight counts", name);
	ok(trun_write(&t, "lb.capacity", "300") == 0, "%s: capacity", name);
	is_cstr(trun_read(&t, "lb.flows"), "300", "%s: is kept", name);
	where(&t, v6, again);
	is_cstr(trun_read(&t, "lb.flows"), "300", "%s: for new ones", name);
	ok(trun_write(&t, "lb.flush", "") == 0, "%s: flush", name);
	is_cstr(trun_read(&t, "lb.flows"), "0", "%s: all gone", name);
	is_num(trun_stop(&t), 0, "%s: all packets are back", name);
}

/* A hot swap: each flow stays. */
static void
test_swap(void)
{
	static int first[FLOWS], again[FLOWS];
	struct trun t;

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(FLOWS 400)" OUTS) == 0,
	    "swap: starts");
	where(&t, false, first);
	ok(net_swap(&t, "Idle -> lb :: MaglevSwitch(FLOWS 300)" OUTS) == 0,
	    "swap: fewer are remembered");
	is_cstr(trun_read(&t, "lb.flows"), "300", "swap: so many");
	where(&t, false, again);
	is_num(differ(first, again, -1), 0, "swap: all stay");
	ok(net_swap(&t,
	       "Idle -> lb :: MaglevSwitch(FLOWS 300, NAMES a b c d)" OUTS) ==
	        0,
	    "swap: other backends");
	is_cstr(trun_read(&t, "lb.flows"), "0", "swap: nothing is kept");
	is_num(trun_stop(&t), 0, "swap: all packets are back");
}

/* Another process: each flow stays, remembered or not. */
static void
test_move(void)
{
	static const char text[] = "Idle -> lb :: MaglevSwitch(FLOWS 100)" OUTS;
	static int first[FLOWS], again[FLOWS];
	struct strbuf table = STRBUF_INIT;
	struct trun t;
	uint32_t lost;

	ok(trun_start(&t, text) == 0, "move: starts");
	where(&t, false, first);
	sb_adds(&table, trun_read(&t, "lb.count2"));
	ok(tstate_move(&t, text, &lost) == 0, "move: moves");
	is_num(lost, 0, "move: all packets are back");
	is_cstr(trun_read(&t, "lb.flows"), "100", "move: flows");
	is_cstr(trun_read(&t, "lb.count2"), sb_cstr(&table), "move: counts");
	where(&t, false, again);
	is_num(differ(first, again, -1), 0, "move: all stay");
	sb_fini(&table);
	is_num(trun_stop(&t), 0, "move: all packets are back");
}

/* What counts as one flow, and what the handlers say of it. */
static void
test_hash(void)
{
	struct trun t;
	char was[16];

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(HASH src, SEED 1, "
	                  "TABLE 65537, NAMES d c b a)" OUTS) == 0,
	    "HASH src: starts");
	snprintf(was, sizeof(was), "%s",
	    trun_read_with(&t, "lb.lookup", "1.2.3.4 5.6.7.8 6 1 2"));
	ok(*was >= '0' && *was <= '3', "lookup: %s", was);
	is_cstr(trun_read_with(&t, "lb.lookup", "1.2.3.4 6.6.6.6 udp 9 9"), was,
	    "HASH src: the source alone counts");
	is_cstr(trun_read_with(&t, "lb.lookup", "1.2.3.4 fe80::1"), "<error>",
	    "lookup: two versions");
	is_cstr(trun_read(&t, "lb.table"),
	    "d\t1\tup\t16385\t0\nc\t1\tup\t16384\t0\nb\t1\tup\t16384\t0\n"
	    "a\t1\tup\t16384\t0\n",
	    "the table");
	is_num(trun_stop(&t), 0, "HASH src: all packets are back");
}

/* The order of the names does not matter. */
static void
test_names(void)
{
	static int first[FLOWS], again[FLOWS];
	static const int place[4] = { 3, 2, 1, 0 };
	unsigned int strays = 0;
	struct trun t;

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(SEED 1, "
	                  "TABLE 65537, NAMES d c b a)" OUTS) == 0,
	    "names: starts");
	where(&t, false, first);
	trun_stop(&t);
	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(SEED 1, "
	                  "TABLE 65537, NAMES a b c d)" OUTS) == 0,
	    "names in another order: starts");
	where(&t, false, again);
	trun_stop(&t);
	for (unsigned int i = 0; i < FLOWS; i++)
		strays += again[i] != place[first[i]];
	/* Turns come in the order of outputs, hence not none. */
	ok(strays < FLOWS / 20, "names: %u of %d elsewhere", strays, FLOWS);
}

static void
test_unseeded(void)
{
	static int first[FLOWS], again[FLOWS];
	struct trun t;

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch" OUTS) == 0, "run one");
	where(&t, false, first);
	trun_stop(&t);
	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch" OUTS) == 0, "run two");
	where(&t, false, again);
	trun_stop(&t);
	ok(differ(first, again, -1) > FLOWS / 2,
	    "without SEED two runs differ: %u", differ(first, again, -1));
}

static void
test_fragments(void)
{
	static const char *const queues[] = { "q0", "q1", "q2", "q3" };
	struct net_ip s = flow(1, false);
	unsigned int together = 0;
	uint8_t buf[512];
	struct trun t;

	s.text = "0123456789abcdef";
	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(FLOWS 9)" OUTS) == 0,
	    "fragments: starts");
	for (unsigned int i = 0; i < 50; i++) {
		uint32_t n;

		s.sport = (uint16_t)(2000 + i);
		n = net_build(buf, &s);
		put_be16(buf + 6, IP4_MF);
		net_feed(&t, "lb", 0, net_packet(&t, buf, n, 0));
		put_be16(buf + 6, 3);
		net_feed(&t, "lb", 0, net_packet(&t, buf, n, 0));
		for (unsigned int q = 0; q < 4; q++)
			together += net_drain(&t, queues[q]) == 2;
	}
	is_num(together, 50, "fragments of a packet stay together");
	is_num(trun_stop(&t), 0, "fragments: all packets are back");
}

static const struct mistake mistakes[] = {
	{ "MaglevSwitch(1, 1, 1, 1, 1)", "too many arguments" },
	{ "MaglevSwitch(1001)", "a weight from 0 to 1000 expected" },
	{ "MaglevSwitch(TABLE 100)", "the next one is 101" },
	{ "MaglevSwitch(TABLE 3)", "a prime number from 4 to" },
	{ "MaglevSwitch(HASH x)", "HASH: '5tuple', 'addrs' or 'src'" },
	{ "MaglevSwitch(NAMES a b c)", "NAMES: 4 different names" },
	{ "MaglevSwitch(NAMES a b c c)", "NAMES: 4 different names" },
	{ "MaglevSwitch(NAMES a b c d e)", "NAMES: more names than outputs" },
	{ "MaglevSwitch(TIMEOUT 0)", "TIMEOUT" },
};

static void
test_mistakes(void)
{
	test_refused(
	    "Idle -> lb :: ", mistakes, ARRAY_SIZE(mistakes), " " OUTS);
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		"4500002000010000401166ca0a0000010a00000204d20035000c1111"
		"61626364",
		"6000000000083a40fe800000000000000000000000000001"
		"fe8000000000000000000000000002550102030405060708",
		"6000000000180040fe800000000000000000000000000001"
		"fe800000000000000000000000000255"
		"2b000000000000002c000000000000001100000000000000"
	};
	struct trun t;

	ok(trun_start(&t, "Idle -> lb :: MaglevSwitch(FLOWS 50); "
	                  "lb[0] -> Discard; lb[1] -> Discard") == 0,
	    "hostile: starts");
	net_storm(&t, "lb", 0, seeds, ARRAY_SIZE(seeds), 20000);
	is_num(trun_stop(&t), 0, "hostile: all packets are back");
}

int
main(void)
{
	test_table();
	test_weights();
	test_primes();
	test_switch(false);
	test_switch(true);
	test_sticky(false);
	test_sticky(true);
	test_swap();
	test_move();
	test_hash();
	test_names();
	test_unseeded();
	test_fragments();
	test_mistakes();
	test_hostile();
	return tap_done();
}
