/* SPDX-License-Identifier: BSD-3-Clause */
/* strset.c -- sets of strings: making them, and which engine scans. */
#include "base/cpu.h"
#include "base/strset_internal.h"

struct strset *
strset_new(void)
{
	return calloc(1, sizeof(struct strset));
}

void
strset_free(struct strset *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->patterns.n; i++)
		free(s->patterns.v[i].text);
	vec_fini(&s->patterns);
	strset_automaton_fini(&s->ac);
	for (int i = 0; i < STRSET_FILTERS; i++)
		strset_filter_fini(&s->filters[i]);
	free(s->order);
	free(s);
}

int
strset_add(struct strset *s, struct str bytes, bool nocase)
{
	struct strset_pattern p = { .length = (uint16_t)bytes.n,
		.nocase = nocase };

	if (bytes.n == 0 || bytes.n > STRSET_LENGTH ||
	    s->patterns.n == STRSET_PATTERNS)
		return ERR_RANGE;
	p.text = malloc(bytes.n);
	if (p.text == NULL)
		return ERR_NOMEM;
	memcpy(p.text, bytes.s, bytes.n);
	p.folded_same = nocase;
	if (!nocase) {
		p.folded_same = true;
		for (size_t i = 0; i < bytes.n; i++)
			p.folded_same &= !char_alpha(bytes.s[i]);
	}
	if (vec_push(&s->patterns, p) != 0) {
		free(p.text);
		return ERR_NOMEM;
	}
	if (p.length > s->longest)
		s->longest = p.length;
	if (s->shortest == 0 || p.length < s->shortest)
		s->shortest = p.length;
	return (int)s->patterns.n - 1;
}

int
strset_compile(struct strset *s, enum strset_engine engine)
{
	unsigned int can = cpu_features();
	int err;

	ASSERT(s->engine == STRSET_BEST && s->order == NULL);
	if (engine == STRSET_BEST)
		engine = (can & CPU_AVX2) != 0    ? STRSET_AVX2
		         : (can & CPU_SSSE3) != 0 ? STRSET_SSSE3
		                                  : STRSET_HASH;
	if ((engine == STRSET_AVX2 && (can & CPU_AVX2) == 0) ||
	    (engine == STRSET_SSSE3 && (can & CPU_SSSE3) == 0))
		return ERR_NOTSUP;
	err = strset_automaton_make(s);
	if (err == 0)
		err = strset_filters_make(s, engine >= STRSET_SSSE3);
	if (err == 0)
		s->engine = engine;
	return err;
}

enum strset_engine
strset_engine(const struct strset *s)
{
	return s->engine;
}

uint32_t
strset_count(const struct strset *s)
{
	return (uint32_t)s->patterns.n;
}

uint32_t
strset_longest(const struct strset *s)
{
	return s->longest;
}

size_t
strset_bytes(const struct strset *s)
{
	size_t n = sizeof(*s) + s->patterns.cap * sizeof(*s->patterns.v);

	for (size_t i = 0; i < s->patterns.n; i++)
		n += s->patterns.v[i].length + sizeof(*s->order);
	n += s->ac.nstates * (sizeof(*s->ac.states) + 1);
	n += (size_t)s->ac.ndense * s->ac.nclasses * sizeof(*s->ac.dense);
	for (int i = 0; i < STRSET_FILTERS; i++) {
		const struct strset_filter *f = &s->filters[i];

		if (f->lists == NULL)
			continue;
		n += sizeof(*f->lists) << f->list_bits;
		n += ((size_t)1 << f->bit_bits) / 8;
		n += f->entries.cap * sizeof(*f->entries.v);
		if (f->shorts != NULL)
			n += 256 * sizeof(*f->shorts) + 65536 / 8;
	}
	return n;
}

/* How far the filter by vectors has come. */
static size_t
strset_vector_run(struct strset_work *w)
{
	const struct strset_filter *f = &w->set->filters[STRSET_BY_VECTOR];

	if (f->npatterns == 0)
		return w->n;
	return w->set->engine == STRSET_AVX2 ? strset_avx2_run(w, f)
	                                     : strset_ssse3_run(w, f);
}

bool
strset_scan(const struct strset *s, const void *data, size_t n, uint64_t *seen,
    strset_hit_fn *hit, void *arg)
{
	const struct strset_filter *hash = &s->filters[STRSET_BY_HASH];
	struct strset_work w = { .set = s,
		.data = data,
		.n = n,
		.seen = seen,
		.hit = hit,
		.arg = arg,
		.patience = 16 + n / STRSET_PATIENCE };
	size_t to[STRSET_FILTERS] = { 0, 0 };

	if (n < s->shortest || s->patterns.n == 0)
		return false;
	if (s->engine != STRSET_AUTOMATON) {
		to[STRSET_BY_VECTOR] = strset_vector_run(&w);
		if (hash->npatterns == 0)
			to[STRSET_BY_HASH] = n;
		else if (!strset_tired(&w))
			to[STRSET_BY_HASH] = strset_hash_run(&w, hash, 0);
	}
	if ((to[0] < n || to[1] < n) && !w.stopped)
		strset_automaton_run(&w, to);
	return w.stopped;
}
