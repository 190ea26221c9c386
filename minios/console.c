/* SPDX-License-Identifier: BSD-3-Clause */
/* console.c -- see console.h. */
#include "minios/console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "minios/fiber.h"
#include "minios/machine.h"

enum {
	PATIENCE_NS = 20000000,
	FIRST_PATIENCE_NS = 500000000,
	STEP_NS = 500000,
};

static struct {
	uint64_t lost; /* bytes dropped and not yet told */
	bool waited;   /* it has been full before */
	bool panic;
} console;

void
console_panic_mode(void)
{
	console.panic = true;
}

/* False: a handler writes, for which nobody can wait. */
static bool
console_pause(int64_t now)
{
	if (console.panic || fiber_self() == NULL)
		return true;
	if (!fiber_may_sleep())
		return false;
	fiber_sleep_until(now + STEP_NS);
	return true;
}

/*
 * Writes all, or what fits before patience ends; returns how much.  Who reads
 * may come after us: cosmos lets the reader begin when it has heard of us, or
 * has heard nothing for a while.
 */
static size_t
console_put(const char *s, size_t n)
{
	int64_t now, end = 0;
	size_t done = 0;

	for (;;) {
		done += machine->console_write(s + done, (uint32_t)(n - done));
		if (done == n)
			return done;
		now = machine->steady_ns();
		if (end == 0)
			end = now + (console.waited ? PATIENCE_NS
			                            : FIRST_PATIENCE_NS);
		if (now >= end || console.lost != 0 || !console_pause(now))
			return done;
		console.waited = true;
	}
}

/* Every newline goes out as CR LF, as terminals expect. */
static void
console_put_lines(const char *s, size_t n)
{
	const char *newline;
	size_t part;

	while (n > 0) {
		newline = memchr(s, '\n', n);
		part = newline != NULL ? (size_t)(newline - s) : n;
		console.lost += part - console_put(s, part);
		if (newline != NULL) {
			console.lost += 2 - console_put("\r\n", 2);
			part++;
		}
		s += part;
		n -= part;
	}
}

void
console_write(const char *s, size_t n)
{
	char text[64];
	uint64_t lost = console.lost;

	if (lost != 0) {
		console.lost = 0;
		snprintf(text, sizeof(text), "[%llu bytes lost]\n",
		    (unsigned long long)lost);
		console_put_lines(text, strlen(text));
		if (console.lost != 0) {
			console.lost = lost + n;
			return;
		}
	}
	console_put_lines(s, n);
}

void
console_printf(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	console_write(
	    text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}
