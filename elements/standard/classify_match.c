/* SPDX-License-Identifier: BSD-3-Clause */
/* classify_match.c -- part of the classifier: packets through the tables. */
#include "click/element.h"
#include "elements/standard/classify_internal.h"

_Static_assert((int)CLASSIFY_NONE == (int)PACKET_DROP, "they go to ports[]");

/* The entry for dimension d of a packet; whole: none of its bytes misses. */
ALWAYS_INLINE uint32_t
table_entry(
    const struct classify_dim *d, const struct classify_view *view, bool whole)
{
	if (!whole && d->offset >= view->end)
		return d->first + SET_MISSING;
	return d->first + view->base[d->region][d->at];
}

/* The first box of the words from w to end that all bytes fit, or -1. */
ALWAYS_INLINE int64_t
table_match_words(const struct classify_table *t,
    const struct classify_view *view, bool whole, uint32_t w, uint32_t end,
    uint64_t mask)
{
	for (; w < end; w++) {
		uint64_t fit = mask;

		for (uint32_t i = 0; i < t->ndims && fit != 0; i++) {
			size_t row =
			    t->index[table_entry(&t->dims[i], view, whole)];

			fit &= t->rows[row * t->words + w];
		}
		if (fit != 0)
			return 64 * (int64_t)w + __builtin_ctzll(fit);
	}
	return -1;
}

/* The same of group g. */
ALWAYS_INLINE int64_t
table_match_group(const struct classify_table *t,
    const struct classify_view *view, bool whole, uint32_t g)
{
	uint32_t first = g << t->group, end;

	if (t->index == NULL)
		return g;
	if (t->group < 6)
		return table_match_words(t, view, whole, first / 64,
		    first / 64 + 1,
		    (((uint64_t)1 << (1u << t->group)) - 1) << first % 64);
	end = (first + (1u << t->group)) / 64;
	return table_match_words(t, view, whole, first / 64,
	    end < t->words ? end : t->words, ~(uint64_t)0);
}

/* The groups in which no byte rules out all boxes. */
ALWAYS_INLINE uint64_t
table_fit(const struct classify_table *t, const struct classify_view *view)
{
	uint64_t fit = ~(uint64_t)0;

	for (uint32_t i = 0; i < t->ndims; i++)
		fit &= t->groups[table_entry(&t->dims[i], view, false)];
	return fit;
}

/* The same of a packet that has all bytes, region by region. */
ALWAYS_INLINE uint64_t
table_fit_whole(
    const struct classify_table *t, const struct classify_view *view)
{
	const uint64_t *groups = t->groups;
	uint64_t fit = ~(uint64_t)0;

	for (uint32_t i = 0; i < t->ndims;) {
		const uint8_t *base = view->base[t->dims[i].region];
		uint32_t upto = t->dims[i].upto;

		for (; i < upto; i++, groups += SET_VALUES) {
			fit &= groups[base[t->at[i]]];
			if (fit == 0)
				return 0;
		}
	}
	return fit;
}

ALWAYS_INLINE int
table_match(const struct classify_table *t, const struct classify_view *view,
    bool whole)
{
	uint64_t fit = whole ? table_fit_whole(t, view) : table_fit(t, view);

	if (unlikely(t->nboxes == 0))
		return t->otherwise;
	for (; fit != 0; fit &= fit - 1) {
		int64_t box = table_match_group(
		    t, view, whole, (uint32_t)__builtin_ctzll(fit));

		if (box >= 0)
			return t->outputs[box];
	}
	return t->otherwise;
}

int
classify_table_match(
    const struct classify_table *t, const struct classify_view *view)
{
	return view->end >= t->end ? table_match(t, view, true)
	                           : table_match(t, view, false);
}

int
classify_match_view(const struct classify *c, const struct classify_view *view)
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
