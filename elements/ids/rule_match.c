/* SPDX-License-Identifier: BSD-3-Clause */
/* rule_match.c -- which rules a packet meets; see rule_set.h. */
#include <string.h>

#include "base/bytes.h"
#include "elements/ids/rule_set.h"

void
rule_matches_init(struct rule_matches *m)
{
	m->n = m->more = 0;
	m->effort = RULE_EFFORT;
	m->gave_up = m->waiting = false;
}

static void
rule_matches_add(struct rule_matches *m, uint32_t rule)
{
	if (m->n < RULE_MATCHES)
		m->rule[m->n++] = rule;
	else
		m->more++;
}

/* ---- headers ---- */

static bool
rule_ends_match(const struct snort_rule *r, const struct rule_view *v)
{
	uint32_t src = get_u32(v->ip->src), dst = get_u32(v->ip->dst);

	if (snort_ports_have(&r->sport, v->sport) &&
	    snort_ports_have(&r->dport, v->dport) &&
	    snort_addrs_have(&r->src, src) && snort_addrs_have(&r->dst, dst))
		return true;
	return r->both && snort_ports_have(&r->sport, v->dport) &&
	       snort_ports_have(&r->dport, v->sport) &&
	       snort_addrs_have(&r->src, dst) && snort_addrs_have(&r->dst, src);
}

/* All but the contents. */
static bool
rule_header_match(const struct snort_rule *r, const struct rule_view *v)
{
	return (r->flow & v->flow) == r->flow && rule_ends_match(r, v) &&
	       snort_interval_has(&r->dsize, (int32_t)v->dsize) &&
	       snort_interval_has(&r->ttl, v->ip->ttl) &&
	       snort_interval_has(&r->itype, v->itype) &&
	       snort_interval_has(&r->icode, v->icode) &&
	       snort_flags_match(r, v->flags) &&
	       (r->ip_proto < 0 ||
	           (r->ip_proto == v->ip->proto) != r->ip_proto_not);
}

/* ---- contents ---- */

/* Where contents are looked for. */
struct rule_text {
	const uint8_t *data;
	int64_t n;
	int64_t origin; /* of offsets */
	int64_t fresh;  /* the fast pattern must end beyond it */
};

static inline uint8_t
rule_lower(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

static bool
rule_bytes_equal(const struct snort_content *c, const uint8_t *at)
{
	if (!c->nocase)
		return memcmp(at, c->bytes.s, c->bytes.n) == 0;
	for (size_t i = 0; i < c->bytes.n; i++)
		if (rule_lower(at[i]) != rule_lower((uint8_t)c->bytes.s[i]))
			return false;
	return true;
}

/* The first place at or after from where c stands before to; or -1. */
static int64_t
rule_find(const struct rule_text *t, const struct snort_content *c,
    int64_t from, int64_t to, struct rule_matches *m)
{
	uint8_t first = rule_lower((uint8_t)c->bytes.s[0]);

	for (; from + (int64_t)c->bytes.n <= to; from++) {
		if (m->effort == 0)
			return -1;
		m->effort--;
		if (rule_lower(t->data[from]) != first)
			continue;
		m->effort -=
		    m->effort < c->bytes.n ? m->effort : (uint32_t)c->bytes.n;
		if (rule_bytes_equal(c, t->data + from))
			return from;
	}
	return -1;
}

/* Whether another place for content i could help those after it. */
static bool
rule_may_retry(const struct snort_rule *r, uint32_t i)
{
	for (i++; i < r->ncontents; i++)
		if (r->contents[i].relative)
			return true;
	return false;
}

/*
 * Whether the contents from i on are there; last: where the match before ended.
 * It goes as deep as a rule has contents, SNORT_CONTENTS at most.
 */
static bool
rule_contents_match(const struct snort_rule *r, uint32_t i,
    const struct rule_text *t, int64_t last, struct rule_matches *m)
{
	const struct snort_content *c = &r->contents[i];
	int64_t from, to, at;

	if (i == r->ncontents)
		return true;
	from = c->relative ? last + c->from
	                   : (c->anchored ? t->origin + c->from : 0);
	to = c->limit < 0 ? t->n : from + c->limit;
	if (from < 0)
		from = 0;
	if (to > t->n)
		to = t->n;
	/* An older one was met when it came. */
	if ((int32_t)i == r->fast && from + (int64_t)c->bytes.n <= t->fresh)
		from = t->fresh - (int64_t)c->bytes.n + 1;
	if (c->negated) {
		if (rule_find(t, c, from, to, m) >= 0 || m->effort == 0)
			return false;
		return rule_contents_match(r, i + 1, t, last, m);
	}
	for (;;) {
		at = rule_find(t, c, from, to, m);
		if (at < 0)
			return false;
		if (rule_contents_match(
		        r, i + 1, t, at + (int64_t)c->bytes.n, m))
			return true;
		if (!rule_may_retry(r, i))
			return false;
		from = at + 1;
	}
}

/* The same where the rule wants it: a stream, a message, one packet. */
static bool
rule_text_match(const struct snort_rule *r, const struct rule_view *v,
    bool waited, struct rule_matches *m)
{
	struct rule_text whole = { v->data, v->n, v->message,
		waited ? 0 : v->fresh };
	struct rule_text fresh = { v->data + v->fresh, v->n - v->fresh, 0, 0 };

	if (!snort_interval_given(&r->dsize) &&
	    rule_contents_match(r, 0, &whole, whole.origin, m))
		return true;
	/* Offsets may count from the packet, and dsize is of a packet. */
	return (r->anchored || snort_interval_given(&r->dsize)) &&
	       (v->message != (int32_t)v->fresh ||
	           snort_interval_given(&r->dsize)) &&
	       rule_contents_match(r, 0, &fresh, 0, m);
}

/* Whether a rule that was not matched may still be by bytes to come. */
static bool
rule_may_wait(const struct snort_rule *r, const struct rule_view *v,
    struct rule_matches *m)
{
	struct rule_text whole = { v->data, v->n, v->message, 0 };

	return v->pending != NULL && r->ncontents > 1 &&
	       !snort_interval_given(&r->dsize) &&
	       (rule_find(&whole, &r->contents[r->fast], 0, v->n, m) >= 0 ||
	           m->effort == 0);
}

/* ---- a packet ---- */

static void
rule_list_match(const struct rule_set *rs, const uint32_t *rules, uint32_t n,
    const struct rule_view *v, struct rule_matches *m)
{
	struct rule_text text = { v->data, v->n, v->message, 0 };

	for (uint32_t i = 0; i < n; i++) {
		const struct snort_rule *r = &rs->rules[rules[i]];

		/* Its contents are negated, all. */
		if (rule_header_match(r, v) &&
		    rule_contents_match(r, 0, &text, text.origin, m))
			rule_matches_add(m, rules[i]);
	}
}

static void
rule_index_match(const struct rule_set *rs, const struct rule_index *ix,
    uint32_t number, const struct rule_view *v, struct rule_matches *m)
{
	uint32_t lo = rule_index_find(ix, number);

	rule_list_match(rs, ix->lists.items + ix->lists.start[lo],
	    ix->lists.start[lo + 1] - ix->lists.start[lo], v, m);
}

void
rule_set_match_header(const struct rule_set *rs, const struct rule_view *v,
    struct rule_matches *m)
{
	const struct rule_group *g = rule_set_group(rs, v->ip->proto);

	rule_index_match(
	    rs, &g->dst, v->itype >= 0 ? (uint32_t)v->itype : v->dport, v, m);
	rule_index_match(rs, &g->src, v->sport, v, m);
	rule_list_match(rs, g->rest, g->nrest, v, m);
}

/* One pass for fast patterns. */
struct rule_pass {
	const struct rule_group *group;
	uint64_t *seen;      /* patterns */
	uint64_t *candidate; /* rules */
	uint32_t from;       /* where in the view's data the pass began */
	uint32_t fresh;
	bool any;
};

static bool
rule_pass_hit(void *arg, uint32_t pattern, size_t end)
{
	struct rule_pass *p = arg;
	const struct rule_lists *l = &p->group->patterns;
	uint64_t bit = 1ull << (pattern & 63);

	if (p->from + end <= p->fresh || (p->seen[pattern >> 6] & bit) != 0)
		return false;
	p->seen[pattern >> 6] |= bit;
	p->any = true;
	for (uint32_t i = l->start[pattern]; i < l->start[pattern + 1]; i++)
		p->candidate[l->items[i] >> 6] |= 1ull << (l->items[i] & 63);
	return false;
}

/* Looks at candidate rule; the result goes into *m or pending. */
static void
rule_candidate(const struct rule_set *rs, uint32_t rule,
    const struct rule_view *v, struct rule_matches *m)
{
	const struct snort_rule *r = &rs->rules[rule];
	bool wait = false, waited;

	/* One that waited has not been met before. */
	waited = v->pending != NULL &&
	         (v->pending[rule >> 6] >> (rule & 63) & 1) != 0;
	if (rule_header_match(r, v)) {
		if (rule_text_match(r, v, waited, m))
			rule_matches_add(m, rule);
		else
			wait = rule_may_wait(r, v, m);
	}
	if (v->pending == NULL)
		return;
	if (wait)
		v->pending[rule >> 6] |= 1ull << (rule & 63);
	else
		v->pending[rule >> 6] &= ~(1ull << (rule & 63));
	m->waiting |= wait;
}

void
rule_set_match_contents(const struct rule_set *rs, const struct rule_view *v,
    uint64_t *scratch, struct rule_matches *m)
{
	uint32_t words = rule_set_words(rs), back;
	struct rule_pass p = { .group = rule_set_group(rs, v->ip->proto),
		.candidate = scratch,
		.seen = scratch + words,
		.fresh = v->fresh };

	if (strset_count(p.group->set) == 0)
		return;
	memset(scratch, 0,
	    (words + strset_words(p.group->set)) * sizeof(*scratch));
	if (v->pending != NULL) {
		memcpy(p.candidate, v->pending, words * sizeof(*scratch));
		p.any = true;
	}
	back = strset_longest(p.group->set) - 1;
	p.from = v->fresh > back ? v->fresh - back : 0;
	strset_scan(p.group->set, v->data + p.from, v->n - p.from, NULL,
	    rule_pass_hit, &p);
	if (!p.any)
		return;
	for (uint32_t w = 0; w < words; w++)
		for (uint64_t x = p.candidate[w]; x != 0; x &= x - 1)
			rule_candidate(
			    rs, w * 64 + (uint32_t)__builtin_ctzll(x), v, m);
	m->gave_up |= m->effort == 0;
}
