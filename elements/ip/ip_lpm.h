/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_lpm.h -- a helper of the elements in ip/: the value of the longest prefix
 * that matches an address.
 *
 * A trie of four levels, a byte of the address each (lpm_node.h).
 *
 * The root, which every lookup passes, is kept unpacked beside the trie, too.
 * Below it a lookup costs two cache lines a level (the node, one of its runs)
 * and goes only as deep as there are prefixes; the first levels stay in the
 * cache.  A prefix stands in one node, on the level of its last byte.
 *
 * Memory: nothing while empty; 1 kB, 64 bytes a node and 4 a run, which makes 8
 * to 80 bytes a prefix (the more there are, the less).  An update touches one
 * node and, for short prefixes, up to 255 children.
 *
 * Who updates must keep the other threads from looking up.
 */
#ifndef ELEMENTS_IP_IP_LPM_H
#define ELEMENTS_IP_IP_LPM_H

#include <stdbool.h>
#include <stdint.h>

#include "elements/ip/lpm_node.h"

enum { IP_LPM_VALUE_MAX = LPM_VALUE_MAX };

struct ip_lpm {
	struct lpm_nodes nodes;
	struct lpm_slots *top; /* what the root says; NULL when empty */
	bool popcnt;           /* the processor counts bits */
};

void ip_lpm_init(struct ip_lpm *l);
void ip_lpm_fini(struct ip_lpm *l);

/*
 * Sets the value (1..IP_LPM_VALUE_MAX) of the prefix addr/len, addr in host
 * order without bits beyond len (0..32).  0, or ERR_NOMEM and nothing has
 * changed.
 */
int ip_lpm_set(
    struct ip_lpm *l, uint32_t addr, unsigned int len, uint32_t value);

/*
 * Forgets addr/len, which must have been set.  cover_len and cover_value are
 * of the longest other prefix that contains it, cover_value 0 if there is
 * none.  0, or ERR_NOMEM and nothing has changed.
 */
int ip_lpm_clear(struct ip_lpm *l, uint32_t addr, unsigned int len,
    unsigned int cover_len, uint32_t cover_value);

/* The value for addr (host order), 0 if no prefix matches. */
uint32_t ip_lpm_lookup(const struct ip_lpm *l, uint32_t addr);

/* The same for n addresses at once, with their memory fetched in parallel. */
void ip_lpm_lookup_batch(
    const struct ip_lpm *l, const uint32_t *addr, uint32_t *value, uint32_t n);

/* Bytes that it has allocated. */
uint64_t ip_lpm_bytes(const struct ip_lpm *l);

#endif
