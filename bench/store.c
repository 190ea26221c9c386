/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * store.c GUEST DOMID N -- in dom0: how long XenStore and handlers over it
 * take, the median of N times each, a line "WHAT NS".  GUEST has a Counter c in
 * its first router, and another c in its router 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "base/steady.h"
#include "cosmos/cosmos.h"

enum { N_MAX = 1000, TRANSACTION_KEYS = 10 };

struct store {
	struct xs_handle *xs;
	struct cosmos *cosmos;
	struct cosmos_guest guest;
	char handler[128], request[128], reset[128];
};

typedef int store_fn(struct store *s);

static int
put(struct store *s, xs_transaction_t t, const char *path, const char *value)
{
	return xs_write(s->xs, t, path, value, (unsigned)strlen(value)) ? 0
	                                                                : -1;
}

/* ---- what is measured ---- */

static int
key_read(struct store *s)
{
	unsigned int n;
	char *v = xs_read(s->xs, XBT_NULL, "/local/domain/0/name", &n);

	free(v);
	return v != NULL ? 0 : -1;
}

static int
key_write(struct store *s)
{
	return put(s, XBT_NULL, "/local/domain/0/bench", "value");
}

static int
transaction(struct store *s)
{
	xs_transaction_t t = xs_transaction_start(s->xs);
	char path[64];

	for (int i = 0; i < TRANSACTION_KEYS; i++) {
		snprintf(path, sizeof(path), "/local/domain/0/bench/%d", i);
		if (put(s, t, path, "value") != 0)
			return -1;
	}
	return xs_transaction_end(s->xs, t, false) ? 0 : -1;
}

/* The original's way to read a handler: ask, watch for the answer, blank it. */
static int
original_read(struct store *s)
{
	unsigned int n = 0;

	if (put(s, XBT_NULL, s->request, " ") != 0)
		return -1;
	for (int tries = 0; tries < 1000; tries++) {
		unsigned int count;
		char **event = xs_read_watch(s->xs, &count);
		char *v = xs_read(s->xs, XBT_NULL, s->handler, &n);

		free(event);
		free(v);
		if (v != NULL && n > 0)
			return put(s, XBT_NULL, s->handler, "");
	}
	return -1;
}

/* And to write one: nobody answers. */
static int
original_write(struct store *s)
{
	return put(s, XBT_NULL, s->reset, "1");
}

static int
handler_read(struct store *s)
{
	char *text;

	if (cosmos_read(s->cosmos, &s->guest, 0, "c.count", "", &text, NULL) !=
	    COSMOS_OK)
		return -1;
	free(text);
	return 0;
}

static int
handler_write(struct store *s)
{
	return cosmos_write(s->cosmos, &s->guest, 0, "c.reset", "1", 1) ==
	               COSMOS_OK
	           ? 0
	           : -1;
}

static const struct {
	const char *name;
	store_fn *fn;
} rows[] = {
	{ "key-read", key_read },
	{ "key-write", key_write },
	{ "transaction", transaction },
	{ "original-read", original_read },
	{ "original-write", original_write },
	{ "cosmos-read", handler_read },
	{ "cosmos-write", handler_write },
};

/* ---- the program ---- */

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
measure(struct store *s, size_t row, int n)
{
	static int64_t ns[N_MAX];

	for (int i = 0; i < n; i++) {
		int64_t start = steady_ns();

		if (rows[row].fn(s) != 0) {
			printf("%s failed\n", rows[row].name);
			return;
		}
		ns[i] = steady_ns() - start;
	}
	qsort(ns, (size_t)n, sizeof(ns[0]), by_value);
	printf("%s %" PRId64 "\n", rows[row].name, ns[n / 2]);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct store s = { .xs = xs_open(0), .cosmos = cosmos_open() };
	int n = argc == 4 ? atoi(argv[3]) : 0;
	char base[64];

	if (n < 1 || n > N_MAX || s.xs == NULL || s.cosmos == NULL ||
	    cosmos_find(s.cosmos, argv[1], &s.guest) != COSMOS_OK) {
		fprintf(stderr, "Usage: store GUEST DOMID N\n");
		return 1;
	}
	snprintf(
	    base, sizeof(base), "/local/domain/%s/data/clickos/1", argv[2]);
	snprintf(s.handler, sizeof(s.handler), "%s/elements/c/count", base);
	snprintf(s.request, sizeof(s.request), "%s/control/read/c/count", base);
	snprintf(s.reset, sizeof(s.reset), "%s/elements/c/reset", base);
	if (!xs_watch(s.xs, s.handler, "handler"))
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&s, i, n);
	return 0;
}
