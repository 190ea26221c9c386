/* SPDX-License-Identifier: BSD-3-Clause */
/* agg_table.c -- growing and reading of tables of aggregates. */
#include "elements/analysis/agg_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"

enum { AGG_PART_FIRST = 8, AGG_PART_MAX = 1 << 30 };

void
agg_table_init(struct agg_table *t)
{
	memset(t, 0, sizeof(*t));
	os_random(&t->seed, sizeof(t->seed));
}

void
agg_table_fini(struct agg_table *t)
{
	for (uint32_t i = 0; i < AGG_TABLE_PARTS; i++)
		free(t->part[i].slots);
	agg_table_init(t);
}

/* The free slot where an aggregate of that hash goes. */
static struct agg_slot *
agg_part_free(struct agg_part *part, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & part->mask;

	while (part->slots[i].number != 0)
		i = (i + 1) & part->mask;
	return &part->slots[i];
}

static int
agg_part_grow(const struct agg_table *t, struct agg_part *part)
{
	uint32_t old = part->slots == NULL ? 0 : part->mask + 1;
	uint32_t size = old == 0 ? AGG_PART_FIRST : old * 2;
	struct agg_part grown = { .mask = size - 1, .used = part->used };

	if (old >= AGG_PART_MAX)
		return ERR_NOMEM;
	grown.slots = calloc(size, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < old; i++) {
		const struct agg_slot *s = &part->slots[i];

		if (s->number != 0)
			*agg_part_free(
			    &grown, agg_table_hash(t, s->aggregate)) = *s;
	}
	free(part->slots);
	*part = grown;
	return 0;
}

bool
agg_table_add(struct agg_table *t, uint32_t aggregate, uint64_t n)
{
	uint64_t hash = agg_table_hash(t, aggregate);
	uint64_t *number = agg_table_find(t, aggregate, hash);
	struct agg_part *part = &t->part[hash >> (64 - AGG_TABLE_BITS)];
	struct agg_slot *s;

	if (number != NULL) {
		*number += n;
		return true;
	}
	if ((part->slots == NULL || part->used * 2 > part->mask) &&
	    agg_part_grow(t, part) != 0)
		return false;
	s = agg_part_free(part, hash);
	s->number = n;
	s->aggregate = aggregate;
	part->used++;
	t->count++;
	return true;
}

static int
agg_slot_order(const void *a, const void *b)
{
	const struct agg_slot *x = a, *y = b;

	return x->aggregate < y->aggregate ? -1 : x->aggregate > y->aggregate;
}

struct agg_slot *
agg_table_sorted(const struct agg_table *t)
{
	struct agg_slot *sorted = calloc(t->count, sizeof(*sorted));
	uint32_t n = 0;

	if (sorted == NULL || t->count == 0) {
		free(sorted);
		return NULL;
	}
	for (uint32_t i = 0; i < AGG_TABLE_PARTS; i++) {
		const struct agg_part *part = &t->part[i];

		for (uint32_t k = 0; part->slots != NULL && k <= part->mask;
		     k++)
			if (part->slots[k].number != 0)
				sorted[n++] = part->slots[k];
	}
	qsort(sorted, n, sizeof(*sorted), agg_slot_order);
	return sorted;
}
