/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip6_lpm.h -- a helper of the elements in ip6/: the value of the longest
 * prefix that matches an IPv6 address.
 *
 * A trie whose nodes (elements/ip/lpm_node.h) branch on one byte of the address
 * each; bytes on which nothing branches are skipped, and compared with those
 * that the node below keeps.  So a lookup costs two cache lines (the node, one
 * of its runs) for each byte on which the table's prefixes differ there, four
 * to six of them in an Internet table, the first of which stay in the cache,
 * and as many for a host route alone in its net as for the net.
 *
 *	root [20.. child]
 *	        depth 3, skip 01 0d: branches on the fourth byte
 *	           [b8.. child]
 *	                    depth 5, skip 00: 2001:db8:00xx::
 *
 * Memory: nothing while empty; at most two nodes of 64 bytes a prefix (and one
 * more where twelve bytes or more are skipped) and 4 a run.  An update touches
 * at most three nodes and, for short prefixes, up to 255 children.
 *
 * Who updates must keep the other threads from looking up.
 */
#ifndef ELEMENTS_IP6_IP6_LPM_H
#define ELEMENTS_IP6_IP6_LPM_H

#include "base/addr.h"
#include "elements/ip/lpm_node.h"

struct ip6_lpm {
	struct lpm_nodes nodes;
};

void ip6_lpm_init(struct ip6_lpm *l);
void ip6_lpm_fini(struct ip6_lpm *l);

/*
 * Sets the value (1..LPM_VALUE_MAX) of the prefix addr/len, addr without bits
 * beyond len (0..128).  0, or ERR_NOMEM and lookups find what they found.
 */
int ip6_lpm_set(struct ip6_lpm *l, const struct ip6_addr *addr,
    unsigned int len, uint32_t value);

/*
 * Forgets addr/len, which must have been set.  cover_len and cover_value are
 * of the longest other prefix that contains it, cover_value 0 if there is
 * none.  0, or ERR_NOMEM and lookups find what they found.
 */
int ip6_lpm_clear(struct ip6_lpm *l, const struct ip6_addr *addr,
    unsigned int len, unsigned int cover_len, uint32_t cover_value);

/* The value for the 16 bytes at addr, 0 if no prefix matches. */
uint32_t ip6_lpm_lookup(const struct ip6_lpm *l, const uint8_t *addr);

/* The same for n addresses at once, with their memory fetched in parallel. */
void ip6_lpm_lookup_batch(const struct ip6_lpm *l, const uint8_t *const *addr,
    uint32_t *value, uint32_t n);

#endif
