/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_routes.h -- a helper of the elements in ip/: a set of IPv4 routes, with
 * the fast lookup of ip_lpm.h and the order in which a "table" handler shows
 * them.
 *
 * Routes stand in slots, numbered from 0; a slot whose route was removed is
 * used again.  Next hops (gateway and output) are kept once, however many
 * routes share them.  Masks with holes in them are allowed; while there are
 * any, lookups search all slots.
 *
 * Memory: nothing while empty; a route costs 20 bytes, 6 to 12 in the index
 * that finds it by its prefix, and its part of the trie.
 *
 * Who changes routes must keep other threads from looking up.
 */
#ifndef ELEMENTS_IP_IP_ROUTES_H
#define ELEMENTS_IP_IP_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "elements/ip/ip_lpm.h"
#include "elements/ip/slot_index.h"

/*
 * A route's port has the output in its lower half; the upper one is free for
 * what a class wants to know of routes.
 */
enum { IP_ROUTE_PORT_MASK = 0xffff, IP_ROUTE_MARK_SHIFT = 16 };

struct ip_route {
	uint32_t addr, mask; /* network order, addr masked */
	uint32_t gw;         /* network order, 0: none */
	int32_t port;        /* output; negative: none, or any (remove) */
};

/* Which slot a route takes and how slots are shown, as Click's classes do. */
enum ip_route_order {
	IP_ROUTES_LINEAR, /* the lowest free; a new version stays in place */
	IP_ROUTES_SORTED, /* more specific ones before those they lie in */
	IP_ROUTES_RADIX,  /* the one freed last; a new version moves, too */
	IP_ROUTES_DIRECT, /* shown in the order of a hash */
};

struct ip_route_slot {
	uint32_t addr, mask;
	uint32_t hop;  /* index in hops, 0: the slot is free */
	uint32_t link; /* free: the next free one; else age */
};

struct ip_route_hop {
	uint32_t gw;
	int32_t port;
	uint32_t users; /* 0: free */
};

struct ip_routes {
	enum ip_route_order order;
	struct ip_lpm lpm; /* values are indices in hops */
	struct {
		VEC_FIELDS(struct ip_route_slot)
	} slots;
	struct {
		VEC_FIELDS(struct ip_route_hop) /* hops[0] is none */
	} hops;
	struct slot_index by_prefix, by_hop;
	uint32_t free_slot; /* 1 + the first to be used again, or 0 */
	uint32_t nfree;
	uint32_t free_hop;
	uint32_t age;  /* of the next route */
	uint32_t nodd; /* routes whose mask has holes */
	uint64_t seed;
};

void ip_routes_init(struct ip_routes *r, enum ip_route_order order);
void ip_routes_fini(struct ip_routes *r);
/* Forgets all routes. */
void ip_routes_flush(struct ip_routes *r);

/*
 * Adds a route.  If there is one for its prefix that is copied to *old and, if
 * replace is set, replaced; else ERR_EXIST.  old->port is -1 if there was
 * none.  0, ERR_EXIST or ERR_NOMEM.
 */
int ip_routes_add(struct ip_routes *r, const struct ip_route *route,
    bool replace, struct ip_route *old);
/*
 * Removes the route for a prefix, if gateway and port match, too (port
 * negative: whatever they are); it is copied to *old.  0, ERR_NOTFOUND or
 * ERR_NOMEM.
 */
int ip_routes_remove(
    struct ip_routes *r, const struct ip_route *route, struct ip_route *old);

/* The next hop for an address (network order): port -1 if there is none. */
struct ip_route_hop ip_routes_lookup(const struct ip_routes *r, uint32_t addr);
/* The same for n: hop[i] is an index in r->hops. */
void ip_routes_lookup_batch(
    const struct ip_routes *r, const uint32_t *addr, uint32_t *hop, uint32_t n);

/* "10.0.0.0/8 1.2.3.4 0", with tabs as the table shows it. */
void ip_route_print(struct strbuf *sb, const struct ip_route *route, bool tabs);
/* All routes, a line each. */
void ip_routes_print(const struct ip_routes *r, struct strbuf *sb);

/* Bytes that it has allocated. */
uint64_t ip_routes_bytes(const struct ip_routes *r);

#endif
