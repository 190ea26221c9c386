/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_expand.c -- one pattern for many names; see cmd.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/cmd.h"

enum { NAMES_MAX = 100000, NAME_SIZE = 512, DIGITS_MAX = 9 };

static int
expand_add(struct cmd_context *x, const char *name, struct cmd_names *to)
{
	char **v;

	if (to->n == NAMES_MAX)
		return cmd_usage(x, "more than %d names", NAMES_MAX);
	if (to->n == to->cap) {
		to->cap = to->cap == 0 ? 16 : 2 * to->cap;
		v = realloc(to->v, to->cap * sizeof(*v));
		if (v == NULL)
			return COSMOS_E_FULL;
		to->v = v;
	}
	to->v[to->n] = strdup(name);
	return to->v[to->n] != NULL ? (to->n++, COSMOS_OK) : COSMOS_E_FULL;
}

/* What stands before the braces, one of the choices, and the rest. */
static int
expand_choice(struct cmd_context *x, const char *pattern, size_t before,
    const char *choice, size_t n, const char *rest, struct cmd_names *to)
{
	char name[NAME_SIZE];

	if (snprintf(name, sizeof(name), "%.*s%.*s%s", (int)before, pattern,
	        (int)n, choice, rest) >= NAME_SIZE)
		return cmd_usage(x, "'%s' is too long", pattern);
	return cmd_expand(x, name, to);
}

/* The digits of a bound of a range; 0: it is none. */
static size_t
range_digits(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return n <= DIGITS_MAX ? n : 0;
}

static int
expand_range(struct cmd_context *x, const char *pattern, size_t before,
    const char *from, const char *to_text, const char *rest,
    struct cmd_names *to)
{
	size_t width = range_digits(from), other = range_digits(to_text);
	long first = strtol(from, NULL, 10), last = strtol(to_text, NULL, 10);
	long step = first <= last ? 1 : -1, i = first - step;
	char number[16];
	int status = COSMOS_OK;

	if (from[0] != '0' && to_text[0] != '0')
		width = 1;
	else if (width < other)
		width = other;
	while (status == COSMOS_OK && i != last) {
		i += step;
		snprintf(number, sizeof(number), "%0*ld", (int)width, i);
		status = expand_choice(
		    x, pattern, before, number, strlen(number), rest, to);
	}
	return status;
}

int
cmd_expand(struct cmd_context *x, const char *pattern, struct cmd_names *to)
{
	const char *open = strchr(pattern, '{'), *close, *at;
	size_t before, n;
	int status = COSMOS_OK;

	if (open == NULL)
		return expand_add(x, pattern, to);
	close = strchr(open, '}');
	if (close == NULL || memchr(open + 1, '{', close - open - 1) != NULL)
		return cmd_usage(x,
		    "'%s': braces are {1..9} or {a,b}, one in no other",
		    pattern);
	before = (size_t)(open - pattern);
	at = open + 1;
	n = range_digits(at);
	if (n > 0 && strncmp(at + n, "..", 2) == 0 &&
	    range_digits(at + n + 2) > 0 &&
	    at + n + 2 + range_digits(at + n + 2) == close)
		return expand_range(
		    x, pattern, before, at, at + n + 2, close + 1, to);
	for (; status == COSMOS_OK && at <= close; at += n + 1) {
		n = strcspn(at, ",}");
		status =
		    expand_choice(x, pattern, before, at, n, close + 1, to);
	}
	return status;
}

void
cmd_names_free(struct cmd_names *names)
{
	while (names->n > 0)
		free(names->v[--names->n]);
	free(names->v);
}
