/* SPDX-License-Identifier: BSD-3-Clause */
/* ip6_lpm.c -- a helper of the elements in ip6/; see ip6_lpm.h. */
#include "elements/ip6/ip6_lpm.h"

#include <string.h>

#include "base/err.h"

enum {
	LPM6_BYTES = 16,
	LPM6_LANES = 32, /* addresses looked up side by side */
};

/* ---- looking up ---- */

/* Whether addr goes on through n: the bytes before its own are the same. */
static inline bool
lpm6_skip(const struct lpm_node *n, const uint8_t *addr)
{
	return n->nskip == 0 ||
	       memcmp(addr + n->depth - n->nskip, n->skip, n->nskip) == 0;
}

uint32_t
ip6_lpm_lookup(const struct ip6_lpm *l, const uint8_t *addr)
{
	uint32_t best = 0, run = lpm_child;

	if (l->nodes.in_use == 0)
		return 0;
	while (run & lpm_child) {
		const struct lpm_node *n =
		    lpm_node(&l->nodes, run & ~lpm_child);

		if (n->inherit != 0)
			best = lpm_value(n->inherit);
		if (!lpm6_skip(n, addr))
			return best;
		run = *lpm_run_at(n, addr[n->depth]);
	}
	return run != 0 ? lpm_value(run) : best;
}

/* Addresses on their way down. */
struct lpm6_lanes {
	uint32_t n;
	uint8_t of[LPM6_LANES]; /* index of the address */
	const struct lpm_node *node[LPM6_LANES];
	const uint32_t *run[LPM6_LANES];
};

/* Into the nodes; those that do not go on drop out. */
static inline void
lpm6_enter(
    struct lpm6_lanes *lanes, const uint8_t *const *addr, uint32_t *value)
{
	uint32_t n = lanes->n, kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct lpm_node *node = lanes->node[i];
		uint8_t of = lanes->of[i];

		if (node->inherit != 0)
			value[of] = lpm_value(node->inherit);
		if (!lpm6_skip(node, addr[of]))
			continue;
		lanes->run[kept] = lpm_run_at(node, addr[of][node->depth]);
		prefetch_read(lanes->run[kept]);
		lanes->of[kept++] = of;
	}
	lanes->n = kept;
}

/* On to the children; those that have none drop out. */
static inline void
lpm6_leave(const struct ip6_lpm *l, struct lpm6_lanes *lanes, uint32_t *value)
{
	uint32_t n = lanes->n, kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t run = *lanes->run[i];
		uint8_t of = lanes->of[i];

		if (run & lpm_child) {
			lanes->node[kept] =
			    lpm_node(&l->nodes, run & ~lpm_child);
			prefetch_read(lanes->node[kept]);
			lanes->of[kept++] = of;
		} else if (run != 0)
			value[of] = lpm_value(run);
	}
	lanes->n = kept;
}

void
ip6_lpm_lookup_batch(const struct ip6_lpm *l, const uint8_t *const *addr,
    uint32_t *value, uint32_t n)
{
	struct lpm6_lanes lanes;

	memset(value, 0, n * sizeof(*value));
	if (l->nodes.in_use == 0)
		return;
	for (uint32_t now; n > 0; addr += now, value += now, n -= now) {
		now = n < LPM6_LANES ? n : LPM6_LANES;
		lanes.n = now;
		for (uint32_t i = 0; i < now; i++) {
			lanes.of[i] = (uint8_t)i;
			lanes.node[i] = lpm_node(&l->nodes, 0);
		}
		while (lanes.n > 0) {
			lpm6_enter(&lanes, addr, value);
			lpm6_leave(l, &lanes, value);
		}
	}
}

/* ---- changing ---- */

/* The nodes from the root to where a prefix stands. */
struct lpm6_way {
	unsigned int n;
	uint32_t node[LPM6_BYTES];
};

/* The byte in which the last bit of a prefix stands. */
static unsigned int
lpm6_depth(unsigned int len)
{
	return len == 0 ? 0 : (len - 1) / 8;
}

/*
 * A new child of n for addr, on the way to depth: where there was nothing but
 * a value.  Its number, or -1 without memory.
 */
static int64_t
lpm6_extend(
    struct ip6_lpm *l, uint32_t number, const uint8_t *addr, unsigned int depth)
{
	int64_t child = lpm_node_new(&l->nodes);
	struct lpm_node *n = lpm_node(&l->nodes, number), *c;
	uint8_t slot = addr[n->depth];

	if (child < 0)
		return -1;
	c = lpm_node(&l->nodes, (uint32_t)child);
	c->nskip = (uint8_t)(depth - n->depth - 1);
	if (c->nskip > LPM_SKIP_MAX)
		c->nskip = LPM_SKIP_MAX;
	c->depth = (uint8_t)(n->depth + 1 + c->nskip);
	memcpy(c->skip, addr + n->depth + 1, c->nskip);
	c->inherit = *lpm_run_at(n, slot);
	if (lpm_put(&l->nodes, n, slot, lpm_child | (uint32_t)child) == 0)
		return child;
	lpm_node_free(&l->nodes, (uint32_t)child);
	return -1;
}

/*
 * A new node between n and its child: it branches on the child's skip[at].
 * Its number, or -1 without memory.
 */
static int64_t
lpm6_split(struct ip6_lpm *l, uint32_t number, uint32_t child, uint8_t at)
{
	int64_t middle = lpm_node_new(&l->nodes);
	struct lpm_node *n = lpm_node(&l->nodes, number);
	struct lpm_node *c = lpm_node(&l->nodes, child), *m;
	uint8_t slot;

	if (middle < 0)
		return -1;
	m = lpm_node(&l->nodes, (uint32_t)middle);
	m->nskip = at;
	m->depth = (uint8_t)(n->depth + 1 + at);
	memcpy(m->skip, c->skip, at);
	m->inherit = c->inherit;
	if (lpm_put(&l->nodes, m, c->skip[at], lpm_child | child) != 0)
		goto free_middle;
	for (slot = 0; *lpm_run_at(n, slot) != (lpm_child | child); slot++)
		;
	if (lpm_put(&l->nodes, n, slot, lpm_child | (uint32_t)middle) != 0)
		goto free_middle;
	c->inherit = 0;
	c->nskip = (uint8_t)(c->nskip - at - 1);
	memmove(c->skip, c->skip + at + 1, c->nskip);
	return middle;

free_middle:
	lpm_node_free(&l->nodes, (uint32_t)middle);
	return -1;
}

/* The node below number on addr's way to depth, made if need be; or -1. */
static int64_t
lpm6_next(
    struct ip6_lpm *l, uint32_t number, const uint8_t *addr, unsigned int depth)
{
	const struct lpm_node *n = lpm_node(&l->nodes, number), *c;
	uint32_t run = *lpm_run_at(n, addr[n->depth]);
	const uint8_t *rest = addr + n->depth + 1;

	if ((run & lpm_child) == 0)
		return lpm6_extend(l, number, addr, depth);
	c = lpm_node(&l->nodes, run & ~lpm_child);
	for (uint8_t at = 0; at < c->nskip; at++)
		if (c->skip[at] != rest[at] || n->depth + 1u + at == depth)
			return lpm6_split(l, number, run & ~lpm_child, at);
	return run & ~lpm_child;
}

/* The way to the node for prefixes that end in byte depth: 0 or ERR_NOMEM. */
static int
lpm6_descend(struct ip6_lpm *l, const uint8_t *addr, unsigned int depth,
    struct lpm6_way *way)
{
	if (l->nodes.in_use == 0 && lpm_node_new(&l->nodes) < 0)
		return ERR_NOMEM;
	way->n = 1;
	way->node[0] = 0;
	for (;;) {
		uint32_t last = way->node[way->n - 1];
		int64_t next;

		if (lpm_node(&l->nodes, last)->depth == depth)
			return 0;
		next = lpm6_next(l, last, addr, depth);
		if (next < 0)
			return ERR_NOMEM;
		way->node[way->n++] = (uint32_t)next;
	}
}

/* The only child of n if it says nothing else, and its slot; or 0. */
static uint32_t
lpm6_only_child(const struct lpm_node *n, uint8_t *slot)
{
	struct lpm_slots s;
	uint32_t child = 0;

	if (n->nruns > 3)
		return 0;
	lpm_unpack(n, &s);
	for (unsigned int i = 0; i < 256; i++) {
		if (s.run[i] == 0)
			continue;
		if (child != 0 || (s.run[i] & lpm_child) == 0)
			return 0;
		child = s.run[i] & ~lpm_child;
		*slot = (uint8_t)i;
	}
	return child;
}

/* Takes n out between its parent and its only child, if it has just one. */
static void
lpm6_join(struct ip6_lpm *l, uint32_t parent, uint32_t number, uint8_t at)
{
	struct lpm_node *n = lpm_node(&l->nodes, number), *c;
	uint8_t slot = 0;
	uint32_t child = lpm6_only_child(n, &slot);

	if (child == 0)
		return;
	c = lpm_node(&l->nodes, child);
	if (c->inherit != 0 || n->nskip + 1 + c->nskip > LPM_SKIP_MAX)
		return;
	if (lpm_put(&l->nodes, lpm_node(&l->nodes, parent), at,
	        lpm_child | child) != 0)
		return;
	memmove(c->skip + n->nskip + 1, c->skip, c->nskip);
	memcpy(c->skip, n->skip, n->nskip);
	c->skip[n->nskip] = slot;
	c->nskip = (uint8_t)(c->nskip + n->nskip + 1);
	c->inherit = n->inherit;
	lpm_node_free(&l->nodes, number);
}

/*
 * Takes nodes that say nothing off the way's end.  Where memory for that is
 * short they stay, which is harmless.
 */
static void
lpm6_prune(struct ip6_lpm *l, const uint8_t *addr, const struct lpm6_way *way)
{
	for (unsigned int i = way->n - 1; i > 0; i--) {
		struct lpm_node *n = lpm_node(&l->nodes, way->node[i]);
		struct lpm_node *parent = lpm_node(&l->nodes, way->node[i - 1]);
		uint8_t at = addr[parent->depth];

		if (!lpm_node_empty(n)) {
			lpm6_join(l, way->node[i - 1], way->node[i], at);
			return;
		}
		if (lpm_put(&l->nodes, parent, at, n->inherit) != 0)
			return;
		lpm_node_free(&l->nodes, way->node[i]);
	}
}

int
ip6_lpm_set(struct ip6_lpm *l, const struct ip6_addr *addr, unsigned int len,
    uint32_t value)
{
	unsigned int depth = lpm6_depth(len), bits = len - 8 * depth;
	struct lpm6_way way;
	int err = lpm6_descend(l, addr->b, depth, &way);

	if (err != 0)
		return err;
	return lpm_replace(&l->nodes, lpm_node(&l->nodes, way.node[way.n - 1]),
	    addr->b[depth], 256u >> bits, 0, bits, lpm_run(bits, value));
}

int
ip6_lpm_clear(struct ip6_lpm *l, const struct ip6_addr *addr, unsigned int len,
    unsigned int cover_len, uint32_t cover_value)
{
	unsigned int depth = lpm6_depth(len), above = 8 * depth;
	unsigned int bits = len - above;
	struct lpm6_way way;
	uint32_t run = 0;
	int err = lpm6_descend(l, addr->b, depth, &way);

	if (err != 0)
		return err;
	/* A cover from a node above is found there. */
	if (cover_value != 0 && (cover_len > above || depth == 0))
		run = lpm_run(cover_len - above, cover_value);
	err = lpm_replace(&l->nodes, lpm_node(&l->nodes, way.node[way.n - 1]),
	    addr->b[depth], 256u >> bits, bits, bits, run);
	if (err == 0)
		lpm6_prune(l, addr->b, &way);
	return err;
}

/* ---- life ---- */

void
ip6_lpm_init(struct ip6_lpm *l)
{
	lpm_nodes_init(&l->nodes);
}

void
ip6_lpm_fini(struct ip6_lpm *l)
{
	lpm_nodes_fini(&l->nodes);
}
