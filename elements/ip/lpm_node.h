/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lpm_node.h -- a helper of ip_lpm.c and ip6_lpm.c: the nodes of their tries.
 *
 * A node branches on one byte of the address.  It stands for 256 slots, but
 * stores each run of equal neighbours once: a bit map of where runs begin, and
 * the runs.
 *
 *	node: map 0100...1000  runs  [value][child ->]...[nothing]
 *
 * A run is nothing (0), the number of a child with the top bit set, or a value
 * with, above it, how many bits of this node's byte its prefix has (0..8).  The
 * value of a prefix that ends exactly at a slot with a child is kept in the
 * child (inherit), so that no prefix is copied down the trie.
 */
#ifndef ELEMENTS_IP_LPM_NODE_H
#define ELEMENTS_IP_LPM_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	LPM_VALUE_BITS = 27,
	LPM_VALUE_MAX = (1 << LPM_VALUE_BITS) - 1,
	LPM_CHUNK_BITS = 5,
	LPM_CHUNK = 1 << LPM_CHUNK_BITS,
	LPM_SKIP_MAX = 11,
};
static const uint32_t lpm_child = 0x80000000;

struct lpm_node {
	uint64_t map[4]; /* where runs begin; bit 0 of map[0] is set */
	uint32_t *runs;
	uint8_t rank[4];  /* runs that begin in the words of map before */
	uint32_t inherit; /* run of the prefix that ends at this node, or 0 */
	uint16_t nruns;
	uint8_t depth; /* ip6_lpm.c's: the byte that it branches on */
	uint8_t nskip; /* bytes between its parent's and it */
	union {
		uint8_t skip[LPM_SKIP_MAX]; /* these bytes */
		uint32_t next_free;
	};
} CACHE_ALIGNED;

_Static_assert(sizeof(struct lpm_node) == CACHE_LINE, "one line a node");

struct lpm_nodes {
	struct lpm_node **chunks; /* nodes by number; NULL when empty */
	uint32_t nchunks, nnodes;
	uint32_t free; /* first node not in use, linked; 0: none */
	uint32_t in_use;
	uint64_t run_bytes;
};

/* What a node says, a run a slot, while it is being changed. */
struct lpm_slots {
	uint32_t run[256];
};

/* popcnt: the processor has an instruction, and the caller may use it. */
ALWAYS_INLINE unsigned int
lpm_popcount(uint64_t x, bool popcnt)
{
	if (popcnt)
		return (unsigned int)__builtin_popcountll(x);
	x -= (x >> 1) & 0x5555555555555555;
	x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned int)(x * 0x0101010101010101 >> 56);
}

static inline uint32_t
lpm_value(uint32_t run)
{
	return run & LPM_VALUE_MAX;
}

static inline unsigned int
lpm_bits(uint32_t run)
{
	return run >> LPM_VALUE_BITS;
}

static inline uint32_t
lpm_run(unsigned int bits, uint32_t value)
{
	return bits << LPM_VALUE_BITS | value;
}

static inline struct lpm_node *
lpm_node(const struct lpm_nodes *l, uint32_t number)
{
	return &l->chunks[number >> LPM_CHUNK_BITS][number & (LPM_CHUNK - 1)];
}

ALWAYS_INLINE const uint32_t *
lpm_run_find(const struct lpm_node *n, uint8_t slot, bool popcnt)
{
	unsigned int word = slot >> 6;
	uint64_t upto = n->map[word] << (63 - (slot & 63));

	return &n->runs[n->rank[word] + lpm_popcount(upto, popcnt) - 1];
}

static inline const uint32_t *
lpm_run_at(const struct lpm_node *n, uint8_t slot)
{
	return lpm_run_find(n, slot, false);
}

void lpm_nodes_init(struct lpm_nodes *l);
void lpm_nodes_fini(struct lpm_nodes *l);
/* Bytes that they have allocated. */
uint64_t lpm_nodes_bytes(const struct lpm_nodes *l);

/*
 * An empty node: one run of nothing.  Its number, or -1 without memory.  The
 * first made is number 0, the root, and must not be freed: 0 ends lists.
 */
int64_t lpm_node_new(struct lpm_nodes *l);
void lpm_node_free(struct lpm_nodes *l, uint32_t number);

static inline bool
lpm_node_empty(const struct lpm_node *n)
{
	return n->nruns == 1 && n->runs[0] == 0;
}

void lpm_unpack(const struct lpm_node *n, struct lpm_slots *s);
/* 0, or ERR_NOMEM and the node says what it said. */
int lpm_pack(
    struct lpm_nodes *l, struct lpm_node *n, const struct lpm_slots *s);
/* One slot: 0 or ERR_NOMEM. */
int lpm_put(
    struct lpm_nodes *l, struct lpm_node *n, uint8_t slot, uint32_t run);

/*
 * Puts run in the place of those in count slots from first that give way to
 * it: into the slots, or, where a slot has a child, into what the child
 * inherits.  Runs of prefixes of least to most bits give way.  0, or ERR_NOMEM
 * and nothing has changed.
 */
int lpm_replace(struct lpm_nodes *l, struct lpm_node *n, unsigned int first,
    unsigned int count, unsigned int least, unsigned int most, uint32_t run);

#endif
