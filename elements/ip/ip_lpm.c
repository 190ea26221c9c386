/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_lpm.c -- a helper of the elements in ip/; see ip_lpm.h. */
#include "elements/ip/ip_lpm.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"

/*
 * A run: nothing (0), the number of a child with the top bit set, or a value
 * with, above it, how many bits of this level's byte its prefix has (0..8).
 */
enum {
	LPM_VALUE_BITS = 27,
	LPM_CHUNK_BITS = 5,
	LPM_CHUNK = 1 << LPM_CHUNK_BITS,
	LPM_LANES = 32, /* addresses looked up side by side */
};
static const uint32_t lpm_child = 0x80000000;

struct ip_lpm_node {
	uint64_t map[4]; /* where runs begin; bit 0 of map[0] is set */
	uint32_t *runs;
	uint8_t rank[4];  /* runs that begin in the words of map before */
	uint32_t inherit; /* run of the prefix that ends at this node, or 0 */
	uint16_t nruns;
	uint32_t next_free;
} CACHE_ALIGNED;

_Static_assert(sizeof(struct ip_lpm_node) == CACHE_LINE, "one line a node");

/* What a node says, a run a slot, while it is being changed. */
struct lpm_slots {
	uint32_t run[256];
};

static inline unsigned int
lpm_popcount(uint64_t x)
{
	x -= (x >> 1) & 0x5555555555555555;
	x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(x * 0x0101010101010101 >> 56);
}

static inline uint32_t
lpm_value(uint32_t run)
{
	return run & IP_LPM_VALUE_MAX;
}

static inline unsigned int
lpm_bits(uint32_t run)
{
	return run >> LPM_VALUE_BITS;
}

static inline struct ip_lpm_node *
lpm_node(const struct ip_lpm *l, uint32_t number)
{
	return &l->chunks[number >> LPM_CHUNK_BITS][number & (LPM_CHUNK - 1)];
}

static inline const uint32_t *
lpm_run_at(const struct ip_lpm_node *n, uint8_t slot)
{
	unsigned int word = slot >> 6;
	uint64_t upto = n->map[word] & (~0ull >> (63 - (slot & 63)));

	return &n->runs[n->rank[word] + lpm_popcount(upto) - 1];
}

/* ---- looking up ---- */

uint32_t
ip_lpm_lookup(const struct ip_lpm *l, uint32_t addr)
{
	uint32_t best = 0, number = 0;

	if (l->in_use == 0)
		return 0;
	for (int shift = 24;; shift -= 8) {
		const struct ip_lpm_node *n = lpm_node(l, number);
		uint32_t run = *lpm_run_at(n, (uint8_t)(addr >> shift));

		if (n->inherit != 0)
			best = lpm_value(n->inherit);
		if ((run & lpm_child) == 0)
			return run != 0 ? lpm_value(run) : best;
		number = run & ~lpm_child;
	}
}

/* Addresses on their way down. */
struct lpm_lanes {
	uint32_t n;
	uint8_t of[LPM_LANES]; /* index of the address */
	const struct ip_lpm_node *node[LPM_LANES];
	const uint32_t *run[LPM_LANES];
};

/* One level for all lanes, those that end drop out. */
static inline void
lpm_step(const struct ip_lpm *l, struct lpm_lanes *lanes, const uint32_t *addr,
    uint32_t *value, int shift)
{
	uint32_t n = lanes->n, kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct ip_lpm_node *node = lanes->node[i];

		lanes->run[i] =
		    lpm_run_at(node, (uint8_t)(addr[lanes->of[i]] >> shift));
		prefetch_read(lanes->run[i]);
		if (node->inherit != 0)
			value[lanes->of[i]] = lpm_value(node->inherit);
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t run = *lanes->run[i];
		uint8_t of = lanes->of[i];

		if (run & lpm_child) {
			const struct ip_lpm_node *node =
			    lpm_node(l, run & ~lpm_child);

			prefetch_read(node);
			lanes->node[kept] = node;
			lanes->of[kept++] = of;
		} else if (run != 0)
			value[of] = lpm_value(run);
	}
	lanes->n = kept;
}

void
ip_lpm_lookup_batch(
    const struct ip_lpm *l, const uint32_t *addr, uint32_t *value, uint32_t n)
{
	struct lpm_lanes lanes;

	memset(value, 0, n * sizeof(*value));
	if (l->in_use == 0)
		return;
	for (; n > 0; addr += lanes.n, value += lanes.n, n -= lanes.n) {
		uint32_t now = n < LPM_LANES ? n : LPM_LANES;

		lanes.n = now;
		for (uint32_t i = 0; i < now; i++) {
			lanes.of[i] = (uint8_t)i;
			lanes.node[i] = lpm_node(l, 0);
		}
		for (int shift = 24; lanes.n > 0; shift -= 8)
			lpm_step(l, &lanes, addr, value, shift);
		lanes.n = now;
	}
}

/* ---- nodes ---- */

static int
lpm_add_chunk(struct ip_lpm *l)
{
	struct ip_lpm_node **chunks, *chunk;

	chunks = realloc(l->chunks, (l->nchunks + 1) * sizeof(*chunks));
	if (chunks == NULL)
		return ERR_NOMEM;
	l->chunks = chunks;
	chunk = aligned_alloc(CACHE_LINE, LPM_CHUNK * sizeof(*chunk));
	if (chunk == NULL)
		return ERR_NOMEM;
	l->chunks[l->nchunks++] = chunk;
	return 0;
}

/* An empty node: one run of nothing.  Its number, or -1. */
static int64_t
lpm_node_new(struct ip_lpm *l)
{
	uint32_t *runs = calloc(1, sizeof(*runs));
	uint32_t number = l->free;
	struct ip_lpm_node *n;

	if (runs == NULL)
		return -1;
	if (number != 0)
		l->free = lpm_node(l, number)->next_free;
	else if (l->nnodes == l->nchunks * LPM_CHUNK && lpm_add_chunk(l) != 0) {
		free(runs);
		return -1;
	} else
		number = l->nnodes++;
	n = lpm_node(l, number);
	*n = (struct ip_lpm_node){ .map = { 1 }, .runs = runs, .nruns = 1 };
	memset(n->rank + 1, 1, 3);
	l->in_use++;
	l->run_bytes += sizeof(*runs);
	return number;
}

/* The root stays where it is, number 0, for ever. */
static void
lpm_node_free(struct ip_lpm *l, uint32_t number)
{
	struct ip_lpm_node *n = lpm_node(l, number);

	free(n->runs);
	l->run_bytes -= n->nruns * sizeof(*n->runs);
	n->next_free = l->free;
	l->free = number;
	l->in_use--;
}

static void
lpm_unpack(const struct ip_lpm_node *n, struct lpm_slots *s)
{
	const uint32_t *run = n->runs - 1;

	for (unsigned int i = 0; i < 256; i++) {
		run += n->map[i >> 6] >> (i & 63) & 1;
		s->run[i] = *run;
	}
}

static unsigned int
lpm_count_runs(const struct lpm_slots *s)
{
	unsigned int n = 1;

	for (unsigned int i = 1; i < 256; i++)
		n += s->run[i] != s->run[i - 1];
	return n;
}

/* 0, or ERR_NOMEM and the node says what it said. */
static int
lpm_pack(struct ip_lpm *l, struct ip_lpm_node *n, const struct lpm_slots *s)
{
	unsigned int nruns = lpm_count_runs(s), k = 0;
	uint32_t *runs = malloc(nruns * sizeof(*runs));

	if (runs == NULL)
		return ERR_NOMEM;
	memset(n->map, 0, sizeof(n->map));
	for (unsigned int i = 0; i < 256; i++) {
		if (i % 64 == 0)
			n->rank[i / 64] = (uint8_t)k;
		if (i > 0 && s->run[i] == s->run[i - 1])
			continue;
		n->map[i / 64] |= 1ull << (i & 63);
		runs[k++] = s->run[i];
	}
	l->run_bytes += ((uint64_t)nruns - n->nruns) * sizeof(*runs);
	free(n->runs);
	n->runs = runs;
	n->nruns = (uint16_t)nruns;
	return 0;
}

/* ---- changing ---- */

/* The level 0..3 on which a prefix of len bits stands. */
static int
lpm_level(unsigned int len)
{
	return len == 0 ? 0 : (int)(len - 1) / 8;
}

/*
 * The node for prefixes of addr on level, made if need be; way[] are the nodes
 * from the root to it.  0 or ERR_NOMEM.
 */
static int
lpm_descend(struct ip_lpm *l, uint32_t addr, int level, uint32_t way[4])
{
	struct lpm_slots s;

	if (l->in_use == 0 && lpm_node_new(l) < 0)
		return ERR_NOMEM;
	way[0] = 0;
	for (int i = 0; i < level; i++) {
		struct ip_lpm_node *n = lpm_node(l, way[i]);
		uint8_t slot = (uint8_t)(addr >> (24 - 8 * i));
		uint32_t run = *lpm_run_at(n, slot);
		int64_t child;

		if (run & lpm_child) {
			way[i + 1] = run & ~lpm_child;
			continue;
		}
		child = lpm_node_new(l);
		if (child < 0)
			return ERR_NOMEM;
		n = lpm_node(l, way[i]);
		lpm_unpack(n, &s);
		s.run[slot] = lpm_child | (uint32_t)child;
		if (lpm_pack(l, n, &s) != 0) {
			lpm_node_free(l, (uint32_t)child);
			return ERR_NOMEM;
		}
		lpm_node(l, (uint32_t)child)->inherit = run;
		way[i + 1] = (uint32_t)child;
	}
	return 0;
}

/* The slots of node that addr/len covers: first, and how many. */
static unsigned int
lpm_range(uint32_t addr, unsigned int len, int level, unsigned int *first)
{
	unsigned int bits = len - 8 * (unsigned int)level;

	*first = (uint8_t)(addr >> (24 - 8 * level));
	return 256u >> bits;
}

/*
 * Puts run in the place of those in a range that give way to it: into the
 * slots, or, where a slot has a child, into what the child inherits.  Prefixes
 * that are not longer than limit bits give way.  0 or ERR_NOMEM and nothing
 * has changed.
 */
static int
lpm_replace(struct ip_lpm *l, struct ip_lpm_node *n, unsigned int first,
    unsigned int count, unsigned int least, unsigned int limit, uint32_t run)
{
	struct lpm_slots s;
	int err;

	lpm_unpack(n, &s);
	for (unsigned int i = first; i < first + count; i++)
		if ((s.run[i] & lpm_child) == 0 &&
		    lpm_bits(s.run[i]) >= least && lpm_bits(s.run[i]) <= limit)
			s.run[i] = run;
	err = lpm_pack(l, n, &s);
	if (err != 0)
		return err;
	for (unsigned int i = first; i < first + count; i++) {
		uint32_t *inherit;

		if ((s.run[i] & lpm_child) == 0)
			continue;
		inherit = &lpm_node(l, s.run[i] & ~lpm_child)->inherit;
		if (lpm_bits(*inherit) >= least && lpm_bits(*inherit) <= limit)
			*inherit = run;
	}
	return 0;
}

static bool
lpm_node_empty(const struct ip_lpm_node *n)
{
	return n->nruns == 1 && n->runs[0] == 0;
}

/*
 * Takes nodes that say nothing off the way's end.  Where memory for that is
 * short they stay, which is harmless.
 */
static void
lpm_prune(struct ip_lpm *l, uint32_t addr, const uint32_t way[4], int level)
{
	struct lpm_slots s;

	for (; level > 0; level--) {
		struct ip_lpm_node *n = lpm_node(l, way[level]);
		struct ip_lpm_node *parent = lpm_node(l, way[level - 1]);

		if (!lpm_node_empty(n))
			return;
		lpm_unpack(parent, &s);
		s.run[(uint8_t)(addr >> (32 - 8 * level))] = n->inherit;
		if (lpm_pack(l, parent, &s) != 0)
			return;
		lpm_node_free(l, way[level]);
	}
}

int
ip_lpm_set(struct ip_lpm *l, uint32_t addr, unsigned int len, uint32_t value)
{
	int level = lpm_level(len), err;
	unsigned int first, bits = len - 8 * (unsigned int)level;
	unsigned int count = lpm_range(addr, len, level, &first);
	uint32_t way[4];

	err = lpm_descend(l, addr, level, way);
	if (err != 0)
		return err;
	return lpm_replace(l, lpm_node(l, way[level]), first, count, 0, bits,
	    bits << LPM_VALUE_BITS | value);
}

int
ip_lpm_clear(struct ip_lpm *l, uint32_t addr, unsigned int len,
    unsigned int cover_len, uint32_t cover_value)
{
	int level = lpm_level(len), err;
	unsigned int first, above = 8 * (unsigned int)level, bits = len - above;
	unsigned int count = lpm_range(addr, len, level, &first);
	uint32_t way[4], run = 0;

	err = lpm_descend(l, addr, level, way);
	if (err != 0)
		return err;
	/* A cover from a level above is found there. */
	if (cover_value != 0 && (cover_len > above || level == 0))
		run = (cover_len - above) << LPM_VALUE_BITS | cover_value;
	err = lpm_replace(
	    l, lpm_node(l, way[level]), first, count, bits, bits, run);
	if (err == 0)
		lpm_prune(l, addr, way, level);
	return err;
}

/* ---- life ---- */

void
ip_lpm_init(struct ip_lpm *l)
{
	*l = (struct ip_lpm){ .chunks = NULL };
}

void
ip_lpm_fini(struct ip_lpm *l)
{
	uint32_t next;

	/* Nodes in use are those not on the free list: mark these. */
	for (uint32_t i = l->free; i != 0; i = next) {
		next = lpm_node(l, i)->next_free;
		lpm_node(l, i)->runs = NULL;
	}
	for (uint32_t i = 0; i < l->nnodes; i++)
		free(lpm_node(l, i)->runs);
	for (uint32_t i = 0; i < l->nchunks; i++)
		free(l->chunks[i]);
	free(l->chunks);
	ip_lpm_init(l);
}

uint64_t
ip_lpm_bytes(const struct ip_lpm *l)
{
	return l->nchunks * (sizeof(*l->chunks) +
	                        LPM_CHUNK * sizeof(struct ip_lpm_node)) +
	       l->run_bytes;
}
