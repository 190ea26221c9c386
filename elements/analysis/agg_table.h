/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * agg_table.h -- a 64-bit number for each of many aggregates.
 *
 * 256 hash tables with open addressing, chosen by bits of the hash.  Each is at
 * most half full and doubles for itself, so that no insertion takes long; a
 * search touches one cache line as a rule, and those of a batch are fetched at
 * once by agg_table_fetch().  The hash is keyed.  About 40 bytes an aggregate.
 */
#ifndef ELEMENTS_ANALYSIS_AGG_TABLE_H
#define ELEMENTS_ANALYSIS_AGG_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/hash.h"

enum { AGG_TABLE_BITS = 8, AGG_TABLE_PARTS = 1 << AGG_TABLE_BITS };

/* number 0 marks a free slot: what is in the table is never 0. */
struct agg_slot {
	uint64_t number;
	uint32_t aggregate, spare;
};

struct agg_part {
	struct agg_slot *slots; /* NULL: none */
	uint32_t mask;          /* how many, less one */
	uint32_t used;
};

struct agg_table {
	struct agg_part part[AGG_TABLE_PARTS];
	uint64_t seed;
	uint32_t count; /* aggregates in it */
};

void agg_table_init(struct agg_table *t);
/* Frees all; the table is as after agg_table_init(). */
void agg_table_fini(struct agg_table *t);

/*
 * Adds n, which is not 0, to the number of an aggregate that may be new.
 * False: no memory.
 */
bool agg_table_add(struct agg_table *t, uint32_t aggregate, uint64_t n);

/*
 * All in ascending order of aggregates, malloc'ed, t->count of them.  NULL:
 * none, or no memory.
 */
struct agg_slot *agg_table_sorted(const struct agg_table *t);

/* The high bits choose the part, the low ones the slot. */
static inline uint64_t
agg_table_hash(const struct agg_table *t, uint32_t aggregate)
{
	return hash_u64(aggregate, t->seed);
}

static inline const struct agg_part *
agg_table_part(const struct agg_table *t, uint64_t hash)
{
	return &t->part[hash >> (64 - AGG_TABLE_BITS)];
}

static inline void
agg_table_fetch(const struct agg_table *t, uint64_t hash)
{
	const struct agg_part *part = agg_table_part(t, hash);

	if (likely(part->slots != NULL))
		prefetch_write(&part->slots[(uint32_t)hash & part->mask]);
}

/*
 * The number of an aggregate with that hash, NULL: it is not in.  Valid until
 * the next addition; must not become 0.
 */
static inline uint64_t *
agg_table_find(const struct agg_table *t, uint32_t aggregate, uint64_t hash)
{
	const struct agg_part *part = agg_table_part(t, hash);

	if (unlikely(part->slots == NULL))
		return NULL;
	for (uint32_t i = (uint32_t)hash & part->mask;;
	     i = (i + 1) & part->mask) {
		struct agg_slot *s = &part->slots[i];

		if (unlikely(s->number == 0))
			return NULL;
		if (likely(s->aggregate == aggregate))
			return &s->number;
	}
}

#endif
