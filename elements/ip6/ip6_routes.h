/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip6_routes.h -- a helper of the elements in ip6/: a set of IPv6 routes, with
 * the fast lookup of ip6_lpm.h and the order in which Click shows them.
 *
 * Routes stand in slots; a new one takes the lowest that is free, also when it
 * takes the place of another for its prefix.
 *
 * Memory: nothing while empty; a route costs 40 bytes, 6 to 12 in the index
 * that finds it by its prefix, and its part of the trie.
 *
 * Who changes routes must keep other threads from looking up.
 */
#ifndef ELEMENTS_IP6_IP6_ROUTES_H
#define ELEMENTS_IP6_IP6_ROUTES_H

#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "elements/ip/slot_index.h"
#include "elements/ip6/ip6_lpm.h"

struct ip6_route {
	struct ip6_addr addr; /* without bits beyond len */
	struct ip6_addr gw;   /* all zero: none */
	uint16_t port;
	uint8_t len;  /* of the prefix */
	uint8_t used; /* by the set: 0, a free slot */
};

struct ip6_routes {
	struct ip6_lpm lpm; /* values are 1 + slot */
	struct {
		VEC_FIELDS(struct ip6_route)
	} slots;
	struct slot_index by_prefix;
	uint32_t first_free; /* no free slot stands before it */
	uint64_t seed;
};

void ip6_routes_init(struct ip6_routes *r);
void ip6_routes_fini(struct ip6_routes *r);

/*
 * Adds a route, bits beyond its length cut off; takes the place of one for the
 * same prefix.  0, or ERR_NOMEM and nothing has changed.
 */
int ip6_routes_add(struct ip6_routes *r, const struct ip6_route *route);
/* Removes that for addr/len: 0, ERR_NOTFOUND, ERR_NOMEM (nothing changed). */
int ip6_routes_remove(
    struct ip6_routes *r, const struct ip6_addr *addr, unsigned int len);

/* The route for the 16 bytes at addr, or NULL. */
const struct ip6_route *ip6_routes_lookup(
    const struct ip6_routes *r, const uint8_t *addr);
/* The same for n. */
void ip6_routes_lookup_batch(const struct ip6_routes *r,
    const uint8_t *const *addr, const struct ip6_route **route, uint32_t n);

/* "# Active routes", and a line for each. */
void ip6_routes_print(const struct ip6_routes *r, struct strbuf *sb);

#endif
