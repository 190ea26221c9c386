/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_table.c -- part of the classifier: boxes into tables.
 *
 * For each byte that some box asks about (a dimension) and each value it may
 * have, or none: the set of boxes that this value does not rule out.  Values
 * that rule out the same boxes share a row.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "elements/standard/classify_internal.h"

/* The rows of one dimension, before those that are the same are joined. */
struct table_maker {
	struct classify_table *t;
	const struct classify_boxes *boxes;
	uint32_t words;
	uint64_t *values; /* SET_VALUES rows of words */
	VEC(uint64_t) rows;
	VEC(uint32_t) buckets; /* hash table of row numbers + 1 */
	uint32_t nrows;
};

static int
table_compare_offsets(const void *a, const void *b)
{
	const struct classify_dim *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool
table_has_dim(const struct classify_table *t, int32_t offset)
{
	for (uint32_t i = 0; i < t->ndims; i++)
		if (t->dims[i].offset == offset)
			return true;
	return false;
}

static int
table_find_dims(struct classify_table *t, const struct classify_boxes *x,
    enum classify_line line)
{
	for (size_t i = 0; i < t->nboxes; i++)
		for (uint32_t k = 0; k < x->boxes.v[i].nsides; k++) {
			int32_t offset = x->boxes.v[i].sides[k].offset;

			if (table_has_dim(t, offset))
				continue;
			if (t->ndims == CLASSIFY_DIMS_MAX)
				return ERR_RANGE;
			t->dims[t->ndims++].offset = offset;
		}
	qsort(t->dims, t->ndims, sizeof(*t->dims), table_compare_offsets);
	for (uint32_t i = 0; i < t->ndims; i++) {
		struct classify_dim *d = &t->dims[i];

		d->region = 0;
		if (line == CLASSIFY_REGIONS)
			d->region = (uint16_t)(d->offset >> 8);
		if (d->region >= CLASSIFY_NREGIONS)
			d->region = CLASSIFY_NREGIONS - 1;
		d->at = t->at[i] = d->offset - 256 * d->region;
		d->first = i * SET_VALUES;
		t->end = d->offset + 1;
	}
	for (uint32_t i = t->ndims; i-- > 0;)
		t->dims[i].upto = i + 1 < t->ndims && t->dims[i + 1].region ==
		                                          t->dims[i].region
		                      ? t->dims[i + 1].upto
		                      : (uint16_t)(i + 1);
	return 0;
}

/* Fills values with the rows of the dimension at offset. */
static void
table_fill(struct table_maker *m, int32_t offset)
{
	const struct classify_boxes *x = m->boxes;

	size_t row = m->words * sizeof(uint64_t);

	memset(m->values, 0, row);
	for (size_t i = 0; i < m->t->nboxes; i++)
		m->values[i / 64] |= (uint64_t)1 << i % 64;
	for (uint32_t v = 1; v < SET_VALUES; v++)
		memcpy(&m->values[v * m->words], m->values, row);
	for (size_t i = 0; i < m->t->nboxes; i++) {
		const struct classify_box *box = &x->boxes.v[i];
		const struct classify_set *set = NULL;

		for (uint32_t k = 0; k < box->nsides; k++)
			if (box->sides[k].offset == offset)
				set = &x->sets.v[box->sides[k].set];
		for (uint32_t v = 0; v < SET_VALUES && set != NULL; v++)
			if (!set_has(set, v))
				m->values[v * m->words + i / 64] &=
				    ~((uint64_t)1 << i % 64);
	}
}

static int
table_rehash(struct table_maker *m, size_t n)
{
	uint32_t *buckets = calloc(n, sizeof(*buckets));
	size_t size = m->words * sizeof(uint64_t);

	if (buckets == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < m->nrows; i++) {
		uint64_t h = hash_bytes(&m->rows.v[i * m->words], size, 0);

		while (buckets[h % n] != 0)
			h++;
		buckets[h % n] = i + 1;
	}
	vec_fini(&m->buckets);
	m->buckets.v = buckets;
	m->buckets.n = m->buckets.cap = n;
	return 0;
}

/* The number of the row that is like *row: one there already or a new one. */
static int
table_row(struct table_maker *m, const uint64_t *row, uint32_t *number)
{
	size_t size = m->words * sizeof(uint64_t), n;
	uint64_t h = hash_bytes(row, size, 0);
	size_t old = (size_t)m->nrows * m->words;

	if (2 * ((size_t)m->nrows + 1) > m->buckets.n &&
	    table_rehash(m, m->buckets.n > 0 ? 2 * m->buckets.n : 64) != 0)
		return ERR_NOMEM;
	n = m->buckets.n;
	for (; m->buckets.v[h % n] != 0; h++) {
		*number = m->buckets.v[h % n] - 1;
		if (memcmp(&m->rows.v[(size_t)*number * m->words], row, size) ==
		    0)
			return 0;
	}
	if ((old + m->words) * sizeof(uint64_t) > CLASSIFY_TABLE_MAX)
		return ERR_RANGE;
	if (vec_reserve(&m->rows, old + m->words) != 0)
		return ERR_NOMEM;
	memcpy(&m->rows.v[old], row, size);
	m->rows.n = old + m->words;
	*number = m->nrows++;
	m->buckets.v[h % n] = m->nrows;
	return 0;
}

/* The groups in which a row has a box. */
static uint64_t
table_groups(const struct classify_table *t, const uint64_t *row)
{
	uint64_t groups = 0;

	for (uint32_t i = 0; i < t->nboxes; i++)
		if (row[i / 64] >> i % 64 & 1)
			groups |= (uint64_t)1 << (i >> t->group);
	return groups;
}

/* The dimension d, whose rows are in values: its entries. */
static int
table_make_dim(struct table_maker *m, const struct classify_dim *d)
{
	struct classify_table *t = m->t;
	int err = 0;

	for (uint32_t v = 0; v < SET_VALUES && err == 0; v++) {
		const uint64_t *row = &m->values[v * m->words];

		t->groups[d->first + v] = table_groups(t, row);
		if (t->index != NULL)
			err = table_row(m, row, &t->index[d->first + v]);
	}
	return err;
}

static int
table_make_entries(struct table_maker *m)
{
	struct classify_table *t = m->t;
	size_t entries = (size_t)t->ndims * SET_VALUES + 1;
	int err = 0;

	t->groups = calloc(entries, sizeof(*t->groups));
	if (t->groups == NULL)
		return ERR_NOMEM;
	if (t->group > 0) {
		t->index = calloc(entries, sizeof(*t->index));
		if (t->index == NULL)
			return ERR_NOMEM;
	}
	for (uint32_t d = 0; d < t->ndims && err == 0; d++) {
		table_fill(m, t->dims[d].offset);
		err = table_make_dim(m, &t->dims[d]);
	}
	t->rows = m->rows.v;
	m->rows.v = NULL;
	return err;
}

/* How many boxes there are before one that everything fits. */
static uint32_t
table_find_last(struct classify_table *t, const struct classify_boxes *x)
{
	uint32_t n = 0;

	t->otherwise = CLASSIFY_NONE;
	while (n < x->boxes.n && x->boxes.v[n].nsides > 0)
		n++;
	if (n < x->boxes.n)
		t->otherwise = x->outputs.v[n];
	return n;
}

int
classify_make_table(struct classify_table *t,
    const struct classify_boxes *boxes, enum classify_line line)
{
	struct table_maker m = { .t = t, .boxes = boxes };
	int err;

	t->nboxes = table_find_last(t, boxes);
	t->words = m.words = t->nboxes / 64 + 1;
	while (t->nboxes > 64u << t->group)
		t->group++;
	err = table_find_dims(t, boxes, line);
	if (err != 0)
		return err;
	t->outputs = calloc((size_t)t->nboxes + 1, sizeof(*t->outputs));
	m.values = calloc((size_t)SET_VALUES * m.words, sizeof(uint64_t));
	if (t->outputs == NULL || m.values == NULL)
		err = ERR_NOMEM;
	else
		err = table_make_entries(&m);
	if (err == 0 && t->nboxes > 0)
		memcpy(t->outputs, boxes->outputs.v,
		    t->nboxes * sizeof(*t->outputs));
	free(m.values);
	vec_fini(&m.rows);
	vec_fini(&m.buckets);
	return err;
}

void
classify_table_fini(struct classify_table *t)
{
	free(t->groups);
	free(t->index);
	free(t->rows);
	free(t->outputs);
	*t = (struct classify_table){ .ndims = 0 };
}
