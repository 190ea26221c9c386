/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * chains.h -- buckets of a hash table whose entries are chained, growing
 * without a pause: when there are twice as many buckets, the entries of the old
 * ones move over two buckets at a time, with each entry that comes.  For the
 * tables of neighbours and of AddressTranslator; not an element.
 *
 * An entry has a pointer to the next one at offset next; its hash, by a seed of
 * the table's own, is asked for again when it moves.
 */
#ifndef ELEMENTS_IP6_CHAINS_H
#define ELEMENTS_IP6_CHAINS_H

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

enum { CHAINS_FIRST = 16, CHAINS_STEP = 2 };

struct chains {
	void **bucket, **old; /* old ones from number moved on are in use */
	uint32_t n, nold, moved;
};

typedef uint64_t chains_hash_fn(const void *arg, const void *entry);

/* The head of the chain for hash; there are buckets. */
static inline void **
chains_at(const struct chains *c, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (c->nold - 1);

	if (c->nold != 0 && i >= c->moved)
		return &c->old[i];
	return &c->bucket[(uint32_t)hash & (c->n - 1)];
}

static inline void **
chains_next(void *entry, size_t next)
{
	return (void **)(void *)((char *)entry + next);
}

/* Enters an entry that is in no chain. */
static inline void
chains_put(struct chains *c, void *entry, size_t next, uint64_t hash)
{
	void **at = chains_at(c, hash);

	*chains_next(entry, next) = *at;
	*at = entry;
}

/* Moves the entries of the next old buckets. */
static inline void
chains_step(
    struct chains *c, size_t next, chains_hash_fn *hash, const void *arg)
{
	for (int i = 0; i < CHAINS_STEP && c->nold != 0; i++) {
		void *entry = c->old[c->moved], *after;

		c->old[c->moved++] = NULL;
		for (; entry != NULL; entry = after) {
			after = *chains_next(entry, next);
			chains_put(c, entry, next, hash(arg, entry));
		}
		if (c->moved == c->nold) {
			free(c->old);
			c->old = NULL;
			c->nold = 0;
		}
	}
}

/* Before an entry joins count others: 0, or ERR_NOMEM. */
static inline int
chains_reserve(struct chains *c, uint32_t count, size_t next,
    chains_hash_fn *hash, const void *arg)
{
	uint32_t n = c->n == 0 ? CHAINS_FIRST : c->n * 2;
	void **bucket;

	chains_step(c, next, hash, arg);
	if (count < c->n || c->nold != 0)
		return 0;
	bucket = calloc(n, sizeof(*bucket));
	if (bucket == NULL)
		return ERR_NOMEM;
	c->old = c->bucket;
	c->nold = c->n;
	c->moved = 0;
	c->bucket = bucket;
	c->n = n;
	return 0;
}

/* All heads, old and new: from 0 to this. */
static inline uint32_t
chains_heads(const struct chains *c)
{
	return c->nold + c->n;
}

static inline void *
chains_head(const struct chains *c, uint32_t i)
{
	return i < c->nold ? c->old[i] : c->bucket[i - c->nold];
}

/* Entries stay their user's. */
static inline void
chains_fini(struct chains *c)
{
	free(c->bucket);
	free(c->old);
	*c = (struct chains){ .n = 0 };
}

#endif
