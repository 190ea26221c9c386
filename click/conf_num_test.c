/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf_num_test.c -- numbers in configurations: what they are worth, and that
 * what is printed parses again.
 */
#include <math.h>

#include "base/rand.h"
#include "click/conf.h"
#include "test/tap.h"

static const struct {
	const char *s;
	bool parses, value;
} bool_cases[] = {
	{ "true", true, true },
	{ "yes", true, true },
	{ "t", true, true },
	{ "y", true, true },
	{ "1", true, true },
	{ "false", true, false },
	{ "no", true, false },
	{ "f", true, false },
	{ "n", true, false },
	{ "0", true, false },
	{ "True", false, false },
	{ "2", false, false },
	{ "", false, false },
};

static const struct {
	const char *s;
	int base;
	bool parses, overflow;
	int64_t value;
} int_cases[] = {
	{ "10", 0, true, false, 10 },
	{ "0x10", 0, true, false, 16 },
	{ "0X1f", 0, true, false, 31 },
	{ "0xF_F", 0, true, false, 255 },
	{ "010", 0, true, false, 8 },
	{ "010", 10, true, false, 10 },
	{ "0x10", 16, true, false, 16 },
	{ "10", 16, true, false, 16 },
	{ "zz", 36, true, false, 1295 },
	{ "0b101", 0, true, false, 5 },
	{ "0b1", 16, true, false, 0xb1 },
	{ "00", 0, true, false, 0 },
	{ "1_000", 0, true, false, 1000 },
	{ "+5", 0, true, false, 5 },
	{ "-5", 0, true, false, -5 },
	{ "-0x5", 0, true, false, -5 },
	{ "9223372036854775807", 0, true, false, INT64_MAX },
	{ "9223372036854775808", 0, true, true, INT64_MAX },
	{ "-9223372036854775808", 0, true, false, INT64_MIN },
	{ "-9223372036854775809", 0, true, true, INT64_MIN },
	{ "99999999999999999999999", 0, true, true, INT64_MAX },
	{ "08", 0, false, false, 0 },
	{ "0b2", 0, false, false, 0 },
	{ "0b", 0, false, false, 0 },
	{ "0x", 0, false, false, 0 },
	{ "0x_1", 0, false, false, 0 },
	{ "_1", 0, false, false, 0 },
	{ "1_", 0, false, false, 0 },
	{ "1__0", 0, false, false, 0 },
	{ "++1", 0, false, false, 0 },
	{ "+", 0, false, false, 0 },
	{ "-", 0, false, false, 0 },
	{ "1e3", 0, false, false, 0 },
	{ "1 2", 0, false, false, 0 },
	{ "", 0, false, false, 0 },
};

/* Fixed point with 16 bits and with 3 digits; seconds in milliseconds. */
static const struct {
	const char *s;
	bool parses;
	int64_t bits16, digits3;
} real_cases[] = {
	{ "0", true, 0, 0 },
	{ "1", true, 65536, 1000 },
	{ "0.5", true, 32768, 500 },
	{ ".5", true, 32768, 500 },
	{ "5.", true, 5 * 65536, 5000 },
	{ "+1.25", true, 81920, 1250 },
	{ "-1.25", true, -81920, -1250 },
	{ "1e-1", true, 6554, 100 },
	{ "1E2", true, 6553600, 100000 },
	{ "12.5e-1", true, 81920, 1250 },
	{ "0.0004", true, 26, 0 },
	{ "0.0005", true, 33, 1 },
	{ "0.9999999999", true, 65536, 1000 },
	{ "1_0.2_5", true, 671744, 10250 },
	{ "1_", true, 65536, 1000 },
	{ "1e-20", true, 0, 0 },
	{ "1e-99999999999", true, 0, 0 },
	{ "0e99999999999", true, 0, 0 },
	{ "1e15", true, INT64_MAX, 1000000000000000000 },
	{ "1e16", true, INT64_MAX, INT64_MAX },
	{ "-1e30", true, INT64_MIN, INT64_MIN },
	{ ".", false, 0, 0 },
	{ "", false, 0, 0 },
	{ "-", false, 0, 0 },
	{ "e3", false, 0, 0 },
	{ "1e", false, 0, 0 },
	{ "1e+", false, 0, 0 },
	{ "1.5.5", false, 0, 0 },
	{ "1_.5", false, 0, 0 },
	{ "1._5", false, 0, 0 },
	{ "1%", false, 0, 0 },
	{ " 1", false, 0, 0 },
};

static const struct {
	const char *s;
	bool parses;
	int64_t us;
} seconds_cases[] = {
	{ "1", true, 1000000 },
	{ "1.5", true, 1500000 },
	{ "1s", true, 1000000 },
	{ "1sec", true, 1000000 },
	{ "5 ms", true, 5000 },
	{ "1 msec", true, 1000 },
	{ "100us", true, 100 },
	{ "1500ns", true, 2 },
	{ "1min", true, 60000000 },
	{ "0.5m", true, 30000000 },
	{ "1mmin", true, 60000 },
	{ "1h", true, 3600000000 },
	{ "2hr", true, 7200000000 },
	{ "1d", true, 86400000000 },
	{ "1.5day", true, 129600000000 },
	{ "-1", true, -1000000 },
	{ "1days", false, 0 },
	{ "1 s ", false, 0 },
	{ "s", false, 0 },
	{ "ms", false, 0 },
	{ "", false, 0 },
};

static const struct {
	const char *s;
	bool parses, assumed, overflow;
	uint64_t value;
} bandwidth_cases[] = {
	{ "1kbps", true, false, false, 125 },
	{ "1Mbps", true, false, false, 125000 },
	{ "8bps", true, false, false, 1 },
	{ "5bps", true, false, false, 1 },
	{ "3bps", true, false, false, 0 },
	{ "1 kb/s", true, false, false, 125 },
	{ "1kbaud", true, false, false, 125 },
	{ "1Bps", true, false, false, 1 },
	{ "1.5GBps", true, false, false, 1500000000 },
	{ "34Gbps", true, false, false, 4250000000 },
	{ "1.0e3Bps", true, false, false, 1000 },
	{ "100", true, true, false, 100 },
	{ "0", true, false, false, 0 },
	{ "1e400Bps", true, false, true, UINT64_MAX },
	{ "5k", false, false, false, 0 },
	{ "1mbps", false, false, false, 0 },
	{ "1K B/s", false, false, false, 0 },
	{ "-1bps", false, false, false, 0 },
	{ "bps", false, false, false, 0 },
};

static const struct {
	uint64_t bytes;
	const char *text;
} print_bandwidth_cases[] = {
	{ 0, "0kbps" },
	{ 1, "0.008kbps" },
	{ 125, "1kbps" },
	{ 125000, "1Mbps" },
	{ 1000000, "8Mbps" },
	{ 125000000, "1Gbps" },
	{ 0x20000000, "536.870912MBps" },
	{ 1500000000, "1500MBps" },
};

static const struct {
	int64_t x;
	int bits;
	const char *text;
} print_fixed2_cases[] = {
	{ 0, 16, "0" },
	{ 65536, 16, "1" },
	{ 32768, 16, "0.5" },
	{ 6554, 16, "0.1" },
	{ -6554, 16, "-0.1" },
	{ 5, 0, "5" },
	{ 0xffffffff, 28, "15.9999999966" },
	{ 88583701, 28, "0.330000002" },
	{ 26843546, 28, "0.1" },
};

static void
test_ints(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(int_cases); i++) {
		struct str s = str_of(int_cases[i].s);
		bool overflow = false, parsed;
		int64_t x = 77;
		uint64_t u = 77;

		parsed = conf_i64(s, int_cases[i].base, &x, &overflow);
		ok(parsed == int_cases[i].parses, "i64 \"%s\"", s.s);
		is_num(x, parsed ? int_cases[i].value : 77, "its value");
		ok(overflow == int_cases[i].overflow, "its overflow");
		parsed = conf_u64(s, int_cases[i].base, &u, &overflow);
		ok(parsed == (int_cases[i].parses && s.s[0] != '-'),
		    "u64 \"%s\"", s.s);
		if (parsed && int_cases[i].value != INT64_MAX)
			is_num((int64_t)u, int_cases[i].value, "its value");
	}
}

static void
test_u64_limits(void)
{
	bool overflow = false;
	uint64_t u = 0;

	ok(conf_u64(STR("18446744073709551615"), 0, &u, &overflow) &&
	        u == UINT64_MAX && !overflow,
	    "the largest u64");
	ok(conf_u64(STR("18446744073709551616"), 0, &u, &overflow) &&
	        u == UINT64_MAX && overflow,
	    "one more than that");
}

static void
test_reals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(real_cases); i++) {
		struct str s = str_of(real_cases[i].s);
		bool overflow, parsed;
		int64_t x = 0;

		parsed = conf_fixed2(s, 16, &x, &overflow);
		ok(parsed == real_cases[i].parses, "fixed2 \"%s\"", s.s);
		is_num(x, real_cases[i].bits16, "its value");
		x = 0;
		parsed = conf_fixed10(s, 3, &x, &overflow);
		ok(parsed == real_cases[i].parses, "fixed10 \"%s\"", s.s);
		is_num(x, real_cases[i].digits3, "its value");
	}
}

static void
test_units(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(seconds_cases); i++) {
		bool overflow, parsed;
		int64_t x = 0;

		parsed =
		    conf_seconds(str_of(seconds_cases[i].s), 6, &x, &overflow);
		ok(parsed == seconds_cases[i].parses, "seconds \"%s\"",
		    seconds_cases[i].s);
		is_num(x, seconds_cases[i].us, "its value");
	}
	for (size_t i = 0; i < ARRAY_SIZE(bandwidth_cases); i++) {
		bool assumed = false, overflow = false, parsed;
		uint64_t x = 0;

		parsed = conf_bandwidth(
		    str_of(bandwidth_cases[i].s), &x, &assumed, &overflow);
		ok(parsed == bandwidth_cases[i].parses, "bandwidth \"%s\"",
		    bandwidth_cases[i].s);
		ok(assumed == bandwidth_cases[i].assumed &&
		        overflow == bandwidth_cases[i].overflow,
		    "its unit and range");
		is_num(
		    (int64_t)x, (int64_t)bandwidth_cases[i].value, "its value");
	}
}

static void
test_doubles(void)
{
	double x = 7;

	ok(conf_double(STR("1.5e1"), &x) && x == 15, "double");
	ok(conf_double(STR("-0x1p4"), &x) && x == -16, "hexadecimal double");
	ok(conf_double(STR("inf"), &x) && isinf(x), "infinity");
	x = 7;
	ok(!conf_double(STR(" 1"), &x) && !conf_double(STR("1 "), &x) &&
	        !conf_double(STR(""), &x) && !conf_double(STR("x"), &x) &&
	        !conf_double(STR("1\0"), &x) && x == 7,
	    "no doubles");
}

/* The last bit that Click finds, which is not always the nearest. */
static const struct {
	const char *s, *again;
} bits28_cases[] = {
	{ "0.080", "0.080000002" },
	{ "0.962246390", "0.962246392" },
	{ "0.2824069056", "0.282406908" },
	{ "0.32983868", "0.329838682" },
	{ "0.33", "0.330000002" },
	{ "0.999999999", "1" },
};

static void
test_bits28(struct strbuf *sb)
{
	bool overflow;
	int64_t x;

	for (size_t i = 0; i < ARRAY_SIZE(bits28_cases); i++) {
		sb_clear(sb);
		conf_fixed2(str_of(bits28_cases[i].s), 28, &x, &overflow);
		sb_fixed2(sb, x, 28);
		is_str(sb_str(sb), str_of(bits28_cases[i].again),
		    "28 bits of %s", bits28_cases[i].s);
	}
}

static void
test_print(struct strbuf *sb)
{
	for (size_t i = 0; i < ARRAY_SIZE(print_bandwidth_cases); i++) {
		sb_clear(sb);
		sb_bandwidth(sb, print_bandwidth_cases[i].bytes);
		is_str(sb_str(sb), str_of(print_bandwidth_cases[i].text),
		    "print bandwidth %zu", i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(print_fixed2_cases); i++) {
		sb_clear(sb);
		sb_fixed2(
		    sb, print_fixed2_cases[i].x, print_fixed2_cases[i].bits);
		is_str(sb_str(sb), str_of(print_fixed2_cases[i].text),
		    "print fixed2 %zu", i);
	}
	sb_clear(sb);
	sb_fixed10(sb, 1500, 3);
	sb_addc(sb, ' ');
	sb_fixed10(sb, -7, 3);
	sb_addc(sb, ' ');
	sb_fixed10(sb, 7, 0);
	sb_addc(sb, ' ');
	sb_double(sb, 0.1);
	is_str(sb_str(sb), STR("1.5 -0.007 7 0.1"), "print fixed10, double");
}

static void
test_print_parse(struct strbuf *sb)
{
	unsigned int bad2 = 0, bad10 = 0;
	struct rand_state r;
	bool overflow;
	int64_t x;

	rand_seed(&r, 1);
	for (int64_t i = 0; i < 0x30000; i++) {
		sb_clear(sb);
		sb_fixed2(sb, i, 16);
		bad2 += !conf_fixed2(sb_str(sb), 16, &x, &overflow) || x != i;
	}
	for (unsigned int i = 0; i < 20000; i++) {
		int64_t want = (int32_t)rand_u32(&r);

		sb_clear(sb);
		sb_fixed10(sb, want, 9);
		bad10 +=
		    !conf_fixed10(sb_str(sb), 9, &x, &overflow) || x != want;
	}
	is_num(bad2, 0, "fixed2 numbers that do not parse to themselves");
	is_num(bad10, 0, "fixed10 numbers that do not parse to themselves");
}

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(bool_cases); i++) {
		bool x = false;
		bool parsed = conf_bool(str_of(bool_cases[i].s), &x);

		ok(parsed == bool_cases[i].parses && x == bool_cases[i].value,
		    "bool \"%s\"", bool_cases[i].s);
	}
	test_ints();
	test_u64_limits();
	test_reals();
	test_units();
	test_doubles();
	test_bits28(&sb);
	test_print(&sb);
	test_print_parse(&sb);
	sb_fini(&sb);
	return tap_done();
}
