/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * at_map.h -- a helper of AddressTranslator: which address and port inside
 * stands for which outside.
 *
 * A binding is found by either of its keys in hash tables keyed at random.
 * Those that may end stand in a list by their last use, to the second: a packet
 * of a busy flow moves nothing.  How many there are is limited by who makes
 *them, from a pool of ports or addresses.
 *
 * Of a batch the bindings are fetched before they are needed:
 *
 *	for each: hash = at_map_hash(m, &key); at_map_fetch(m, side, hash);
 *	for each: at_map_fetch_binding(m, side, hash);
 *	for each: b = at_map_find(m, side, &key, hash);
 *
 *	inner: 2001:db8::5 port 1025, peer 64:ff9b::1 port 80
 *	outer: 2001:db8::1 port 6000, the same peer
 *
 * Fields that do not matter to a binding are zero in both keys: peers where
 * whole addresses are mapped, ports, too.  The user locks.
 */
#ifndef ELEMENTS_IP6_AT_MAP_H
#define ELEMENTS_IP6_AT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/compiler.h"
#include "base/hash.h"
#include "elements/ip6/chains.h"

struct at_key {
	struct ip6_addr local, peer;
	uint16_t local_port, peer_port; /* host order */
};
_Static_assert(sizeof(struct at_key) == 36, "no holes: it is hashed");

enum at_side { AT_INNER, AT_OUTER };
enum at_age { AT_LONG, AT_SHORT, AT_AGES, AT_EVER = AT_AGES };

struct at_binding {
	struct at_binding *prev, *next; /* by use; a ring with the map's */
	struct at_binding *chain[2];    /* enum at_side */
	struct at_key key[2];
	int64_t used_ns;   /* to the second */
	uint16_t shift[2]; /* enum at_side: what a packet's sum gains with the
	                      other side's key in place of this one's */
	uint32_t place;    /* in the pool, the user's */
	uint8_t age;       /* enum at_age: which list, AT_EVER: none */
};

struct at_map {
	struct chains chains[2]; /* enum at_side */
	uint32_t count;
	uint64_t seed;
	struct at_binding *oldest[AT_AGES]; /* of rings, or NULL */
	struct at_binding *listed;          /* by at_map_list(), or NULL */
	uint64_t listed_place;
};

void at_map_init(struct at_map *m);
void at_map_fini(struct at_map *m);

static inline uint64_t
at_map_hash(const struct at_map *m, const struct at_key *key)
{
	uint64_t w[4], ports = (uint64_t)key->local_port << 16 | key->peer_port;

	memcpy(w, key, sizeof(w));
	return hash_u128(hash_u128(w[0], w[1], m->seed) ^ ports,
	    hash_u128(w[2], w[3], ~m->seed), m->seed);
}

/* Fetches the chain, and then its first binding. */
static inline void
at_map_fetch(const struct at_map *m, enum at_side side, uint64_t hash)
{
	if (m->chains[side].n != 0)
		prefetch_read(chains_at(&m->chains[side], hash));
}

static inline void
at_map_fetch_binding(const struct at_map *m, enum at_side side, uint64_t hash)
{
	const struct at_binding *b;

	if (m->chains[side].n == 0)
		return;
	b = *chains_at(&m->chains[side], hash);
	if (b == NULL)
		return;
	prefetch_write(b);
	prefetch_read(&b->key[AT_OUTER]);
	prefetch_read(&b->used_ns);
}

/* The binding with that key, whose hash that is, on that side, or NULL. */
struct at_binding *at_map_find(const struct at_map *m, enum at_side side,
    const struct at_key *key, uint64_t hash);
/* Adds a copy of b; NULL: no memory. */
struct at_binding *at_map_add(struct at_map *m, const struct at_binding *b);
void at_map_remove(struct at_map *m, struct at_binding *b);
/* It is in use now, and ages like that from now on. */
void at_map_use(
    struct at_map *m, struct at_binding *b, enum at_age age, int64_t now);
/*
 * The one that may end at that place, from 0, of that age by use, NULL: none.
 * Fast for one place after the other.
 */
const struct at_binding *at_map_list(
    struct at_map *m, enum at_age age, uint64_t place);
/* One that has not been used for too long, or NULL. */
struct at_binding *at_map_expired(const struct at_map *m, int64_t now);

#endif
