/* SPDX-License-Identifier: BSD-3-Clause */
/* conf_test.c -- splitting, quoting and unquoting; values as Click gives. */
#include "click/conf.h"

#include "test/tap.h"

/* Arguments shown as "[a][b]". */
static const struct {
	const char *conf, *args;
} split_cases[] = {
	{ "", "" },
	{ " \n", "" },
	{ "// only a comment", "" },
	{ "a, b, c", "[a][b][c]" },
	{ "a,,b", "[a][][b]" },
	{ ",", "[]" },
	{ "a, ", "[a]" },
	{ "  a /*?*/ b,  c, ", "[a b][c]" },
	{ "\"x, y\" // ?", "[\"x, y\"]" },
	{ "a // b, c\n d", "[a d]" },
	{ "a // b\r\n, d", "[a][d]" },
	{ "a /* b, c", "[a]" },
	{ "a   b", "[a   b]" },
	{ "'a, /* b */'", "['a, /* b */']" },
	{ "\"a\\\", b\"", "[\"a\\\", b\"]" },
	{ "'a\\', b", "['a\\'][b]" },
	{ "\\<61, /* 62> */ 63>, b", "[\\<61, /* 62> */ 63>][b]" },
	{ "\\, b", "[\\][b]" },
	{ "\"a, b", "[\"a, b]" },
	{ "a/b", "[a/b]" },
	{ "a /", "[a /]" },
	{ "//", "" },
	{ "/*", "" },
	{ "/*/ a */ b", "[b]" },
};

static const struct {
	const char *text, *words;
} space_cases[] = {
	{ "", "" },
	{ "a  b, c", "[a][b,][c]" },
	{ "  'a /*?*/ b'c", "['a /*?*/ b'c]" },
	{ "a/**/b // c", "[a][b]" },
	{ "\"a b\" \\<61 62>x", "[\"a b\"][\\<61 62>x]" },
	{ "\\ a", "[\\][a]" },
};

static const struct {
	const char *text, *bytes;
} unquote_cases[] = {
	{ "", "" },
	{ "abc", "abc" },
	{ "  a b // c", "a b" },
	{ "\"\\n\" abc /* 123 */ '/* def */'", "\n abc /* def */" },
	{ "\"\\a\\b\\f\\n\\r\\t\\v\"", "\a\b\f\n\r\t\v" },
	{ "\"\\101\\1012\\7x\"", "AA2\007x" },
	{ "\"\\x41z\\x1141\"", "AzA" },
	{ "\"\\<48 656C6c6F >!\"", "Hello!" },
	{ "\\<48 // 49\n4a>", "HJ" },
	{ "\\<4/* 4 */1>", "A" },
	{ "\\<4>a", "a" },
	{ "\\<41", "A" },
	{ "\\n", "\\n" },
	{ "'\\n'", "\\n" },
	{ "\"a\\\nb\\\r\nc\\\rd\"", "abcd" },
	{ "\"\\$\\\\\\\"\\'\\,\\q\"", "$\\\"',q" },
	{ "\"a'b\"'c\"d'", "a'bc\"d" },
	{ "\"abc", "abc" },
	{ "\"abc\\", "abc\\" },
};

static const struct {
	const char *bytes;
	bool newlines;
	const char *quoted;
} quote_cases[] = {
	{ "", false, "\"\"" },
	{ "abc", false, "\"abc\"" },
	{ "a\\b\"c$d", false, "\"a\\\\b\\\"c\\$d\"" },
	{ "\t\r\n", false, "\"\\t\\r\\n\"" },
	{ "\t\r\n", true, "\"\\t\\r\n\"" },
	{ "\001\177\377'", false, "\"\\001\\177\\377'\"" },
};

static const struct {
	const char *s;
	bool word, keyword;
} word_cases[] = {
	{ "", false, false },
	{ "abc", true, true },
	{ "A_b.c:d?e!9", true, true },
	{ "a-b", true, false },
	{ "a,b", false, false },
	{ "a b", false, false },
	{ "a\\b", false, false },
	{ "a'b", false, false },
	{ "\xc3\xa9", false, false },
};

/* What Click's cp_string would read off the front. */
static const struct {
	const char *text, *span;
} span_cases[] = {
	{ "", NULL },
	{ " a", NULL },
	{ "a b", "a" },
	{ "\"a b\"c d", "\"a b\"c" },
	{ "\\<61 62> d", "\\<61 62>" },
};

static void
show(struct strbuf *sb, const struct strs *list)
{
	sb_clear(sb);
	for (size_t i = 0; i < list->n; i++)
		sb_printf(sb, "[%.*s]", STR_ARG(list->v[i]));
}

static void
test_split(struct arena *mem, struct strbuf *sb)
{
	for (size_t i = 0; i < ARRAY_SIZE(split_cases); i++) {
		struct strs args = VEC_INIT, again = VEC_INIT;
		struct strbuf joined = STRBUF_INIT;

		conf_split(str_of(split_cases[i].conf), mem, &args);
		show(sb, &args);
		is_str(sb_str(sb), str_of(split_cases[i].args),
		    "split case %zu", i);
		conf_join(&joined, &args);
		conf_split(sb_str(&joined), mem, &again);
		if (args.n == 0 || args.v[args.n - 1].n > 0) {
			show(sb, &again);
			is_str(sb_str(sb), str_of(split_cases[i].args),
			    "joined and split again");
		}
		sb_fini(&joined);
		vec_fini(&args);
		vec_fini(&again);
	}
	for (size_t i = 0; i < ARRAY_SIZE(space_cases); i++) {
		struct strs words = VEC_INIT;

		conf_split_space(str_of(space_cases[i].text), mem, &words);
		show(sb, &words);
		is_str(sb_str(sb), str_of(space_cases[i].words),
		    "space case %zu", i);
		vec_fini(&words);
	}
}

static void
test_shift(void)
{
	struct str rest = STR(" a /* x */ 'b c' d ");

	is_str(conf_shift_space(&rest), STR("a"), "first word");
	is_str(rest, STR("'b c' d "), "the rest begins with the next");
	is_str(conf_shift_space(&rest), STR("'b c'"), "second word");
	is_str(conf_shift_space(&rest), STR("d"), "third word");
	ok(rest.n == 0 && conf_shift_space(&rest).n == 0, "and no more");
}

static struct str
unquoted(struct str text, struct arena *mem)
{
	struct str bytes;

	if (conf_unquote(text, mem, &bytes) != 0)
		return STR("<no memory>");
	return bytes;
}

static void
test_quotes(struct arena *mem, struct strbuf *sb)
{
	struct str clean;

	for (size_t i = 0; i < ARRAY_SIZE(unquote_cases); i++)
		is_str(unquoted(str_of(unquote_cases[i].text), mem),
		    str_of(unquote_cases[i].bytes), "unquote case %zu", i);
	is_str(
	    unquoted(STR("\"a\\0b\""), mem), STR("a\0b"), "unquote makes NUL");
	for (size_t i = 0; i < ARRAY_SIZE(quote_cases); i++) {
		struct str bytes = str_of(quote_cases[i].bytes);

		sb_clear(sb);
		conf_quote(sb, bytes, quote_cases[i].newlines);
		is_str(sb_str(sb), str_of(quote_cases[i].quoted),
		    "quote case %zu", i);
		is_str(unquoted(sb_str(sb), mem), bytes, "and unquoted again");
	}
	ok(conf_uncomment(STR(" a/**/b  // c"), mem, &clean) == 0 &&
	        str_is(clean, "a b"),
	    "uncomment");
}

int
main(void)
{
	struct arena mem = ARENA_INIT;
	struct strbuf sb = STRBUF_INIT;

	test_split(&mem, &sb);
	test_shift();
	test_quotes(&mem, &sb);
	for (size_t i = 0; i < ARRAY_SIZE(word_cases); i++) {
		struct str s = str_of(word_cases[i].s);

		ok(conf_is_word(s) == word_cases[i].word, "word \"%s\"", s.s);
		ok(conf_is_keyword(s) == word_cases[i].keyword,
		    "keyword \"%s\"", s.s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(span_cases); i++) {
		struct str s = str_of(span_cases[i].text);
		bool got = conf_string_span(&s);

		ok(got == (span_cases[i].span != NULL), "string in \"%s\"",
		    span_cases[i].text);
		if (got)
			is_str(s, str_of(span_cases[i].span), "its span");
	}
	sb_fini(&sb);
	arena_fini(&mem);
	return tap_done();
}
