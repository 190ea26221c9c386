/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * agg_key.h -- aggregate numbers as keys of a flow table, and searches of a
 * batch at a time.  For elements that keep something for each aggregate.
 */
#ifndef ELEMENTS_ANALYSIS_AGG_KEY_H
#define ELEMENTS_ANALYSIS_AGG_KEY_H

#include "click/anno.h"
#include "elements/ip/flowtable.h"

/* Packets whose records are fetched at once. */
enum { AGG_AHEAD = 32 };

static inline struct flow_key
agg_key(uint32_t aggregate)
{
	return (struct flow_key){ .src = aggregate, .kind = 1 };
}

/* Passes 1 and 2 of a search for the aggregates of n <= AGG_AHEAD packets. */
static inline void
agg_fetch(const struct flowtable *ft, struct packet *const *p, uint32_t n,
    struct flow_probe *probe)
{
	for (uint32_t i = 0; i < n; i++) {
		probe[i].key = agg_key(anno_u32(p[i], ANNO_AGGREGATE));
		flowtable_probe(ft, &probe[i]);
	}
	for (uint32_t i = 0; i < n; i++)
		flowtable_probe_record(ft, &probe[i]);
}

/*
 * A new record for key, which must not be in; its number, 0: no memory.
 */
static inline uint32_t
agg_insert(struct flowtable *ft, const struct flow_key *key)
{
	uint32_t n = flowtable_new(ft);

	if (n == 0)
		return 0;
	memcpy(flowtable_record(ft, n), key, sizeof(*key));
	if (flowtable_insert(ft, n, 0) == 0)
		return n;
	flowtable_delete(ft, n);
	return 0;
}

static inline void
agg_remove(struct flowtable *ft, uint32_t record)
{
	flowtable_remove(ft, record, 0);
	flowtable_delete(ft, record);
}

/*
 * The numbers of the records in ascending order of their aggregates, malloc'ed:
 * *n of them.  NULL: none, or (*n is not 0) no memory.
 */
uint32_t *agg_sorted(const struct flowtable *ft, uint32_t *n);

#endif
