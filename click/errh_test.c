/* SPDX-License-Identifier: BSD-3-Clause */
/* errh_test.c -- what comes out at the end of chains of handlers. */
#include "click/errh.h"

#include "test/tap.h"

/* Ends a case: what was written must be want, and so many were counted. */
static void
check(struct errh *e, struct strbuf *sb, const char *want, unsigned int errors,
    unsigned int warnings, const char *name)
{
	is_str(sb_str(sb), str_of(want), "%s", name);
	is_num(e->nerrors, errors, "%s: errors", name);
	is_num(e->nwarnings, warnings, "%s: warnings", name);
	e->nerrors = e->nwarnings = 0;
	sb_clear(sb);
}

static void
test_sink(struct errh *e, struct strbuf *sb)
{
	is_num(errh_error(e, "bad %d", 3), ERR_INVAL, "errors are ERR_INVAL");
	check(e, sb, "bad 3\n", 1, 0, "error");
	errh_warning(e, "two\nlines");
	check(e, sb, "warning: two\nwarning: lines\n", 0, 1, "warning");
	errh_message(e, "for your\n\ninformation\n");
	check(e, sb, "for your\n\ninformation\n", 0, 0, "message");
	errh_debug(e, "%s", "");
	check(e, sb, "", 0, 0, "nothing said");
	is_num(errh_lerror(e, STR("f:1"), "x"), ERR_INVAL, "lerror's result");
	errh_lwarning(e, STR("f:2: "), "y");
	errh_lwarning(e, STR("f:3:"), "z");
	check(e, sb, "f:1: x\nf:2: warning: y\nf:3: warning: z\n", 1, 2,
	    "landmarks are cleaned");
}

static void
test_veneers(struct errh *e, struct strbuf *sb)
{
	struct errh prefix, landmark;

	errh_landmark_init(&landmark, e, STR("f:9"));
	errh_prefix_init(&prefix, &landmark, STR("CAP: "));
	errh_warning(&prefix, "a\nb");
	errh_lerror(&prefix, STR("g:1"), "c");
	is_num(prefix.nerrors, 1, "a veneer counts what passes it");
	check(e, sb,
	    "f:9: CAP: warning: a\nf:9: CAP: warning: b\ng:1: CAP: c\n", 1, 1,
	    "prefix before landmark");
	errh_fini(&prefix);
	errh_fini(&landmark);
}

static void
test_context(struct errh *e, struct strbuf *sb)
{
	struct errh c;

	errh_context_init(&c, e, STR("f:1"), "While %s:", "testing");
	errh_error(&c, "one\ntwo");
	errh_lerror(&c, STR("f:2"), "three");
	check(e, sb, "f:1: While testing:\n  one\n  two\nf:2:   three\n", 2, 0,
	    "a context is printed once");
	errh_fini(&c);

	errh_context_init(&c, e, STR(""), "While:");
	errh_lerror(&c, STR("f:2"), "x");
	check(e, sb, "f:2: While:\nf:2:   x\n", 1, 0,
	    "a context takes the place of its first message");
	errh_fini(&c);

	errh_context_init(&c, e, STR("f:1"), "%s", "");
	errh_error(&c, "x");
	check(e, sb, "  x\n", 1, 0, "an empty context only indents");
	errh_fini(&c);
}

static void
test_nested(struct errh *e, struct strbuf *sb)
{
	struct errh outer, inner;

	errh_context_init(&outer, e, STR("f:1"), "Outer:");
	errh_context_init(&inner, &outer, STR("f:2"), "Inner:");
	errh_plain(&inner, STR("g:7"), STR("plain"));
	check(e, sb, "g:7: plain\n", 1, 0, "a plain text has no context");
	errh_text(&inner, ERRH_INFO, STR(""), STR("x"));
	check(e, sb, "f:1: Outer:\nf:2:   Inner:\n    x\n", 0, 0,
	    "contexts within contexts");
	errh_fini(&inner);
	errh_fini(&outer);
}

static void
test_silence(void)
{
	struct errh silent, prefix;

	errh_silent_init(&silent);
	errh_prefix_init(&prefix, &silent, STR("x"));
	errh_error(&prefix, "x");
	is_num(silent.nerrors, 1, "a silent handler counts");
	errh_fini(&prefix);
	errh_prefix_init(&prefix, NULL, STR("x"));
	errh_error(&prefix, "x");
	is_num(prefix.nerrors, 1, "no parent at all");
	errh_fini(&prefix);
	is_num(errh_error(NULL, "x"), ERR_INVAL, "no handler at all");
}

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct errh e;

	errh_strbuf_init(&e, &sb);
	test_sink(&e, &sb);
	test_veneers(&e, &sb);
	test_context(&e, &sb);
	test_nested(&e, &sb);
	test_silence();
	errh_fini(&e);
	sb_fini(&sb);
	return tap_done();
}
