/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * string_matcher_test.c -- StringMatcher: patterns as they are written, and
 * which output packets leave by.
 */
#include "test/run.h"
#include "test/tap.h"

/* Packets made of each text in turn, to as many counters as are asked for. */
static const struct {
	const char *conf;
	const char *data; /* Click's string, between quotes */
	const char *want; /* counts of outputs 0, 1, 2 */
	const char *what;
} cases[] = {
	{ "abc", "xxabcxx", "0 1 ", "found" },
	{ "abc", "xxabdxx", "1 0 ", "not found" },
	{ "\"abc\", def", "xxdef", "0 1 ", "the second of two" },
	{ "\"\\<00 ff>\"", "a\\<00 ff>b", "0 1 ", "bytes, not text" },
	{ "\"a|62 63|d\", BARS true", "xabcd", "0 1 ", "hexadecimal by bars" },
	{ "\"a|62 63|d\"", "xabcd", "1 0 ", "bars are bars without BARS" },
	{ "ABC", "xabc", "1 0 ", "case matters" },
	{ "ABC, NOCASE true", "xabc", "0 1 ", "and does not with NOCASE" },
	{ "abc, def, ALL true", "abcabc", "1 0 ", "ALL: twice one of two" },
	{ "abc, def, ALL true", "defabc", "0 1 ", "ALL: both" },
	{ "abc, def, EACH true", "xdef", "0 0 1 ", "EACH: the second" },
	{ "abc, def, EACH true", "def abc", "0 1 0 ", "EACH: lowest of two" },
	{ "abc, def, EACH true", "nothing", "1 0 0 ", "EACH: none" },
	{ "PATTERN abc, PATTERN def", "def", "0 1 ", "by keyword" },
};

static void
test_case(size_t i)
{
	bool three = cases[i].want[4] != '\0';
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;
	struct trun t;

	sb_printf(&text,
	    "InfiniteSource(DATA \"%s\", LIMIT 1, STOP true) -> s :: "
	    "StringMatcher(%s); s[0] -> c0 :: Counter -> Discard; "
	    "s[1] -> c1 :: Counter -> Discard;%s",
	    cases[i].data, cases[i].conf,
	    three ? " s[2] -> c2 :: Counter -> Discard;" : "");
	if (trun_start(&t, sb_cstr(&text)) == 0) {
		trun_run(&t);
		for (int k = 0; k < (three ? 3 : 2); k++) {
			char name[] = "c0.count";

			name[1] = (char)('0' + k);
			sb_printf(&got, "%s ", trun_read(&t, name));
		}
	} else {
		tap_note("%s", trun_log(&t));
	}
	is_str(sb_str(&got), str_of(cases[i].want), "%s", cases[i].what);
	is_num(trun_stop(&t), 0, "every packet is back");
	sb_fini(&text);
	sb_fini(&got);
}

static const struct {
	const char *conf, *error;
} mistakes[] = {
	{ "", "no patterns" },
	{ "\"\"", "pattern 1 is empty" },
	{ "abc, \"|4|\", BARS true", "pattern 2 has half a byte" },
	{ "\"|41\", BARS true", "pattern 1 has no closing bar" },
	{ "\"|4g|\", BARS true", "something else than pairs" },
	{ "\"a\\\\\", BARS true", "pattern 1 ends in a backslash" },
	{ "abc, ALL true, EACH true", "EACH and ALL exclude each other" },
	{ "abc, WHAT 3", "WHAT: unknown argument" },
	{ "abc, EACH true", "3 outputs for 1 pattern: at most 2 are used" },
	{ "abc, def", "3 outputs: more than two need EACH" },
};

static void
test_mistake(size_t i)
{
	struct strbuf text = STRBUF_INIT;
	struct trun t;

	sb_printf(&text,
	    "Idle -> s :: StringMatcher(%s); s[0] -> Discard; s[1] -> Discard;"
	    "s[2] -> Discard;",
	    mistakes[i].conf);
	ok(trun_start(&t, sb_cstr(&text)) != 0 &&
	        strstr(trun_log(&t), mistakes[i].error) != NULL,
	    "(%s): %s", mistakes[i].conf, mistakes[i].error);
	is_num(trun_stop(&t), 0, "every packet is back");
	sb_fini(&text);
}

static void
test_handlers(void)
{
	struct trun t;

	trun_start(&t, "InfiniteSource(DATA \"one two two\", LIMIT 5, STOP "
	               "true) -> s :: StringMatcher(three, two, one, EACH "
	               "true) -> d :: Discard; s[1] -> d; s[2] -> d; "
	               "s[3] -> d;");
	trun_run(&t);
	is_cstr(trun_read(&t, "s.matches"), "5", "five packets");
	is_cstr(trun_read(&t, "s.counts"), "1 0\n2 5\n3 0\n", "by pattern 2");
	is_cstr(trun_read(&t, "s.patterns"), "3", "three patterns");
	ok(atoi(trun_read(&t, "s.memory")) > 1000, "they take memory");
	is_num(trun_write(&t, "s.reset_count", ""), 0, "reset");
	is_cstr(trun_read(&t, "s.matches"), "0", "none any more");
	is_cstr(trun_read(&t, "s.counts"), "1 0\n2 0\n3 0\n", "by none");
	is_num(trun_write(&t, "s.config", "x, y, EACH true") < 0, 1,
	    "a bad configuration");
	is_cstr(trun_read(&t, "s.patterns"), "3", "changes nothing");
	is_num(trun_write(&t, "s.config", "u, v, w, x, EACH true"), 0,
	    "a good one");
	is_cstr(trun_read(&t, "s.patterns"), "4", "does");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* The pattern stands in the header and in the payload. */
static void
test_payload(void)
{
	static const char *const confs[] = { "\"\\<00 35 41>\"", "0 1",
		"\"\\<00 35>\", PAYLOAD_ONLY true", "1 0",
		"hello, PAYLOAD_ONLY true", "0 1",
		"\"\\<05 06 07 08>\", PAYLOAD_ONLY true", "1 0" };

	for (size_t i = 0; i < ARRAY_SIZE(confs); i += 2) {
		struct strbuf text = STRBUF_INIT;
		char got[32];
		struct trun t;

		sb_printf(&text,
		    "InfiniteSource(DATA \"hello\", LIMIT 1, STOP true) -> "
		    "UDPIPEncap(1.2.3.4, 53, 5.6.7.8, 16640) -> s :: "
		    "StringMatcher(%s) -> a :: Counter -> Discard; "
		    "s[1] -> b :: Counter -> Discard",
		    confs[i]);
		trun_start(&t, sb_cstr(&text));
		trun_run(&t);
		snprintf(got, sizeof(got), "%s ", trun_read(&t, "a.count"));
		strcat(got, trun_read(&t, "b.count"));
		is_cstr(got, confs[i + 1], "PAYLOAD_ONLY: %s", confs[i]);
		is_num(trun_stop(&t), 0, "every packet is back");
		sb_fini(&text);
	}
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		test_case(i);
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		test_mistake(i);
	test_handlers();
	test_payload();
	return tap_done();
}
