/* SPDX-License-Identifier: BSD-3-Clause */
/* str_test.c -- strings that are looked at. */
#include "base/str.h"

#include "base/err.h"
#include "test/tap.h"

static const struct {
	const char *a, *b;
	int sign;
} cmp_cases[] = {
	{ "", "", 0 },
	{ "a", "a", 0 },
	{ "a", "b", -1 },
	{ "b", "a", 1 },
	{ "a", "ab", -1 },
	{ "ab", "a", 1 },
	{ "", "a", -1 },
	{ "\xff", "a", 1 },
};

static const struct {
	const char *a, *needle;
	size_t from, at;
} search_cases[] = {
	{ "abcabc", "abc", 0, 0 },
	{ "abcabc", "abc", 1, 3 },
	{ "abcabc", "abc", 4, 6 },
	{ "aaab", "aab", 0, 1 },
	{ "abc", "", 1, 1 },
	{ "abc", "", 9, 3 },
	{ "abc", "abcd", 0, 3 },
	{ "", "a", 0, 0 },
	{ "", "", 0, 0 },
};

static const struct {
	const char *s, *trimmed;
} trim_cases[] = {
	{ "", "" },
	{ " \t\n", "" },
	{ "a", "a" },
	{ " a b\v\f\r", "a b" },
};

static void
test_find(void)
{
	struct str s = STR("a,b,c");

	is_num((int64_t)str_find(s, ',', 0), 1, "find");
	is_num((int64_t)str_find(s, ',', 2), 3, "find from 2");
	is_num((int64_t)str_find(s, 'x', 0), 5, "find none");
	is_num((int64_t)str_find(s, ',', 99), 5, "find past the end");
	is_num((int64_t)str_rfind(s, ','), 3, "rfind");
	is_num((int64_t)str_rfind(s, 'x'), 5, "rfind none");
	is_num((int64_t)str_find(str_of(NULL), 'x', 0), 0, "find in nothing");
}

static void
test_cutting(void)
{
	struct str rest = STR("one\n\nthree"), line = STR("");

	ok(str_line(&rest, &line), "a first line");
	is_str(line, STR("one"), "first line");
	ok(str_line(&rest, &line), "an empty line");
	is_str(line, STR(""), "second line");
	ok(str_line(&rest, &line), "a last line");
	is_str(line, STR("three"), "third line");
	ok(!str_line(&rest, &line), "no line after it");

	rest = STR("  a \tbc ");
	is_str(str_word(&rest), STR("a"), "first word");
	is_str(str_word(&rest), STR("bc"), "second word");
	is_str(str_word(&rest), STR(""), "no third word");
	is_str(str_sub(STR("abc"), 1, 9), STR("bc"), "sub cuts its end");
	is_str(str_sub(STR("abc"), 9, 1), STR(""), "sub cuts its start");
	is_str(str_from(str_of(NULL), 0), STR(""), "sub of nothing");
}

static void
test_owned(void)
{
	struct str s = str_dup(STR("ab"));
	char buf[3];

	is_str(s, STR("ab"), "dup");
	is_num(s.s[s.n], 0, "dup ends with NUL");
	is_num(str_set(&s, s), 0, "set to itself");
	is_str(s, STR("ab"), "set to itself keeps it");
	is_num(str_set(&s, STR("")), 0, "set");
	ok(s.s != NULL && s.n == 0, "set to empty");
	str_free(&s);
	ok(s.s == NULL, "free makes it empty");

	ok(str_copy(STR("ab"), buf, 3), "copy that fits");
	is_cstr(buf, "ab", "copied");
	ok(!str_copy(STR("abc"), buf, 3), "copy that does not fit");
	is_cstr(buf, "ab", "cut");
	ok(!str_copy(STR("a\0b"), buf, 3), "copy of a NUL");
	ok(!str_copy(STR("abc"), buf, 0), "copy into nothing");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cmp_cases); i++) {
		int cmp =
		    str_cmp(str_of(cmp_cases[i].a), str_of(cmp_cases[i].b));

		is_num((cmp > 0) - (cmp < 0), cmp_cases[i].sign,
		    "cmp \"%s\" \"%s\"", cmp_cases[i].a, cmp_cases[i].b);
	}
	for (size_t i = 0; i < ARRAY_SIZE(search_cases); i++)
		is_num(
		    (int64_t)str_search(str_of(search_cases[i].a),
		        str_of(search_cases[i].needle), search_cases[i].from),
		    (int64_t)search_cases[i].at, "search \"%s\" for \"%s\"",
		    search_cases[i].a, search_cases[i].needle);
	for (size_t i = 0; i < ARRAY_SIZE(trim_cases); i++)
		is_str(str_trim(str_of(trim_cases[i].s)),
		    str_of(trim_cases[i].trimmed), "trim case %zu", i);
	test_find();
	test_cutting();
	test_owned();
	return tap_done();
}
