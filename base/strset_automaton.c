/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strset_automaton.c -- sets of strings: the automaton of Aho and Corasick.
 *
 * It is made from the sorted patterns without a tree in between: a state is a
 * range of patterns that begin alike, and states are made in breadth first
 * order, so the children of one are neighbours and a state's fail, being
 * shallower, is there before the state.
 */
#include "base/strset_internal.h"

/* The patterns order[lo..hi-1] agree in their first depth bytes. */
struct strset_range {
	uint32_t lo, hi;
	uint32_t depth;
};

static int
strset_compare_folded(
    const struct strset_pattern *a, const struct strset_pattern *b)
{
	uint32_t n = a->length < b->length ? a->length : b->length;

	for (uint32_t i = 0; i < n; i++) {
		int d = strset_fold(a->text[i]) - strset_fold(b->text[i]);

		if (d != 0)
			return d;
	}
	return a->length - b->length;
}

/* Heap sort: qsort() takes no argument, and no set may choose its worst. */
static void
strset_sift(const struct strset *s, uint32_t *order, uint32_t i, uint32_t n)
{
	for (uint32_t c; (c = 2 * i + 1) < n; i = c) {
		uint32_t x = order[i];

		if (c + 1 < n && strset_compare_folded(&s->patterns.v[order[c]],
		                     &s->patterns.v[order[c + 1]]) < 0)
			c++;
		if (strset_compare_folded(
		        &s->patterns.v[x], &s->patterns.v[order[c]]) >= 0)
			return;
		order[i] = order[c];
		order[c] = x;
	}
}

static void
strset_sort(const struct strset *s, uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = i;
	for (uint32_t i = n / 2; i-- > 0;)
		strset_sift(s, order, i, n);
	for (uint32_t end = n; end-- > 1;) {
		uint32_t x = order[0];

		order[0] = order[end];
		order[end] = x;
		strset_sift(s, order, 0, end);
	}
}

/* The child of state by c, 0: none. */
static inline uint32_t
strset_child(const struct strset_automaton *ac, uint32_t state, uint8_t c)
{
	const struct strset_state *st = &ac->states[state];
	uint32_t lo = st->child, n = st->nchild;

	if (state == 0)
		return ac->root[c];
	while (n > 1) {
		uint32_t half = n / 2;

		if (ac->label[lo + half] <= c)
			lo += half;
		n -= half;
	}
	return n != 0 && ac->label[lo] == c ? lo : 0;
}

static inline uint32_t
strset_step(const struct strset_automaton *ac, uint32_t state, uint8_t c)
{
	for (;;) {
		uint32_t to = strset_child(ac, state, c);

		if (to != 0 || state == 0)
			return to;
		state = ac->states[state].fail;
	}
}

/* fail and dict of the new state to, which state reaches by c. */
static void
strset_link(struct strset_automaton *ac, uint32_t state, uint32_t to, uint8_t c)
{
	struct strset_state *st = &ac->states[to];

	if (state != 0)
		st->fail = strset_step(ac, ac->states[state].fail, c);
	st->dict = ac->states[st->fail].nout > 0 ? st->fail
	                                         : ac->states[st->fail].dict;
}

/* Makes the outputs and children of state, whose range is r[state]. */
static void
strset_expand(struct strset *s, struct strset_range *r, uint32_t state)
{
	struct strset_automaton *ac = &s->ac;
	struct strset_state *st = &ac->states[state];
	uint32_t i = r[state].lo, hi = r[state].hi, depth = r[state].depth;

	st->child = ac->nstates;
	while (i < hi) {
		uint32_t from = i, to = ac->nstates++;
		uint8_t c = strset_fold(s->patterns.v[s->order[i]].text[depth]);

		while (i < hi &&
		       strset_fold(s->patterns.v[s->order[i]].text[depth]) == c)
			i++;
		r[to] = (struct strset_range){ from, i, depth + 1 };
		ac->label[to] = c;
		st->nchild++;
		if (state == 0)
			ac->root[c] = to;
		/* Patterns that end here sort first; the rest go on. */
		ac->states[to].out = from;
		while (r[to].lo < r[to].hi &&
		       s->patterns.v[s->order[r[to].lo]].length == depth + 1) {
			r[to].lo++;
			ac->states[to].nout++;
		}
	}
}

/* Common beginnings made it smaller than was thought. */
static void
strset_shrink(struct strset_automaton *ac)
{
	void *less = realloc(ac->states, ac->nstates * sizeof(*ac->states));

	if (less != NULL)
		ac->states = less;
	less = realloc(ac->label, ac->nstates);
	if (less != NULL)
		ac->label = less;
}

/* Bytes that no pattern has are class 0. */
static void
strset_make_classes(struct strset_automaton *ac)
{
	ac->nclasses = 1;
	for (uint32_t i = 1; i < ac->nstates; i++)
		if (ac->class[ac->label[i]] == 0)
			ac->class[ac->label[i]] = (uint8_t)ac->nclasses++;
	for (int c = 'A'; c <= 'Z'; c++)
		ac->class[c] = ac->class[c | 0x20];
}

/*
 * The first states, which are the shallowest, get a row of where each class
 * leads: their fail's, which comes before, with their children put in.
 */
static int
strset_make_dense(struct strset_automaton *ac)
{
	strset_make_classes(ac);
	ac->ndense = STRSET_DENSE / sizeof(*ac->dense) / ac->nclasses;
	if (ac->ndense > ac->nstates)
		ac->ndense = ac->nstates;
	ac->dense =
	    calloc((size_t)ac->ndense * ac->nclasses, sizeof(*ac->dense));
	if (ac->dense == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < ac->ndense; i++) {
		const struct strset_state *st = &ac->states[i];
		uint32_t *row = ac->dense + (size_t)i * ac->nclasses;

		if (i != 0)
			memcpy(row, ac->dense + (size_t)st->fail * ac->nclasses,
			    ac->nclasses * sizeof(*row));
		for (uint32_t k = st->child; k < st->child + st->nchild; k++)
			row[ac->class[ac->label[k]]] = k;
	}
	return 0;
}

int
strset_automaton_make(struct strset *s)
{
	struct strset_automaton *ac = &s->ac;
	uint32_t n = (uint32_t)s->patterns.n;
	struct strset_range *ranges;
	size_t states = 1;

	for (uint32_t i = 0; i < n; i++)
		states += s->patterns.v[i].length;
	if (states >= STRSET_NONE)
		return ERR_RANGE;
	s->order = malloc((n + 1) * sizeof(*s->order));
	ac->states = calloc(states, sizeof(*ac->states));
	ac->label = malloc(states);
	ranges = malloc(states * sizeof(*ranges));
	if (s->order == NULL || ac->states == NULL || ac->label == NULL ||
	    ranges == NULL) {
		free(ranges);
		return ERR_NOMEM; /* strset_free() frees the rest */
	}
	strset_sort(s, s->order, n);
	ranges[0] = (struct strset_range){ 0, n, 0 };
	ac->nstates = 1;
	for (uint32_t state = 0; state < ac->nstates; state++) {
		uint32_t to = ac->nstates;

		strset_expand(s, ranges, state);
		for (; to < ac->nstates; to++)
			strset_link(ac, state, to, ac->label[to]);
	}
	free(ranges);
	strset_shrink(ac);
	return strset_make_dense(ac);
}

void
strset_automaton_fini(struct strset_automaton *ac)
{
	free(ac->states);
	free(ac->label);
	free(ac->dense);
}

/* Reports the patterns of state, which end before data[end]. */
static void
strset_report(
    struct strset_work *w, uint32_t state, const size_t *from, size_t end)
{
	const struct strset *s = w->set;
	const struct strset_state *st = &s->ac.states[state];

	for (uint32_t i = 0; i < st->nout && !w->stopped; i++) {
		uint32_t number = s->order[st->out + i];
		const struct strset_pattern *p = &s->patterns.v[number];

		if (end - p->length + p->window < from[p->filter] ||
		    (w->seen != NULL && strset_bit(w->seen, number)))
			continue;
		if (p->folded_same ||
		    memcmp(w->data + end - p->length, p->text, p->length) == 0)
			strset_tell(w, number, end);
	}
}

void
strset_automaton_run(
    struct strset_work *w, const size_t from[static STRSET_FILTERS])
{
	const struct strset_automaton *ac = &w->set->ac;
	size_t i = from[0] < from[1] ? from[0] : from[1];
	uint32_t state = 0;

	i = i < w->set->longest ? 0 : i - w->set->longest;
	for (; i < w->n && !w->stopped; i++) {
		uint8_t c = w->data[i];
		uint32_t at;

		while (state >= ac->ndense) {
			at = strset_child(ac, state, strset_fold(c));
			if (at != 0)
				break;
			state = ac->states[state].fail;
		}
		if (state < ac->ndense)
			at = ac->dense[state * ac->nclasses + ac->class[c]];
		state = at;
		if (ac->states[at].nout == 0)
			at = ac->states[at].dict;
		for (; at != 0 && !w->stopped; at = ac->states[at].dict)
			strset_report(w, at, from, i + 1);
	}
}
