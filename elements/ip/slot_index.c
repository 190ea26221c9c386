/* SPDX-License-Identifier: BSD-3-Clause */
/* slot_index.c -- a helper of the route tables; see slot_index.h. */
#include "elements/ip/slot_index.h"

#include <stdlib.h>

#include "base/err.h"

void
slot_index_put(struct slot_index *x, uint64_t hash, uint32_t n)
{
	uint32_t i = (uint32_t)hash & (x->size - 1);

	while (x->at[i] != 0)
		i = (i + 1) & (x->size - 1);
	x->at[i] = n;
	x->used++;
}

int
slot_index_reserve(struct slot_index *x, slot_hash_fn *hash, const void *arg)
{
	struct slot_index big;

	if ((uint64_t)x->used * 3 + 3 < (uint64_t)x->size * 2)
		return 0;
	big = (struct slot_index){ .size = x->size == 0 ? 8 : x->size * 2 };
	big.at = calloc(big.size, sizeof(*big.at));
	if (big.at == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < x->size; i++)
		if (x->at[i] != 0)
			slot_index_put(&big, hash(arg, x->at[i]), x->at[i]);
	free(x->at);
	*x = big;
	return 0;
}

/* Those behind it move up. */
void
slot_index_take(
    struct slot_index *x, slot_hash_fn *hash, const void *arg, uint32_t n)
{
	uint32_t last = x->size - 1, hole = (uint32_t)hash(arg, n) & last;

	while (x->at[hole] != n)
		hole = (hole + 1) & last;
	for (uint32_t i = (hole + 1) & last; x->at[i] != 0;
	     i = (i + 1) & last) {
		uint32_t home = (uint32_t)hash(arg, x->at[i]) & last;

		/* It may move if its home is not between hole and it. */
		if (((i - home) & last) >= ((i - hole) & last)) {
			x->at[hole] = x->at[i];
			hole = i;
		}
	}
	x->at[hole] = 0;
	x->used--;
}
