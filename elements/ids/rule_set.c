/* SPDX-License-Identifier: BSD-3-Clause */
/* rule_set.c -- Snort rules made ready; see rule_set.h. */
#include "elements/ids/rule_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const uint8_t group_protos[RULE_GROUPS] = { IPPROTO4_TCP, IPPROTO4_UDP,
	IPPROTO4_ICMP, SNORT_ANY };

/* ---- lists ---- */

struct rule_pair {
	uint32_t key, item;
};

struct rule_pairs {
	VEC_FIELDS(struct rule_pair)
};

/* Sorts pairs of keys below n into lists, each in the order of pairs. */
static int
rule_lists_init(
    struct rule_lists *l, uint32_t n, const struct rule_pairs *pairs)
{
	l->n = n;
	l->start = calloc(n + 2, sizeof(*l->start));
	l->items = malloc((pairs->n + 1) * sizeof(*l->items));
	if (l->start == NULL || l->items == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pairs->n; i++)
		l->start[pairs->v[i].key + 2]++;
	for (uint32_t i = 2; i < n + 2; i++)
		l->start[i] += l->start[i - 1];
	/* start[key + 1] is where the next of key goes, in the end its end. */
	for (size_t i = 0; i < pairs->n; i++)
		l->items[l->start[pairs->v[i].key + 1]++] = pairs->v[i].item;
	return 0;
}

static void
rule_lists_fini(struct rule_lists *l)
{
	free(l->start);
	free(l->items);
}

static size_t
rule_lists_bytes(const struct rule_lists *l)
{
	return l->start == NULL
	           ? 0
	           : (l->n + 2 + l->start[l->n]) * sizeof(*l->start);
}

/* ---- patterns ---- */

/* A fast pattern that several rules share is looked for once. */
struct rule_pattern_table {
	const struct snort_content **slot;
	uint32_t *number;
	uint32_t mask;
};

static int
rule_pattern_number(struct rule_pattern_table *t, struct strset *set,
    const struct snort_content *c)
{
	uint32_t i = (uint32_t)hash_bytes(c->bytes.s, c->bytes.n, c->nocase);
	int number;

	for (; t->slot[i & t->mask] != NULL; i++)
		if (t->slot[i & t->mask]->nocase == c->nocase &&
		    str_eq(t->slot[i & t->mask]->bytes, c->bytes))
			return (int)t->number[i & t->mask];
	number = strset_add(set, c->bytes, c->nocase);
	if (number >= 0) {
		t->slot[i & t->mask] = c;
		t->number[i & t->mask] = (uint32_t)number;
	}
	return number;
}

static bool
rule_in_group(const struct snort_rule *r, int group)
{
	return r->proto == SNORT_ANY || r->proto == group_protos[group];
}

static int
rule_group_add_patterns(struct rule_set *rs, int group,
    struct rule_pattern_table *t, struct rule_pairs *pairs)
{
	struct rule_group *g = &rs->groups[group];

	for (uint32_t i = 0; i < rs->nrules; i++) {
		const struct snort_rule *r = &rs->rules[i];
		struct rule_pair pair = { .item = i };
		int number;

		if (r->fast < 0 || !rule_in_group(r, group))
			continue;
		number = rule_pattern_number(t, g->set, &r->contents[r->fast]);
		if (number < 0)
			return ERR_NOMEM;
		pair.key = (uint32_t)number;
		if (vec_push(pairs, pair) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
rule_group_patterns(struct rule_set *rs, int group)
{
	struct rule_group *g = &rs->groups[group];
	struct rule_pairs pairs = { NULL, 0, 0 };
	struct rule_pattern_table t = { .mask = 15 };
	int err = ERR_NOMEM;

	while (t.mask < 2 * rs->nrules)
		t.mask = 2 * t.mask + 1;
	t.slot = calloc(t.mask + 1, sizeof(*t.slot));
	t.number = malloc((t.mask + 1) * sizeof(*t.number));
	g->set = strset_new();
	if (t.slot != NULL && t.number != NULL && g->set != NULL)
		err = rule_group_add_patterns(rs, group, &t, &pairs);
	if (err == 0)
		err = strset_compile(g->set, STRSET_BEST);
	if (err == 0)
		err =
		    rule_lists_init(&g->patterns, strset_count(g->set), &pairs);
	vec_fini(&pairs);
	free(t.slot);
	free(t.number);
	return err;
}

/* ---- rules without a content, by number ---- */

/* The numbers that an index finds a rule by; false: it has none. */
static bool
rule_numbers(const struct snort_rule *r, bool dst, struct snort_ports *out,
    struct snort_range *type)
{
	*out = dst ? r->dport : r->sport;
	if (r->proto == IPPROTO4_ICMP) {
		type->lo = (uint16_t)r->itype.lo;
		type->hi = (uint16_t)r->itype.hi;
		type->negated = false;
		*out = (struct snort_ports){ type, 1, false };
		return dst && snort_interval_given(&r->itype);
	}
	return !r->both && !out->any && r->proto != SNORT_ANY;
}

static int
rule_compare_u32(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Sorts the bounds and leaves out those given twice. */
static void
rule_index_bounds(struct rule_index *ix, uint32_t n)
{
	uint32_t kept = 0;

	qsort(ix->bound, n, sizeof(*ix->bound), rule_compare_u32);
	for (uint32_t i = 0; i < n; i++)
		if (kept == 0 || ix->bound[kept - 1] != ix->bound[i])
			ix->bound[kept++] = ix->bound[i];
	ix->lists.n = kept;
}

/* Enters rule for all its lists; false: that would be too many. */
static bool
rule_index_enter(struct rule_index *ix, const struct snort_ports *p,
    uint32_t rule, struct rule_pairs *pairs)
{
	size_t before = pairs->n;

	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t list = rule_index_find(ix, p->v[i].lo);

		if (p->v[i].negated)
			continue;
		for (; list < ix->lists.n && ix->bound[list] <= p->v[i].hi;
		     list++) {
			struct rule_pair pair = { list, rule };
			size_t k = before;

			while (k < pairs->n && pairs->v[k].key != list)
				k++;
			if (k < pairs->n)
				continue; /* ranges overlap */
			if (pairs->n - before == RULE_SPREAD ||
			    vec_push(pairs, pair) != 0) {
				pairs->n = before;
				return false;
			}
		}
	}
	return true;
}

/* What is left to an index of dst or src: those in wanted. */
static int
rule_index_init(struct rule_set *rs, int group, bool dst, uint8_t *wanted)
{
	struct rule_group *g = &rs->groups[group];
	struct rule_index *ix = dst ? &g->dst : &g->src;
	struct rule_pairs pairs = { NULL, 0, 0 };
	VEC(uint32_t) bounds = VEC_INIT;
	struct snort_ports p;
	struct snort_range type;
	int err = vec_push(&bounds, 0);

	for (uint32_t i = 0; i < rs->nrules; i++) {
		if (!wanted[i] || !rule_numbers(&rs->rules[i], dst, &p, &type))
			continue;
		for (uint32_t k = 0; k < p.n && err == 0; k++) {
			err = vec_push(&bounds, p.v[k].lo);
			if (err == 0)
				err = vec_push(&bounds, p.v[k].hi + 1u);
		}
	}
	ix->bound = bounds.v;
	if (err != 0)
		return err;
	rule_index_bounds(ix, (uint32_t)bounds.n);
	for (uint32_t i = 0; i < rs->nrules; i++)
		if (wanted[i] && rule_numbers(&rs->rules[i], dst, &p, &type) &&
		    rule_index_enter(ix, &p, i, &pairs))
			wanted[i] = 0;
	err = rule_lists_init(&ix->lists, ix->lists.n, &pairs);
	vec_fini(&pairs);
	return err;
}

static int
rule_group_numbers(struct rule_set *rs, int group)
{
	struct rule_group *g = &rs->groups[group];
	uint8_t *wanted = calloc(rs->nrules + 1, 1);
	int err = ERR_NOMEM;

	g->rest = malloc((rs->nrules + 1) * sizeof(*g->rest));
	if (wanted != NULL && g->rest != NULL) {
		for (uint32_t i = 0; i < rs->nrules; i++)
			wanted[i] = rs->rules[i].fast < 0 &&
			            rule_in_group(&rs->rules[i], group);
		err = rule_index_init(rs, group, true, wanted);
	}
	if (err == 0)
		err = rule_index_init(rs, group, false, wanted);
	for (uint32_t i = 0; i < rs->nrules && err == 0; i++)
		if (wanted[i])
			g->rest[g->nrest++] = i;
	free(wanted);
	return err;
}

int
rule_set_init(struct rule_set *rs, const struct snort_rules *rules)
{
	*rs = (struct rule_set){ .rules = rules->rules.v,
		.nrules = (uint32_t)rules->rules.n };
	for (int i = 0; i < RULE_GROUPS; i++) {
		int err = rule_group_patterns(rs, i);

		if (err == 0)
			err = rule_group_numbers(rs, i);
		if (err != 0)
			return err;
	}
	rs->longest = strset_longest(rs->groups[0].set);
	return 0;
}

void
rule_set_fini(struct rule_set *rs)
{
	for (int i = 0; i < RULE_GROUPS; i++) {
		struct rule_group *g = &rs->groups[i];

		strset_free(g->set);
		rule_lists_fini(&g->patterns);
		rule_lists_fini(&g->dst.lists);
		rule_lists_fini(&g->src.lists);
		free(g->dst.bound);
		free(g->src.bound);
		free(g->rest);
	}
	*rs = (struct rule_set){ 0 };
}

size_t
rule_set_bytes(const struct rule_set *rs)
{
	size_t n = 0;

	for (int i = 0; i < RULE_GROUPS; i++) {
		const struct rule_group *g = &rs->groups[i];

		if (g->set != NULL)
			n += strset_bytes(g->set);
		n += rule_lists_bytes(&g->patterns);
		n += rule_lists_bytes(&g->dst.lists);
		n += rule_lists_bytes(&g->src.lists);
		n += (g->dst.lists.n + g->src.lists.n + rs->nrules + 1) *
		     sizeof(uint32_t);
	}
	return n;
}
