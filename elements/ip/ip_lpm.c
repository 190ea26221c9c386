/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_lpm.c -- a helper of the elements in ip/; see ip_lpm.h. */
#include "elements/ip/ip_lpm.h"

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/err.h"

enum { LPM_LANES = 32 /* addresses looked up side by side */ };

/* ---- looking up ---- */

uint32_t
ip_lpm_lookup(const struct ip_lpm *l, uint32_t addr)
{
	uint32_t best = 0, number = 0;

	if (l->nodes.in_use == 0)
		return 0;
	for (int shift = 24;; shift -= 8) {
		const struct lpm_node *n = lpm_node(&l->nodes, number);
		uint32_t run = *lpm_run_at(n, (uint8_t)(addr >> shift));

		if (n->inherit != 0)
			best = lpm_value(n->inherit);
		if ((run & lpm_child) == 0)
			return run != 0 ? lpm_value(run) : best;
		number = run & ~lpm_child;
	}
}

/* An address on its way down: the node it has come to, the bytes from there. */
struct lpm_lane {
	const struct lpm_node *node;
	const uint32_t *run; /* the node's, once found */
	uint32_t rest, of;   /* of: index of the address */
};

struct lpm_lanes {
	uint32_t n;
	struct lpm_lane lane[LPM_LANES];
};

/* The address has a lane from the child that run names. */
ALWAYS_INLINE void
lpm_enter(const struct ip_lpm *l, struct lpm_lanes *lanes, uint32_t run,
    uint32_t rest, uint32_t of)
{
	struct lpm_lane *lane = &lanes->lane[lanes->n++];

	lane->node = lpm_node(&l->nodes, run & ~lpm_child);
	lane->rest = rest;
	lane->of = of;
	prefetch_read(lane->node);
}

/*
 * One level for all lanes.  An address that finds nothing has what its last
 * node inherits; where that is nothing, too, it goes down again alone: what
 * nodes further up inherit is not worth a look in each lane.
 */
ALWAYS_INLINE void
lpm_step(const struct ip_lpm *l, struct lpm_lanes *lanes, const uint32_t *addr,
    uint32_t *value, bool popcnt)
{
	uint32_t n = lanes->n;

	for (uint32_t i = 0; i < n; i++) {
		struct lpm_lane *lane = &lanes->lane[i];

		lane->run = lpm_run_find(
		    lane->node, (uint8_t)(lane->rest >> 24), popcnt);
		prefetch_read(lane->run);
	}
	lanes->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct lpm_lane at = lanes->lane[i];
		uint32_t run = *at.run;

		if (run & lpm_child)
			lpm_enter(l, lanes, run, at.rest << 8, at.of);
		else if (likely(run != 0))
			value[at.of] = lpm_value(run);
		else if (at.node->inherit != 0)
			value[at.of] = lpm_value(at.node->inherit);
		else
			value[at.of] = ip_lpm_lookup(l, addr[at.of]);
	}
}

ALWAYS_INLINE void
lpm_lookup_lanes(const struct ip_lpm *l, const uint32_t *addr, uint32_t *value,
    uint32_t n, bool popcnt)
{
	uint32_t all = lpm_value(lpm_node(&l->nodes, 0)->inherit);
	struct lpm_lanes lanes;

	lanes.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t run = l->top->run[addr[i] >> 24];

		if (likely(run & lpm_child))
			lpm_enter(l, &lanes, run, addr[i] << 8, i);
		else
			value[i] = run != 0 ? lpm_value(run) : all;
	}
	while (lanes.n > 0)
		lpm_step(l, &lanes, addr, value, popcnt);
}

__attribute__((target("popcnt"))) static void
lpm_lookup_popcnt(
    const struct ip_lpm *l, const uint32_t *addr, uint32_t *value, uint32_t n)
{
	lpm_lookup_lanes(l, addr, value, n, true);
}

static void
lpm_lookup_plain(
    const struct ip_lpm *l, const uint32_t *addr, uint32_t *value, uint32_t n)
{
	lpm_lookup_lanes(l, addr, value, n, false);
}

void
ip_lpm_lookup_batch(
    const struct ip_lpm *l, const uint32_t *addr, uint32_t *value, uint32_t n)
{
	if (l->nodes.in_use == 0) {
		memset(value, 0, n * sizeof(*value));
		return;
	}
	for (uint32_t at = 0; at < n; at += LPM_LANES) {
		uint32_t now = n - at < LPM_LANES ? n - at : LPM_LANES;

		if (l->popcnt)
			lpm_lookup_popcnt(l, addr + at, value + at, now);
		else
			lpm_lookup_plain(l, addr + at, value + at, now);
	}
}

/* ---- changing ---- */

/* The level 0..3 on which a prefix of len bits stands. */
static int
lpm_level(unsigned int len)
{
	return len == 0 ? 0 : (int)(len - 1) / 8;
}

/* The root has changed. */
static void
lpm_top_update(struct ip_lpm *l)
{
	lpm_unpack(lpm_node(&l->nodes, 0), l->top);
}

/* The root, made if there is none yet: 0 or ERR_NOMEM. */
static int
lpm_root(struct ip_lpm *l)
{
	if (l->nodes.in_use != 0)
		return 0;
	if (l->top == NULL)
		l->top = malloc(sizeof(*l->top));
	if (l->top == NULL || lpm_node_new(&l->nodes) < 0)
		return ERR_NOMEM;
	lpm_top_update(l);
	return 0;
}

/*
 * The node for prefixes of addr on level, made if need be; way[] are the nodes
 * from the root to it.  0 or ERR_NOMEM.
 */
static int
lpm_descend(struct ip_lpm *l, uint32_t addr, int level, uint32_t way[4])
{
	struct lpm_slots s;

	if (lpm_root(l) != 0)
		return ERR_NOMEM;
	way[0] = 0;
	for (int i = 0; i < level; i++) {
		struct lpm_node *n = lpm_node(&l->nodes, way[i]);
		uint8_t slot = (uint8_t)(addr >> (24 - 8 * i));
		uint32_t run = *lpm_run_at(n, slot);
		int64_t child;

		if (run & lpm_child) {
			way[i + 1] = run & ~lpm_child;
			continue;
		}
		child = lpm_node_new(&l->nodes);
		if (child < 0)
			return ERR_NOMEM;
		n = lpm_node(&l->nodes, way[i]);
		lpm_unpack(n, &s);
		s.run[slot] = lpm_child | (uint32_t)child;
		if (lpm_pack(&l->nodes, n, &s) != 0) {
			lpm_node_free(&l->nodes, (uint32_t)child);
			return ERR_NOMEM;
		}
		lpm_node(&l->nodes, (uint32_t)child)->inherit = run;
		way[i + 1] = (uint32_t)child;
		if (i == 0)
			lpm_top_update(l);
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
 * Takes nodes that say nothing off the way's end.  Where memory for that is
 * short they stay, which is harmless.
 */
static void
lpm_prune(struct ip_lpm *l, uint32_t addr, const uint32_t way[4], int level)
{
	struct lpm_slots s;

	for (; level > 0; level--) {
		struct lpm_node *n = lpm_node(&l->nodes, way[level]);
		struct lpm_node *parent = lpm_node(&l->nodes, way[level - 1]);

		if (!lpm_node_empty(n))
			return;
		lpm_unpack(parent, &s);
		s.run[(uint8_t)(addr >> (32 - 8 * level))] = n->inherit;
		if (lpm_pack(&l->nodes, parent, &s) != 0)
			return;
		lpm_node_free(&l->nodes, way[level]);
		if (level == 1)
			lpm_top_update(l);
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
	err = lpm_replace(&l->nodes, lpm_node(&l->nodes, way[level]), first,
	    count, 0, bits, lpm_run(bits, value));
	if (level == 0)
		lpm_top_update(l);
	return err;
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
		run = lpm_run(cover_len - above, cover_value);
	err = lpm_replace(&l->nodes, lpm_node(&l->nodes, way[level]), first,
	    count, bits, bits, run);
	if (level == 0)
		lpm_top_update(l);
	if (err == 0)
		lpm_prune(l, addr, way, level);
	return err;
}

/* ---- life ---- */

void
ip_lpm_init(struct ip_lpm *l)
{
	lpm_nodes_init(&l->nodes);
	l->top = NULL;
	l->popcnt = (cpu_features() & CPU_POPCNT) != 0;
}

void
ip_lpm_fini(struct ip_lpm *l)
{
	lpm_nodes_fini(&l->nodes);
	free(l->top);
	l->top = NULL;
}

uint64_t
ip_lpm_bytes(const struct ip_lpm *l)
{
	return lpm_nodes_bytes(&l->nodes) +
	       (l->top != NULL ? sizeof(*l->top) : 0);
}
