/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strset_filter.c -- sets of strings: windows, their tables, and the plain
 * filter, for sets that are too large for vectors and processors without.
 */
#include "base/strset_internal.h"

/* How often a byte is met in payloads, roughly: the lower the better. */
static unsigned int
strset_commonness(uint8_t c)
{
	c = strset_fold(c);
	if (c == 0 || c == ' ' || c == 0xff ||
	    (c != 0 && strchr("etaoinsr", c) != NULL))
		return 4;
	if (char_alpha((char)c) || c == '/' || c == '.' || c == '\r' ||
	    c == '\n')
		return 3;
	return char_digit((char)c) ? 2 : 1;
}

/* The n windows side by side whose bytes are the rarest. */
static uint16_t
strset_choose_window(const struct strset_pattern *p, uint32_t n)
{
	uint32_t bytes = STRSET_WINDOW + n - 1;
	unsigned int best = UINT32_MAX;
	uint16_t window = 0;

	for (uint32_t i = 0; i + bytes <= p->length; i++) {
		unsigned int sum = 0;

		for (uint32_t j = 0; j < bytes; j++)
			sum += strset_commonness(p->text[i + j]);
		/* Four equal bytes are found in every padding. */
		if (get_u32(p->text + i) == 0x01010101u * p->text[i])
			sum += 8;
		if (sum < best) {
			best = sum;
			window = (uint16_t)i;
		}
	}
	return window;
}

/* ---- making ---- */

static uint32_t
strset_pair(const uint8_t *p)
{
	return get_u16(p) | 0x2020u;
}

/* Marks what a short pattern may begin with in the table of pairs. */
static void
strset_mark_pairs(uint64_t *bits, const struct strset_pattern *p)
{
	uint8_t pair[2] = { p->text[0], 0 };

	for (unsigned int i = 0; i < 256; i++) {
		uint32_t bit;

		pair[1] = p->length > 1 ? p->text[1] : (uint8_t)i;
		bit = strset_pair(pair);
		bits[bit >> 6] |= 1ull << (bit & 63);
	}
}

static int
strset_add_entry(
    struct strset_filter *f, uint32_t *list, uint32_t number, uint32_t window)
{
	struct strset_entry entry = { *list, number, window };

	if (vec_push(&f->entries, entry) != 0)
		return ERR_NOMEM;
	*list = (uint32_t)f->entries.n - 1;
	return 0;
}

static int
strset_add_short(
    struct strset_filter *f, const struct strset_pattern *p, uint32_t number)
{
	if (f->shorts == NULL) {
		f->shorts = malloc(256 * sizeof(*f->shorts));
		f->pair_bits = calloc(65536 / 64, sizeof(*f->pair_bits));
		if (f->shorts == NULL || f->pair_bits == NULL)
			return ERR_NOMEM;
		memset(f->shorts, 0xff, 256 * sizeof(*f->shorts));
	}
	strset_mark_pairs(f->pair_bits, p);
	return strset_add_entry(f, &f->shorts[p->text[0] | 0x20], number, 0);
}

static int
strset_add_long(
    struct strset_filter *f, struct strset_pattern *p, uint32_t number)
{
	p->window = strset_choose_window(p, f->stride);
	for (uint32_t i = p->window; i < p->window + f->stride; i++) {
		uint32_t hash = strset_window_hash(get_u32(p->text + i));
		uint32_t bit = hash >> (32 - f->bit_bits);

		f->bits[bit >> 6] |= 1ull << (bit & 63);
		if (strset_add_entry(f, &f->lists[hash >> (32 - f->list_bits)],
		        number, i) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
strset_filter_tables(struct strset_filter *f)
{
	uint32_t windows = f->npatterns * f->stride;

	for (f->list_bits = 4; 1u << f->list_bits < windows;)
		f->list_bits++;
	f->bit_bits = f->list_bits + 6 < 12 ? 12 : f->list_bits + 6;
	f->lists = malloc(sizeof(*f->lists) << f->list_bits);
	f->bits = calloc(((size_t)1 << f->bit_bits) / 64, sizeof(*f->bits));
	if (f->lists == NULL || f->bits == NULL)
		return ERR_NOMEM;
	memset(f->lists, 0xff, sizeof(*f->lists) << f->list_bits);
	return 0;
}

/* Adds a pattern's window to the nibble tables, as of bucket. */
static void
strset_add_nibbles(struct strset_nibbles *t, const struct strset_pattern *p,
    unsigned int bucket)
{
	uint8_t bit = (uint8_t)(1u << bucket);

	for (unsigned int j = 0; j < STRSET_WINDOW; j++) {
		uint8_t c;

		if (j >= p->length) { /* anything may follow */
			for (unsigned int i = 0; i < 16; i++) {
				t->low[j][i] |= bit;
				t->high[j][i] |= bit;
			}
			continue;
		}
		c = p->text[p->window + j];
		t->low[j][c & 15] |= bit;
		t->high[j][c >> 4] |= bit;
		if (p->nocase && char_alpha((char)c))
			t->high[j][(c ^ 0x20) >> 4] |= bit;
	}
}

/*
 * Vectors take all of a small set, and of a large one the patterns that would
 * make the hash look at more positions, if those are few.
 */
static void
strset_divide(struct strset *s, bool vectors)
{
	uint32_t n = (uint32_t)s->patterns.n, few = 0, shortest = UINT16_MAX;
	uint32_t limit = STRSET_WINDOW + STRSET_STRIDE - 1;

	if (n <= STRSET_VECTOR)
		limit = UINT32_MAX;
	for (uint32_t i = 0; i < n; i++)
		few += s->patterns.v[i].length < limit;
	if (!vectors || few > STRSET_VECTOR)
		limit = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct strset_pattern *p = &s->patterns.v[i];

		p->filter =
		    p->length < limit ? STRSET_BY_VECTOR : STRSET_BY_HASH;
		s->filters[p->filter].npatterns++;
		if (p->filter == STRSET_BY_HASH && p->length < shortest)
			shortest = p->length;
	}
	s->filters[STRSET_BY_VECTOR].stride = 1;
	s->filters[STRSET_BY_HASH].stride =
	    shortest >= STRSET_WINDOW + STRSET_STRIDE - 1 ? STRSET_STRIDE
	    : shortest > STRSET_WINDOW                    ? 2
	                                                  : 1;
}

int
strset_filters_make(struct strset *s, bool vectors)
{
	uint32_t nth = 0;

	strset_divide(s, vectors);
	for (int i = 0; i < STRSET_FILTERS; i++)
		if (s->filters[i].npatterns > 0 &&
		    strset_filter_tables(&s->filters[i]) != 0)
			return ERR_NOMEM;
	/* In sorted order, so that a bucket's patterns are alike. */
	for (uint32_t i = 0; i < s->patterns.n; i++) {
		uint32_t number = s->order[i];
		struct strset_pattern *p = &s->patterns.v[number];
		struct strset_filter *f = &s->filters[p->filter];
		int err = p->length < STRSET_WINDOW
		              ? strset_add_short(f, p, number)
		              : strset_add_long(f, p, number);

		if (err != 0)
			return err;
		if (p->filter == STRSET_BY_VECTOR)
			strset_add_nibbles(&s->nibbles, p,
			    nth++ * STRSET_BUCKETS / f->npatterns);
	}
	return 0;
}

void
strset_filter_fini(struct strset_filter *f)
{
	vec_fini(&f->entries);
	free(f->lists);
	free(f->bits);
	free(f->shorts);
	free(f->pair_bits);
}

/* ---- comparing ---- */

static bool
strset_equal(const struct strset_pattern *p, const uint8_t *at)
{
	if (!p->nocase)
		return memcmp(p->text, at, p->length) == 0;
	for (uint32_t i = 0; i < p->length; i++)
		if (strset_fold(p->text[i]) != strset_fold(at[i]))
			return false;
	return true;
}

/* Compares the patterns of a list with their windows at data[at]. */
static void
strset_verify_list(struct strset_work *w, const struct strset_filter *f,
    uint32_t entry, size_t at)
{
	while (entry != STRSET_NONE && !w->stopped) {
		const struct strset_entry *en = &f->entries.v[entry];
		const struct strset_pattern *p =
		    &w->set->patterns.v[en->number];
		size_t start = at - en->window;

		w->done += 1 + p->length / 8;
		if (at >= en->window && w->n - start >= p->length &&
		    strset_equal(p, w->data + start))
			strset_tell(w, en->number, start + p->length);
		entry = en->next;
	}
}

void
strset_verify(struct strset_work *w, const struct strset_filter *f, size_t at)
{
	if (w->n - at >= STRSET_WINDOW) {
		uint32_t hash = strset_window_hash(get_u32(w->data + at));

		if (strset_bit(f->bits, hash >> (32 - f->bit_bits))) {
			w->done++;
			strset_verify_list(
			    w, f, f->lists[hash >> (32 - f->list_bits)], at);
		}
	}
	if (f->shorts != NULL)
		strset_verify_list(w, f, f->shorts[w->data[at] | 0x20], at);
}

/* ---- the plain filter ---- */

/*
 * A bit for each of the positions at, at + stride... (eight bytes' worth, or
 * four with stride 1) that may hold a window.
 */
ALWAYS_INLINE uint32_t
strset_hash_look(const struct strset_filter *f, const uint8_t *at,
    unsigned int positions, unsigned int stride, bool shorts)
{
	uint32_t found = 0;

	for (unsigned int j = 0; j < positions; j++) {
		uint32_t x = get_u32(at + j * stride);
		bool is = strset_bit(
		    f->bits, strset_window_hash(x) >> (32 - f->bit_bits));

		if (shorts)
			is |= strset_bit(f->pair_bits, (x & 0xffff) | 0x2020u);
		found |= (uint32_t)is << j;
	}
	return found;
}

ALWAYS_INLINE size_t
strset_hash_loop(struct strset_work *w, const struct strset_filter *f, size_t i,
    unsigned int stride, bool shorts)
{
	const unsigned int positions = 4;

	for (; i + positions * stride + STRSET_WINDOW <= w->n;
	     i += positions * stride) {
		uint32_t found =
		    strset_hash_look(f, w->data + i, positions, stride, shorts);

		if (likely(found == 0))
			continue;
		for (; found != 0; found &= found - 1)
			strset_verify(w, f,
			    i + stride * (unsigned int)__builtin_ctz(found));
		if (unlikely(strset_tired(w)))
			return i + positions * stride;
	}
	return i;
}

size_t
strset_hash_run(
    struct strset_work *w, const struct strset_filter *f, size_t from)
{
	size_t i;

	if (f->stride == STRSET_STRIDE)
		i = strset_hash_loop(w, f, from, STRSET_STRIDE, false);
	else if (f->stride == 2)
		i = strset_hash_loop(w, f, from, 2, false);
	else if (f->shorts == NULL)
		i = strset_hash_loop(w, f, from, 1, false);
	else
		i = strset_hash_loop(w, f, from, 1, true);
	/* A first window up to here has had one looked at before i. */
	if (strset_tired(w))
		return i - f->stride + 1;
	for (; i < w->n && !w->stopped; i += f->stride)
		strset_verify(w, f, i);
	return w->n;
}
