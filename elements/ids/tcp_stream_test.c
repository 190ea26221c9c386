/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_stream_test.c -- streams put in order: by hand, and at random against a
 * map of all bytes.
 */
#include "elements/ids/tcp_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "test/tap.h"

struct step {
	int seq; /* from the beginning */
	const char *data;
	unsigned int result;
	const char *fresh; /* what becomes contiguous */
};

static const struct {
	const char *what;
	enum tcp_stream_policy policy;
	struct step steps[6];
} cases[] = {
	{ "in order", 0,
	    { { 0, "abc", TCP_STREAM_NEW, "abc" },
	        { 3, "def", TCP_STREAM_NEW, "def" } } },
	{ "out of order", 0,
	    { { 3, "def", 0, "" }, { 6, "ghi", 0, "" },
	        { 0, "abc", TCP_STREAM_NEW, "abcdefghi" } } },
	{ "two holes", 0,
	    { { 6, "g", 0, "" }, { 2, "c", 0, "" },
	        { 0, "ab", TCP_STREAM_NEW, "abc" },
	        { 3, "def", TCP_STREAM_NEW, "defg" } } },
	{ "a retransmission", 0,
	    { { 0, "abc", TCP_STREAM_NEW, "abc" },
	        { 0, "abc", TCP_STREAM_OLD, "" },
	        { 1, "bcd", TCP_STREAM_NEW | TCP_STREAM_OLD, "d" } } },
	{ "one that differs from what is settled", 0,
	    { { 0, "abc", TCP_STREAM_NEW, "abc" },
	        { 1, "Xcd",
	            TCP_STREAM_NEW | TCP_STREAM_OLD | TCP_STREAM_DIFFERS,
	            "d" } } },
	{ "the first to come counts", TCP_STREAM_FIRST,
	    { { 2, "cde", 0, "" },
	        { 1, "BCDEF", TCP_STREAM_OLD | TCP_STREAM_DIFFERS, "" },
	        { 0, "a", TCP_STREAM_NEW, "aBcdeF" } } },
	{ "the last to come counts", TCP_STREAM_LAST,
	    { { 2, "cde", 0, "" },
	        { 1, "BCDEF", TCP_STREAM_OLD | TCP_STREAM_DIFFERS, "" },
	        { 0, "a", TCP_STREAM_NEW, "aBCDEF" } } },
	{ "the last to come, as it lands", TCP_STREAM_LAST,
	    { { 2, "cde", 0, "" },
	        { 0, "ABC",
	            TCP_STREAM_NEW | TCP_STREAM_OLD | TCP_STREAM_DIFFERS,
	            "ABCde" } } },
	{ "beyond the window", 0,
	    { { 20, "xyz", TCP_STREAM_BEYOND, "" },
	        { 14, "xyz", TCP_STREAM_BEYOND, "" },
	        { 0, "abcdefghijklmnop",
	            TCP_STREAM_NEW | TCP_STREAM_OLD | TCP_STREAM_DIFFERS,
	            "abcdefghijklmnxy" } } },
	{ "an island that touches two", 0,
	    { { 1, "b", 0, "" }, { 3, "d", 0, "" }, { 2, "c", 0, "" },
	        { 0, "a", TCP_STREAM_NEW, "abcd" } } },
};

static void
test_case(size_t i, uint32_t start)
{
	struct tcp_stream_limits limits = { 8, 16, cases[i].policy };
	struct tcp_stream s = { 0 };
	bool good = true;

	tcp_stream_start(&s, start);
	for (const struct step *st = cases[i].steps; st->data != NULL; st++) {
		uint32_t old = s.next;
		unsigned int result = tcp_stream_add(&s, &limits,
		    start + (uint32_t)st->seq, (const uint8_t *)st->data,
		    (uint32_t)strlen(st->data), &old);
		uint32_t n = s.next - old;

		good = good && result == st->result;
		good = good && n == strlen(st->fresh) &&
		       (n == 0 ||
		           memcmp(tcp_stream_at(&s, old), st->fresh, n) == 0);
		if (!good) {
			tap_note("at %d: %#x, %u new", st->seq, result, n);
			break;
		}
	}
	ok(good, "%s, from %#x", cases[i].what, start);
	tcp_stream_fini(&s);
}

static void
test_skip(void)
{
	struct tcp_stream_limits limits = { 8, 64, TCP_STREAM_FIRST };
	struct tcp_stream s = { 0 };
	uint32_t old = 0;

	tcp_stream_start(&s, 100);
	tcp_stream_add(&s, &limits, 100, (const uint8_t *)"ab", 2, &old);
	tcp_stream_add(&s, &limits, 105, (const uint8_t *)"fgh", 3, &old);
	ok(!tcp_stream_skip(&s, 102, &old), "nothing missing before 102");
	ok(tcp_stream_skip(&s, 107, &old), "107 acknowledged: a hole");
	ok(old == 105 && s.next == 108 && s.base == 105 &&
	        memcmp(tcp_stream_at(&s, 105), "fgh", 3) == 0,
	    "the island has landed");
	ok(tcp_stream_skip(&s, 200, &old) && s.next == 200 && old == 200,
	    "a hole without an island behind it");
	ok(tcp_stream_add(&s, &limits, 200, (const uint8_t *)"x", 1, &old) ==
	        TCP_STREAM_NEW,
	    "and it goes on");
	tcp_stream_fini(&s);
}

static void
test_bounds(void)
{
	struct tcp_stream_limits limits = { 100, 1000, TCP_STREAM_FIRST };
	struct tcp_stream s = { 0 };
	uint8_t data[1000] = { 0 };
	unsigned int result = 0;
	uint32_t old, most = 0;

	tcp_stream_start(&s, 0);
	for (uint32_t i = 1; i <= 2 * TCP_STREAM_ISLANDS; i += 2)
		result |= tcp_stream_add(&s, &limits, i, data, 1, &old);
	is_num(result, 0, "%d islands", TCP_STREAM_ISLANDS);
	is_num(tcp_stream_add(&s, &limits, 500, data, 1, &old), TCP_STREAM_FULL,
	    "one more is refused");
	is_num(tcp_stream_add(&s, &limits, 0, data, 1000, &old),
	    TCP_STREAM_NEW | TCP_STREAM_OLD, "all holes filled at once");
	is_num(s.next, 1000, "up to the window's end");
	for (int i = 0; i < 1000; i++) {
		tcp_stream_add(
		    &s, &limits, s.next, data, 1 + (uint32_t)i % 1000, &old);
		if (tcp_stream_bytes(&s) > most)
			most = tcp_stream_bytes(&s);
	}
	ok(most <= 1100 + 8 * (TCP_STREAM_ISLANDS + 1),
	    "no more than the limits");
	ok(old - s.base >= 100, "and the history is there");
	tcp_stream_fini(&s);
}

/* At random against a map of what has come, of both policies. */
static bool
random_run(uint64_t seed)
{
	enum { LENGTH = 3000 };
	static uint8_t want[LENGTH], have[LENGTH];
	struct tcp_stream_limits limits = { 50, LENGTH,
		seed % 2 == 0 ? TCP_STREAM_FIRST : TCP_STREAM_LAST };
	struct tcp_stream s = { 0 };
	struct rand_state r;
	uint32_t start = 0xfffffc00u, next = 0, old;
	bool good = true;

	rand_seed(&r, seed);
	memset(have, 0, sizeof(have));
	tcp_stream_start(&s, start);
	while (next < LENGTH && good) {
		uint32_t at =
		    rand_below(&r, next + 300 < LENGTH ? next + 300 : LENGTH);
		uint32_t n = 1 + rand_below(&r, 120);
		uint8_t data[120];
		unsigned int result;

		if (rand_below(&r, 4) == 0)
			at = next;
		if (n > LENGTH - at)
			n = LENGTH - at;
		for (uint32_t i = 0; i < n; i++)
			data[i] = (uint8_t)rand_u32(&r);
		result = tcp_stream_add(&s, &limits, start + at, data, n, &old);
		if ((result & TCP_STREAM_FULL) != 0)
			continue;
		for (uint32_t i = 0; i < n; i++) {
			if (at + i < next)
				continue;
			if (!have[at + i] || limits.policy == TCP_STREAM_LAST)
				want[at + i] = data[i];
			have[at + i] = 1;
		}
		old = next;
		while (next < LENGTH && have[next])
			next++;
		good = s.next - start == next &&
		       (next == old || memcmp(tcp_stream_at(&s, start + old),
		                           want + old, next - old) == 0);
	}
	tcp_stream_fini(&s);
	return good;
}

int
main(void)
{
	uint64_t bad = 0;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		test_case(i, 1000);
		test_case(i, 0xfffffffd); /* it wraps */
	}
	test_skip();
	test_bounds();
	for (uint64_t seed = 1; seed <= 400; seed++)
		bad += !random_run(seed);
	is_num((int64_t)bad, 0, "400 streams at random");
	return tap_done();
}
