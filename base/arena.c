/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arena.c -- a list of chunks, each twice as large as the one before up to a
 * limit.  What is larger than a quarter of a chunk gets a chunk of its own, so
 * that the room left in the current one is not lost.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_ALIGN = 16,
	ARENA_CHUNK_MIN = 1024,
	ARENA_CHUNK_MAX = 64 * 1024,
};

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* bytes of data */
	char data[] __attribute__((aligned(ARENA_ALIGN)));
};

/* A zeroed chunk of size bytes, linked to a. */
static struct arena_chunk *
arena_chunk_new(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->next = a->chunks;
	a->chunks = chunk;
	return chunk;
}

static size_t
arena_next_size(const struct arena *a)
{
	size_t size = a->chunks == NULL ? 0 : a->chunks->size * 2;

	if (size < ARENA_CHUNK_MIN)
		return ARENA_CHUNK_MIN;
	return size > ARENA_CHUNK_MAX ? ARENA_CHUNK_MAX : size;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t size = arena_next_size(a);
	struct arena_chunk *chunk;
	char *p = a->next;

	if (n > SIZE_MAX / 2)
		return NULL;
	n = (n + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (p != NULL && n <= (size_t)(a->end - p)) {
		a->next = p + n;
		return p;
	}
	if (n > size / 4) {
		chunk = arena_chunk_new(a, n);
		return chunk == NULL ? NULL : chunk->data;
	}
	chunk = arena_chunk_new(a, size);
	if (chunk == NULL)
		return NULL;
	a->next = chunk->data + n;
	a->end = chunk->data + size;
	return chunk->data;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *copy = s.n == SIZE_MAX ? NULL : arena_alloc(a, s.n + 1);

	if (copy == NULL)
		return str_make(NULL, 0);
	if (s.n != 0)
		memcpy(copy, s.s, s.n);
	return str_make(copy, s.n);
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (text == NULL)
		return str_make(NULL, 0);
	va_start(ap, fmt);
	n = vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return str_make(text, (size_t)n);
}

void
arena_fini(struct arena *a)
{
	struct arena_chunk *chunk = a->chunks, *next;

	for (; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*a = (struct arena)ARENA_INIT;
}
