/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_routes.c -- a helper of the elements in ip/; see ip_routes.h.
 *
 * Longer than most files: slots, hops and the two indices over them change
 * together or not at all.
 */
#include "elements/ip/ip_routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"
#include "os/os.h"

enum { SORTED_MAX = 256 /* routes kept in SORTED's order; it is slow */ };

/* ---- prefixes ---- */

/* The length of a slot's prefix, or -1 if its mask has holes. */
static inline int
slot_length(const struct ip_route_slot *s)
{
	return ip4_prefix_of(s->mask);
}

static inline bool
slot_contains(const struct ip_route_slot *s, uint32_t addr)
{
	return (addr & s->mask) == s->addr;
}

static inline bool
mask_as_specific(uint32_t a, uint32_t b)
{
	return (a & b) == b;
}

static bool
slot_contains_slot(const struct ip_route_slot *a, const struct ip_route_slot *b)
{
	return slot_contains(a, b->addr) && mask_as_specific(b->mask, a->mask);
}

static struct ip_route
slot_route(const struct ip_routes *r, const struct ip_route_slot *s)
{
	const struct ip_route_hop *hop = &r->hops.v[s->hop];

	return (struct ip_route){ s->addr, s->mask, hop->gw, hop->port };
}

/* ---- indices ---- */

static uint64_t
prefix_hash(const struct ip_routes *r, uint32_t addr, uint32_t mask)
{
	return hash_u64((uint64_t)addr << 32 | mask, r->seed);
}

static uint64_t
hop_hash(const struct ip_routes *r, uint32_t gw, int32_t port)
{
	return hash_u64((uint64_t)gw << 32 | (uint32_t)port, r->seed);
}

static uint64_t
slot_hash(const void *arg, uint32_t n)
{
	const struct ip_routes *r = arg;

	return prefix_hash(r, r->slots.v[n - 1].addr, r->slots.v[n - 1].mask);
}

static uint64_t
hop_hash_of(const void *arg, uint32_t n)
{
	const struct ip_routes *r = arg;

	return hop_hash(r, r->hops.v[n].gw, r->hops.v[n].port);
}

/* 1 + the slot of exactly this prefix, or 0. */
static uint32_t
find_slot(const struct ip_routes *r, uint32_t addr, uint32_t mask)
{
	const struct slot_index *x = &r->by_prefix;
	uint32_t i;

	if (x->size == 0)
		return 0;
	i = (uint32_t)prefix_hash(r, addr, mask) & (x->size - 1);
	for (; x->at[i] != 0; i = (i + 1) & (x->size - 1)) {
		const struct ip_route_slot *s = &r->slots.v[x->at[i] - 1];

		if (s->addr == addr && s->mask == mask)
			return x->at[i];
	}
	return 0;
}

/* ---- next hops ---- */

static uint32_t
find_hop(const struct ip_routes *r, uint32_t gw, int32_t port)
{
	const struct slot_index *x = &r->by_hop;
	uint32_t i;

	if (x->size == 0)
		return 0;
	i = (uint32_t)hop_hash(r, gw, port) & (x->size - 1);
	for (; x->at[i] != 0; i = (i + 1) & (x->size - 1)) {
		const struct ip_route_hop *h = &r->hops.v[x->at[i]];

		if (h->gw == gw && h->port == port)
			return x->at[i];
	}
	return 0;
}

/* A use of the hop; its index, or 0 when out of memory. */
static uint32_t
hop_get(struct ip_routes *r, uint32_t gw, int32_t port)
{
	const struct ip_route_hop none = { 0, -1, 1 }, hop = { gw, port, 1 };
	uint32_t n = find_hop(r, gw, port);

	if (n != 0) {
		r->hops.v[n].users++;
		return n;
	}
	if (r->hops.n == 0 && vec_push(&r->hops, none) != 0)
		return 0;
	if (r->hops.n > IP_LPM_VALUE_MAX ||
	    slot_index_reserve(&r->by_hop, hop_hash_of, r) != 0)
		return 0;
	n = r->free_hop;
	if (n != 0) {
		r->free_hop = r->hops.v[n].gw;
		r->hops.v[n] = hop;
	} else {
		if (vec_push(&r->hops, hop) != 0)
			return 0;
		n = (uint32_t)r->hops.n - 1;
	}
	slot_index_put(&r->by_hop, hop_hash(r, gw, port), n);
	return n;
}

static void
hop_put(struct ip_routes *r, uint32_t n)
{
	struct ip_route_hop *h = &r->hops.v[n];

	if (--h->users > 0)
		return;
	slot_index_take(&r->by_hop, hop_hash_of, r, n);
	h->gw = r->free_hop; /* linked through it */
	r->free_hop = n;
}

/* ---- slots ---- */

/* A free slot, marked by hop 0 still; -1 when out of memory. */
static int64_t
slot_get(struct ip_routes *r)
{
	const struct ip_route_slot empty = { .hop = 0 };
	uint32_t i;

	if (r->nfree == 0) {
		if (vec_push(&r->slots, empty) != 0)
			return -1;
		return (int64_t)r->slots.n - 1;
	}
	i = r->free_slot - 1;
	if (r->order == IP_ROUTES_RADIX)
		r->free_slot = r->slots.v[i].link;
	else
		while (r->slots.v[i].hop != 0)
			i++;
	if (r->order != IP_ROUTES_RADIX)
		r->free_slot = i + 2; /* the search goes on behind it */
	r->nfree--;
	return i;
}

static void
slot_put(struct ip_routes *r, uint32_t i)
{
	struct ip_route_slot *s = &r->slots.v[i];

	s->hop = 0;
	if (r->order == IP_ROUTES_RADIX) {
		s->link = r->nfree > 0 ? r->free_slot : 0;
		r->free_slot = i + 1;
	} else if (r->nfree == 0 || i + 1 < r->free_slot)
		r->free_slot = i + 1;
	r->nfree++;
}

/* ---- the trie ---- */

static int
trie_set(struct ip_routes *r, const struct ip_route_slot *s)
{
	int len = slot_length(s);

	return len < 0 ? 0
	               : ip_lpm_set(&r->lpm, ip4_host(s->addr),
	                     (unsigned int)len, s->hop);
}

static int
trie_clear(struct ip_routes *r, const struct ip_route_slot *s)
{
	int len = slot_length(s);

	if (len < 0)
		return 0;
	for (int cover = len - 1; cover >= 0; cover--) {
		uint32_t mask = ip4_mask((unsigned int)cover);
		uint32_t n = find_slot(r, s->addr & mask, mask);

		if (n != 0)
			return ip_lpm_clear(&r->lpm, ip4_host(s->addr),
			    (unsigned int)len, (unsigned int)cover,
			    r->slots.v[n - 1].hop);
	}
	return ip_lpm_clear(
	    &r->lpm, ip4_host(s->addr), (unsigned int)len, 0, 0);
}

/* ---- SORTED's order ---- */

static void
reindex(struct ip_routes *r)
{
	memset(r->by_prefix.at, 0, r->by_prefix.size * sizeof(uint32_t));
	r->by_prefix.used = 0;
	for (uint32_t i = 0; i < r->slots.n; i++)
		slot_index_put(&r->by_prefix, slot_hash(r, i + 1), i + 1);
}

/*
 * Puts each route before those that it lies in: again and again the first that
 * contains no other one left, and then, breadth first, those that contain only
 * what has been put.  Free slots vanish.
 */
static void
sort_slots(struct ip_routes *r)
{
	struct ip_route_slot sorted[SORTED_MAX];
	uint32_t waits[SORTED_MAX], order[SORTED_MAX];
	uint32_t n = 0, done = 0, put = 0, total = (uint32_t)r->slots.n;
	struct ip_route_slot *s = r->slots.v;

	for (uint32_t i = 0; i < total; i++)
		if (s[i].hop != 0)
			s[n++] = s[i];
	r->slots.n = n;
	r->nfree = 0;
	for (uint32_t i = 0; i < n; i++) {
		waits[i] = 0;
		for (uint32_t j = 0; j < n; j++)
			waits[i] += j != i && slot_contains_slot(&s[i], &s[j]);
	}
	for (uint32_t first = 0; put < n;) {
		while (waits[first] != 0)
			first++;
		order[put++] = first;
		waits[first] = UINT32_MAX;
		for (; done < put; done++)
			for (uint32_t i = 0; i < n; i++)
				if (waits[i] != 0 && waits[i] != UINT32_MAX &&
				    i != order[done] &&
				    slot_contains_slot(
				        &s[i], &s[order[done]]) &&
				    --waits[i] == 0) {
					order[put++] = i;
					waits[i] = UINT32_MAX;
				}
	}
	for (uint32_t i = 0; i < n; i++)
		sorted[i] = s[order[i]];
	memcpy(s, sorted, n * sizeof(*s));
	reindex(r);
}

static void
keep_order(struct ip_routes *r)
{
	if (r->order == IP_ROUTES_SORTED && r->slots.n <= SORTED_MAX)
		sort_slots(r);
}

/* ---- adding and removing ---- */

static int
add_new(struct ip_routes *r, const struct ip_route *route, uint32_t hop)
{
	struct ip_route_slot s = { route->addr, route->mask, hop, r->age };
	int64_t at;

	if (slot_index_reserve(&r->by_prefix, slot_hash, r) != 0)
		return ERR_NOMEM;
	at = slot_get(r);
	if (at < 0)
		return ERR_NOMEM;
	if (trie_set(r, &s) != 0) {
		slot_put(r, (uint32_t)at);
		return ERR_NOMEM;
	}
	r->slots.v[at] = s;
	r->age++;
	slot_index_put(
	    &r->by_prefix, slot_hash(r, (uint32_t)at + 1), (uint32_t)at + 1);
	r->nodd += slot_length(&s) < 0;
	keep_order(r);
	return 0;
}

/* The slot's route gets another next hop. */
static int
change_hop(struct ip_routes *r, uint32_t at, uint32_t hop)
{
	struct ip_route_slot s = r->slots.v[at];
	int64_t to = at;

	s.hop = hop;
	if (r->order == IP_ROUTES_RADIX && (to = slot_get(r)) < 0)
		return ERR_NOMEM;
	if (trie_set(r, &s) != 0) {
		if (to != at)
			slot_put(r, (uint32_t)to);
		return ERR_NOMEM;
	}
	hop_put(r, r->slots.v[at].hop);
	if (to != at) {
		slot_index_take(&r->by_prefix, slot_hash, r, at + 1);
		slot_put(r, at);
	}
	r->slots.v[to] = s;
	if (to != at)
		slot_index_put(&r->by_prefix, slot_hash(r, (uint32_t)to + 1),
		    (uint32_t)to + 1);
	return 0;
}

int
ip_routes_add(struct ip_routes *r, const struct ip_route *route, bool replace,
    struct ip_route *old)
{
	uint32_t at = find_slot(r, route->addr, route->mask), hop;
	int err;

	old->port = -1;
	if (at != 0) {
		*old = slot_route(r, &r->slots.v[at - 1]);
		if (!replace)
			return ERR_EXIST;
	}
	hop = hop_get(r, route->gw, route->port);
	if (hop == 0)
		return ERR_NOMEM;
	err = at != 0 ? change_hop(r, at - 1, hop) : add_new(r, route, hop);
	if (err != 0)
		hop_put(r, hop);
	return err;
}

int
ip_routes_remove(
    struct ip_routes *r, const struct ip_route *route, struct ip_route *old)
{
	uint32_t at = find_slot(r, route->addr, route->mask), hop;
	struct ip_route there;
	int err;

	old->port = -1;
	if (at == 0)
		return ERR_NOTFOUND;
	there = slot_route(r, &r->slots.v[at - 1]);
	if (route->port >= 0 &&
	    (there.gw != route->gw || there.port != route->port))
		return ERR_NOTFOUND;
	err = trie_clear(r, &r->slots.v[at - 1]);
	if (err != 0)
		return err;
	hop = r->slots.v[at - 1].hop;
	r->nodd -= slot_length(&r->slots.v[at - 1]) < 0;
	slot_index_take(&r->by_prefix, slot_hash, r, at);
	slot_put(r, at - 1);
	hop_put(r, hop);
	keep_order(r);
	*old = there;
	return 0;
}

/* ---- looking up ---- */

/*
 * Where masks have holes there is no longest prefix: the first route that
 * contains the address counts, then each later one that does, too, and whose
 * mask has all the bits, from the first on that lies in the first.
 */
static NOINLINE uint32_t
lookup_odd(const struct ip_routes *r, uint32_t addr)
{
	const struct ip_route_slot *s = r->slots.v;
	uint32_t n = (uint32_t)r->slots.n, i = 0, found, j;

	while (i < n && !(s[i].hop != 0 && slot_contains(&s[i], addr)))
		i++;
	if (i == n)
		return 0;
	for (j = i + 1; j < n; j++)
		if (s[j].hop != 0 && slot_contains_slot(&s[i], &s[j]))
			break;
	for (found = i; j < n; j++)
		if (s[j].hop != 0 && slot_contains(&s[j], addr) &&
		    mask_as_specific(s[j].mask, s[found].mask))
			found = j;
	return s[found].hop;
}

struct ip_route_hop
ip_routes_lookup(const struct ip_routes *r, uint32_t addr)
{
	const struct ip_route_hop none = { 0, -1, 0 };
	uint32_t hop = unlikely(r->nodd > 0)
	                   ? lookup_odd(r, addr)
	                   : ip_lpm_lookup(&r->lpm, ip4_host(addr));

	return hop == 0 ? none : r->hops.v[hop];
}

void
ip_routes_lookup_batch(
    const struct ip_routes *r, const uint32_t *addr, uint32_t *hop, uint32_t n)
{
	enum { CHUNK = 64 };
	uint32_t host[CHUNK];

	if (unlikely(r->nodd > 0)) {
		for (uint32_t i = 0; i < n; i++)
			hop[i] = lookup_odd(r, addr[i]);
		return;
	}
	while (n > 0) {
		uint32_t now = n < CHUNK ? n : CHUNK;

		for (uint32_t i = 0; i < now; i++)
			host[i] = ip4_host(addr[i]);
		ip_lpm_lookup_batch(&r->lpm, host, hop, now);
		addr += now;
		hop += now;
		n -= now;
	}
}

/* ---- showing ---- */

void
ip_route_print(struct strbuf *sb, const struct ip_route *route, bool tabs)
{
	char tab = tabs ? '\t' : ' ';
	size_t from = sb->n;

	sb_ip4_prefix(sb, route->addr, route->mask);
	sb_addc(sb, tab);
	if (tabs && sb->n < from + 17)
		sb_addc(sb, tab);
	from = sb->n;
	if (route->gw != 0)
		sb_ip4(sb, route->gw);
	else
		sb_addc(sb, '-');
	sb_addc(sb, tab);
	if (tabs && sb->n < from + 9)
		sb_addc(sb, tab);
	sb_i64(sb,
	    route->port < 0 ? route->port : route->port & IP_ROUTE_PORT_MASK);
}

/*
 * The bucket in which DirectIPLookup shows a route: users compare its tables,
 * so that ours has the same order.
 */
static uint32_t
direct_bucket(const struct ip_route_slot *s)
{
	uint32_t prefix = ip4_host(s->addr), len = (uint32_t)slot_length(s);
	uint32_t h = prefix ^ len << 5 ^ ((prefix >> (len / 4 & 31)) - len);

	h ^= h >> 23 ^ (h >> 15) * len ^ (prefix >> 17) * 53;
	h -= prefix >> 3 ^ (h >> (len & 31)) * 7 ^ (h >> 11) * 103;
	return (h ^ h >> 17) & 0xffff;
}

struct direct_key {
	uint32_t bucket, age, slot;
};

/* By bucket, then the youngest first. */
static int
direct_compare(const void *va, const void *vb)
{
	const struct direct_key *a = va, *b = vb;

	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	return a->age > b->age ? -1 : a->age < b->age;
}

static void
print_slot(const struct ip_routes *r, uint32_t i, struct strbuf *sb)
{
	struct ip_route route = slot_route(r, &r->slots.v[i]);

	ip_route_print(sb, &route, true);
	sb_addc(sb, '\n');
}

static void
print_direct(const struct ip_routes *r, struct strbuf *sb)
{
	struct direct_key *keys =
	    malloc((r->slots.n + 1) * sizeof(struct direct_key));
	size_t n = 0;

	if (keys == NULL) {
		sb->oom = true;
		return;
	}
	for (uint32_t i = 0; i < r->slots.n; i++)
		if (r->slots.v[i].hop != 0)
			keys[n++] = (struct direct_key){ direct_bucket(
				                             &r->slots.v[i]),
				/* The default route has always been there. */
				r->slots.v[i].mask == 0
				    ? 0
				    : r->slots.v[i].link + 1,
				i };
	qsort(keys, n, sizeof(*keys), direct_compare);
	for (size_t i = 0; i < n; i++)
		print_slot(r, keys[i].slot, sb);
	free(keys);
}

void
ip_routes_print(const struct ip_routes *r, struct strbuf *sb)
{
	if (r->order == IP_ROUTES_DIRECT) {
		print_direct(r, sb);
		return;
	}
	for (uint32_t i = 0; i < r->slots.n; i++)
		if (r->slots.v[i].hop != 0)
			print_slot(r, i, sb);
}

/* ---- life ---- */

void
ip_routes_init(struct ip_routes *r, enum ip_route_order order)
{
	*r = (struct ip_routes){ .order = order };
	os_random(&r->seed, sizeof(r->seed));
	ip_lpm_init(&r->lpm);
}

void
ip_routes_fini(struct ip_routes *r)
{
	ip_lpm_fini(&r->lpm);
	vec_fini(&r->slots);
	vec_fini(&r->hops);
	free(r->by_prefix.at);
	free(r->by_hop.at);
	r->by_prefix = r->by_hop = (struct slot_index){ .at = NULL };
}

void
ip_routes_flush(struct ip_routes *r)
{
	enum ip_route_order order = r->order;

	ip_routes_fini(r);
	ip_routes_init(r, order);
}

uint64_t
ip_routes_bytes(const struct ip_routes *r)
{
	return ip_lpm_bytes(&r->lpm) +
	       r->slots.cap * sizeof(struct ip_route_slot) +
	       r->hops.cap * sizeof(struct ip_route_hop) +
	       (r->by_prefix.size + r->by_hop.size) * sizeof(uint32_t);
}
