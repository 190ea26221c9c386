/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_lpm.c -- a helper of the elements in ip/; see ip_lpm.h. */
#include "elements/ip/ip_lpm.h"

#include <string.h>

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

/* Addresses on their way down. */
struct lpm_lanes {
	uint32_t n;
	uint8_t of[LPM_LANES]; /* index of the address */
	const struct lpm_node *node[LPM_LANES];
	const uint32_t *run[LPM_LANES];
};

/* One level for all lanes, those that end drop out. */
static inline void
lpm_step(const struct ip_lpm *l, struct lpm_lanes *lanes, const uint32_t *addr,
    uint32_t *value, int shift)
{
	uint32_t n = lanes->n, kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct lpm_node *node = lanes->node[i];

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
			const struct lpm_node *node =
			    lpm_node(&l->nodes, run & ~lpm_child);

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
	if (l->nodes.in_use == 0)
		return;
	for (; n > 0; addr += lanes.n, value += lanes.n, n -= lanes.n) {
		uint32_t now = n < LPM_LANES ? n : LPM_LANES;

		lanes.n = now;
		for (uint32_t i = 0; i < now; i++) {
			lanes.of[i] = (uint8_t)i;
			lanes.node[i] = lpm_node(&l->nodes, 0);
		}
		for (int shift = 24; lanes.n > 0; shift -= 8)
			lpm_step(l, &lanes, addr, value, shift);
		lanes.n = now;
	}
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

	if (l->nodes.in_use == 0 && lpm_node_new(&l->nodes) < 0)
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
	return lpm_replace(&l->nodes, lpm_node(&l->nodes, way[level]), first,
	    count, 0, bits, lpm_run(bits, value));
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
	if (err == 0)
		lpm_prune(l, addr, way, level);
	return err;
}

/* ---- life ---- */

void
ip_lpm_init(struct ip_lpm *l)
{
	lpm_nodes_init(&l->nodes);
}

void
ip_lpm_fini(struct ip_lpm *l)
{
	lpm_nodes_fini(&l->nodes);
}

uint64_t
ip_lpm_bytes(const struct ip_lpm *l)
{
	return lpm_nodes_bytes(&l->nodes);
}
