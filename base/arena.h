/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arena.h -- memory that is given back all at once.
 *
 * For what lives as long as its owner (a router's names, texts and graph).
 * Allocation never moves; there is no free of one piece.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;
	char *next, *end;
};

#define ARENA_INIT                                                             \
	{                                                                      \
		NULL, NULL, NULL                                               \
	}

/* n zeroed bytes, aligned to 16; NULL when out of memory. */
void *arena_alloc(struct arena *a, size_t n);
/* A copy of s, NUL after it; .s is NULL when out of memory. */
struct str arena_str(struct arena *a, struct str s);
/* printf into the arena. */
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Gives everything back. */
void arena_fini(struct arena *a);

#endif
