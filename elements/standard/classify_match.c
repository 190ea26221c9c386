/* SPDX-License-Identifier: BSD-3-Clause */
/* classify_match.c -- part of the classifier: packets through the tables. */
#include "click/element.h"
#include "elements/standard/classify_internal.h"

_Static_assert((int)CLASSIFY_NONE == (int)PACKET_DROP, "they go to ports[]");

/* CLASSIFY_BLOCK words, as wide as the processor likes. */
typedef uint64_t classify_block
    __attribute__((vector_size(8 * CLASSIFY_BLOCK)));

/* The entry for dimension d of a packet; whole: none of its bytes misses. */
ALWAYS_INLINE uint32_t
table_entry(const struct classify_dim *d, const struct classify_view *view,
    bool whole)
{
	if (!whole && d->offset >= view->end)
		return d->first + SET_MISSING;
	return d->first + view->base[d->region][d->at];
}

ALWAYS_INLINE int
table_match_small(const struct classify_table *t,
    const struct classify_view *view, bool whole)
{
	uint64_t fit = t->nboxes > 0 ? ~(uint64_t)0 >> (64 - t->nboxes) : 0;

	for (uint32_t i = 0; i < t->ndims; i++)
		fit &= t->small[table_entry(&t->dims[i], view, whole)];
	return fit != 0 ? t->outputs[__builtin_ctzll(fit)] : CLASSIFY_NONE;
}

/* The number of the first bit of a block, of which one is set. */
static inline uint32_t
block_first(const classify_block *b)
{
	uint32_t i = 0;

	while ((*b)[i] == 0)
		i++;
	return 64 * i + (uint32_t)__builtin_ctzll((*b)[i]);
}

static inline bool
block_any(const classify_block *b)
{
	return ((*b)[0] | (*b)[1] | (*b)[2] | (*b)[3]) != 0;
}
_Static_assert(CLASSIFY_BLOCK == 4, "block_any");

ALWAYS_INLINE int
table_match_rows(const struct classify_table *t,
    const struct classify_view *view, bool whole)
{
	const classify_block *rows[CLASSIFY_DIMS_MAX];
	uint32_t blocks = t->words / CLASSIFY_BLOCK;

	for (uint32_t i = 0; i < t->ndims; i++) {
		size_t row = t->index[table_entry(&t->dims[i], view, whole)];

		rows[i] = (const void *)&t->rows[row * t->words];
	}
	for (uint32_t b = 0; b < blocks; b++) {
		classify_block fit = rows[0][b];

		for (uint32_t i = 1; i < t->ndims; i++)
			fit &= rows[i][b];
		if (block_any(&fit))
			return t->outputs[64 * CLASSIFY_BLOCK * b +
			                  block_first(&fit)];
	}
	return CLASSIFY_NONE;
}

int
classify_table_match(
    const struct classify_table *t, const struct classify_view *view)
{
	bool whole = view->end >= t->end;

	if (likely(t->words == 0))
		return whole ? table_match_small(t, view, true)
		             : table_match_small(t, view, false);
	return whole ? table_match_rows(t, view, true)
	             : table_match_rows(t, view, false);
}

int
classify_match_view(
    const struct classify *c, const struct classify_view *view)
{
	if (unlikely(!c->has_table))
		return classify_slow(c, view);
	return classify_table_match(&c->table, view);
}

/* A whole packet as a view: each 256 bytes are a region. */
static inline struct classify_view
classify_plain_view(
    const struct classify *c, const uint8_t *data, uint32_t length)
{
	struct classify_view view;

	for (int i = 0; i < CLASSIFY_NREGIONS; i++)
		view.base[i] = data - c->align + 256 * i;
	view.end = (int32_t)length + c->align;
	return view;
}

int
classify_match(const struct classify *c, const uint8_t *data, uint32_t length)
{
	struct classify_view view = classify_plain_view(c, data, length);

	return classify_match_view(c, &view);
}

void
classify_batch(const struct classify *c, const struct batch *b, int16_t *ports)
{
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = b->packet[i];
		struct classify_view view =
		    classify_plain_view(c, p->data, p->length);

		if (i + 4 < b->count)
			prefetch_read(b->packet[i + 4]->data);
		ports[i] = (int16_t)classify_match_view(c, &view);
	}
}

void
classify_views(const struct classify *c, const struct classify_view *views,
    uint32_t n, int16_t *ports)
{
	for (uint32_t i = 0; i < n; i++)
		ports[i] = (int16_t)classify_match_view(c, &views[i]);
}
