/* SPDX-License-Identifier: BSD-3-Clause */
/* stamp_test.c -- times as decimal seconds. */
#include "base/stamp.h"

#include "test/tap.h"

static const struct {
	int64_t ns;
	const char *best, *nine, *six;
} print_cases[] = {
	{ 0, "0.000000", "0.000000000", "0.000000" },
	{ 1, "0.000000001", "0.000000001", "0.000000" },
	{ 12345678000, "12.345678", "12.345678000", "12.345678" },
	{ 12345678900, "12.345678900", "12.345678900", "12.345678" },
	{ -500000000, "-0.500000", "-0.500000000", "-0.500000" },
	{ INT64_MIN, "-9223372036.854775808", "-9223372036.854775808",
	    "-9223372036.854775" },
};

static const struct {
	const char *text;
	bool parses;
	int64_t ns;
} parse_cases[] = {
	{ "1", true, 1000000000 },
	{ "12.345678", true, 12345678000 },
	{ "0.000000001", true, 1 },
	{ ".5", true, 500000000 },
	{ "5.", true, 5000000000 },
	{ "-0.5", true, -500000000 },
	{ "+0.5", true, 500000000 },
	{ "9223372036.854775807", true, INT64_MAX },
	{ "9223372036.854775808", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "0.0000000001", false, 0 },
	{ "1.2.3", false, 0 },
	{ "1s", false, 0 },
	{ "--1", false, 0 },
	{ "-", false, 0 },
	{ ".", false, 0 },
	{ "", false, 0 },
};

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(print_cases); i++) {
		sb_clear(&sb);
		sb_stamp(&sb, print_cases[i].ns);
		is_cstr(sb_cstr(&sb), print_cases[i].best, "print %zu", i);
		sb_clear(&sb);
		sb_stamp_ns(&sb, print_cases[i].ns);
		is_cstr(sb_cstr(&sb), print_cases[i].nine, "in nine digits");
		sb_clear(&sb);
		sb_stamp_us(&sb, print_cases[i].ns);
		is_cstr(sb_cstr(&sb), print_cases[i].six, "in six digits");
	}
	for (size_t i = 0; i < ARRAY_SIZE(parse_cases); i++) {
		int64_t ns = 77;
		bool parsed = stamp_parse(str_of(parse_cases[i].text), &ns);

		ok(parsed == parse_cases[i].parses, "parse \"%s\"",
		    parse_cases[i].text);
		is_num(ns, parsed ? parse_cases[i].ns : 77, "its value");
	}
	sb_fini(&sb);
	return tap_done();
}
