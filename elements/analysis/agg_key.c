/* SPDX-License-Identifier: BSD-3-Clause */
/* agg_key.c -- the records of a table in the order of their aggregates. */
#include "elements/analysis/agg_key.h"

#include <stdlib.h>

struct agg_order {
	uint32_t aggregate, record;
};

static int
agg_order_compare(const void *a, const void *b)
{
	const struct agg_order *x = a, *y = b;

	return x->aggregate < y->aggregate ? -1 : x->aggregate > y->aggregate;
}

uint32_t *
agg_sorted(const struct flowtable *ft, uint32_t *n)
{
	struct agg_order *order = calloc(ft->count, sizeof(*order));
	uint32_t *sorted = calloc(ft->count, sizeof(*sorted)), i = 0;

	*n = ft->count;
	if (*n == 0 || order == NULL || sorted == NULL) {
		free(order);
		free(sorted);
		return NULL;
	}
	for (uint32_t r = flowtable_next(ft, 1); r != 0;
	     r = flowtable_next(ft, r + 1)) {
		const struct flow_key *key = flowtable_record(ft, r);

		order[i++] = (struct agg_order){ key->src, r };
	}
	qsort(order, i, sizeof(*order), agg_order_compare);
	for (i = 0; i < *n; i++)
		sorted[i] = order[i].record;
	free(order);
	return sorted;
}
