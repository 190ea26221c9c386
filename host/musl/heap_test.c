/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heap and the copies of the guest program: pieces of every size that keep
 * what is written to them, as aligned as was asked for, empty where that was
 * asked for, moved whole, on several threads; copies of every length and
 * overlap against a byte by byte one.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "test/tap.h"

enum { HELD = 512, ROUNDS = 40000, THREADS = 4, COPY_MAX = 1300, SPACE = 3000 };

struct held {
	uint8_t *p;
	size_t n;
	uint8_t mark;
};

struct luck {
	uint64_t state;
};

static uint32_t
luck(struct luck *l)
{
	l->state = l->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(l->state >> 33);
}

/* Mostly small, now and then one with a mapping of its own. */
static size_t
luck_size(struct luck *l)
{
	unsigned int bits = luck(l) % 19;

	return luck(l) & (((size_t)1 << bits) - 1);
}

static bool
all_are(const uint8_t *p, size_t n, uint8_t mark)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != mark)
			return false;
	return true;
}

static bool
one_more(struct held *h, struct luck *l)
{
	size_t align = (size_t)16 << luck(l) % 9;
	bool good = true;

	h->n = luck_size(l);
	h->mark = (uint8_t)luck(l);
	switch (luck(l) % 3) {
	case 0:
		h->p = malloc(h->n);
		good = (uintptr_t)h->p % 16 == 0;
		break;
	case 1:
		h->p = calloc(1, h->n);
		good = h->p != NULL && all_are(h->p, h->n, 0);
		break;
	default:
		h->p = aligned_alloc(align, h->n);
		good = (uintptr_t)h->p % align == 0;
	}
	if (h->p == NULL)
		return false;
	memset(h->p, h->mark, h->n);
	return good;
}

static bool
other_size(struct held *h, struct luck *l)
{
	size_t n = luck_size(l), kept = n < h->n ? n : h->n;
	uint8_t *p = realloc(h->p, n);

	if (p == NULL || !all_are(p, kept, h->mark))
		return false;
	memset(p, h->mark, n);
	h->p = p;
	h->n = n;
	return true;
}

/* How many times something was not as it should be. */
static void *
many_rounds(void *arg)
{
	struct luck l = { (uintptr_t)arg };
	static _Thread_local struct held held[HELD];
	uintptr_t wrong = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct held *h = &held[luck(&l) % HELD];

		if (h->p == NULL) {
			wrong += !one_more(h, &l);
		} else if (luck(&l) % 3 == 0) {
			wrong += !other_size(h, &l);
		} else {
			wrong += !all_are(h->p, h->n, h->mark);
			free(h->p);
			h->p = NULL;
		}
	}
	for (unsigned int i = 0; i < HELD; i++) {
		wrong += !all_are(
		    held[i].p, held[i].n * (held[i].p != NULL), held[i].mark);
		free(held[i].p);
	}
	return (void *)wrong;
}

static void
test_threads(void)
{
	pthread_t id[THREADS];
	void *wrong;

	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&id[i], NULL, many_rounds, (void *)(i + 1));
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(id[i], &wrong);
		ok(wrong == NULL, "thread %u: %zu times wrong", i,
		    (size_t)(uintptr_t)wrong);
	}
}

/* A piece that came back is the next one of its size. */
static void
test_again(void)
{
	static const size_t sizes[] = { 1, 16, 17, 64, 65, 100, 4096, 70000,
		131072 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		void *p = malloc(sizes[i]), *q;

		free(p);
		q = malloc(sizes[i]);
		ok(p == q, "%zu bytes: used again", sizes[i]);
		free(q);
	}
}

/* p cannot become n bytes long; ends it. */
static void
cannot_grow(void *p, size_t n, const char *what)
{
	void *(*volatile resize)(void *, size_t) = realloc;
	void *q = resize(p, n);

	ok(q == NULL, "%s", what);
	free(q == NULL ? p : q);
}

static void
test_too_much(void)
{
	volatile size_t huge = SIZE_MAX;

	errno = 0;
	ok(malloc(huge) == NULL && errno == ENOMEM, "more than there is");
	ok(malloc(huge / 2) == NULL, "half of it");
	errno = 0;
	ok(calloc(huge / 2, 3) == NULL && errno == ENOMEM, "an overflow");
	errno = 0;
	ok(aligned_alloc(64, huge - 8) == NULL && errno == ENOMEM,
	    "an overflow by alignment");
	cannot_grow(malloc(100), huge / 2, "it does not grow that far");
	cannot_grow(malloc(200000), huge / 2, "nor does a big one");
}

/* ---- copies ---- */

static uint8_t from[SPACE], got[SPACE], wanted[SPACE];

static void
copy_plain(uint8_t *to, const uint8_t *at, size_t n)
{
	static uint8_t between[SPACE];
	size_t i;

	for (i = 0; i < n; i++)
		between[i] = at[i];
	for (i = 0; i < n; i++)
		to[i] = between[i];
}

static bool
same(void)
{
	for (size_t i = 0; i < SPACE; i++)
		if (got[i] != wanted[i])
			return false;
	return true;
}

static void
reset(void)
{
	for (size_t i = 0; i < SPACE; i++) {
		from[i] = (uint8_t)(i * 7 + i / 251);
		got[i] = wanted[i] = (uint8_t)(i * 13 + 5);
	}
}

static void
test_copies(void)
{
	void *(*volatile copy)(void *, const void *, size_t) = memcpy;
	bool good = true;

	for (size_t n = 0; n < COPY_MAX && good; n++) {
		reset();
		good = copy(got + n % 29, from + n % 31, n) == got + n % 29;
		copy_plain(wanted + n % 29, from + n % 31, n);
		good = good && same();
		ok(good, "memcpy of %zu", n);
	}
}

static void
test_moves(void)
{
	static const int shifts[] = { -700, -65, -64, -63, -17, -16, -1, 0, 1,
		15, 16, 33, 63, 64, 65, 127, 700 };
	void *(*volatile move)(void *, const void *, size_t) = memmove;
	bool good;

	for (unsigned int i = 0; i < ARRAY_SIZE(shifts); i++) {
		good = true;
		for (size_t n = 0; n < COPY_MAX && good; n++) {
			uint8_t *to = got + 800 + shifts[i];

			reset();
			good = move(to, got + 800, n) == to;
			copy_plain(wanted + 800 + shifts[i], wanted + 800, n);
			good = good && same();
		}
		ok(good, "memmove by %d", shifts[i]);
	}
}

int
main(void)
{
	test_again();
	test_too_much();
	test_threads();
	test_copies();
	test_moves();
	return tap_done();
}
