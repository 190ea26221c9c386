/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tap.h -- results of a unit test in the Test Anything Protocol.
 *
 *	int
 *	main(void)
 *	{
 *		tap_plan(2);
 *		ok(vec_push(&v, 1) == 0, "a push");
 *		is_num(v.n, 1, "one element after it");
 *		return tap_done();
 *	}
 *
 * Each check prints one line, returns whether it passed, and takes a printf
 * format that names the case.  Without tap_plan() the plan is what was run.
 */
#ifndef TEST_TAP_H
#define TEST_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/str.h"

/* A test program is one file, hence its counts are that file's. */
static struct {
	unsigned int planned, run, failed;
} tap_state;

/* Says beforehand how many checks will run: a test cut short then fails. */
UNUSED static void
tap_plan(unsigned int checks)
{
	tap_state.planned = checks;
	printf("1..%u\n", checks);
	fflush(stdout);
}

UNUSED PRINTF(2, 0) static bool tap_result(
    bool passed, const char *fmt, va_list ap)
{
	tap_state.run++;
	if (!passed)
		tap_state.failed++;
	printf("%sok %u - ", passed ? "" : "not ", tap_state.run);
	vprintf(fmt, ap);
	putchar('\n');
	fflush(stdout);
	return passed;
}

/* A line of explanation. */
UNUSED PRINTF(1, 2) static void tap_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("# ");
	vprintf(fmt, ap);
	putchar('\n');
	va_end(ap);
}

UNUSED PRINTF(2, 3) static bool ok(bool passed, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_result(passed, fmt, ap);
	va_end(ap);
	return passed;
}

/* Prints s with every unprintable byte as \xNN. */
UNUSED static void
tap_note_str(const char *what, struct str s)
{
	printf("# %s \"", what);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c >= ' ' && c < 0x7f)
			putchar(c);
		else if (c == '\n')
			printf("\\n");
		else
			printf("\\x%02x", c);
	}
	printf("\"\n");
}

/* That got is want, byte for byte. */
UNUSED PRINTF(3, 4) static bool is_str(
    struct str got, struct str want, const char *fmt, ...)
{
	bool same = str_eq(got, want);
	va_list ap;

	va_start(ap, fmt);
	tap_result(same, fmt, ap);
	va_end(ap);
	if (!same) {
		tap_note_str("     got:", got);
		tap_note_str("expected:", want);
	}
	return same;
}

/* The same for NUL-terminated strings; NULL is like "". */
#define is_cstr(got, want, ...) is_str(str_of(got), str_of(want), __VA_ARGS__)

UNUSED PRINTF(3, 4) static bool is_num(
    int64_t got, int64_t want, const char *fmt, ...)
{
	bool same = got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(same, fmt, ap);
	va_end(ap);
	if (!same)
		tap_note("     got: %" PRId64 " expected: %" PRId64, got, want);
	return same;
}

/* Unsigned, shown in hexadecimal. */
UNUSED PRINTF(3, 4) static bool is_hex(
    uint64_t got, uint64_t want, const char *fmt, ...)
{
	bool same = got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_result(same, fmt, ap);
	va_end(ap);
	if (!same)
		tap_note(
		    "     got: %#" PRIx64 " expected: %#" PRIx64, got, want);
	return same;
}

/* A check that cannot run here, shown as such. */
UNUSED static void
tap_skip(const char *why)
{
	printf("ok %u # SKIP %s\n", ++tap_state.run, why);
	fflush(stdout);
}

/* The exit status for main(): 0 when all that was planned ran and passed. */
UNUSED static int
tap_done(void)
{
	if (tap_state.planned == 0)
		printf("1..%u\n", tap_state.run);
	else if (tap_state.planned != tap_state.run)
		tap_note("planned %u checks, ran %u", tap_state.planned,
		    tap_state.run);
	if (tap_state.failed > 0)
		tap_note(
		    "%u of %u checks failed", tap_state.failed, tap_state.run);
	return tap_state.failed > 0 || tap_state.run == 0 ||
	       (tap_state.planned != 0 && tap_state.planned != tap_state.run);
}

#endif
