/* SPDX-License-Identifier: BSD-3-Clause */
/* ip6_routes.c -- a helper of the elements in ip6/; see ip6_routes.h. */
#include "elements/ip6/ip6_routes.h"

#include <string.h>

#include "base/hash.h"
#include "os/os.h"

/* ---- prefixes ---- */

static struct ip6_addr
routes6_cut(const struct ip6_addr *addr, unsigned int len)
{
	struct ip6_addr mask = ip6_mask(len);

	for (unsigned int i = 0; i < sizeof(mask.b); i++)
		mask.b[i] &= addr->b[i];
	return mask;
}

static uint64_t
routes6_hash(
    const struct ip6_routes *r, const struct ip6_addr *addr, unsigned int len)
{
	return hash_bytes(addr->b, sizeof(addr->b), r->seed + len);
}

static uint64_t
routes6_slot_hash(const void *arg, uint32_t n)
{
	const struct ip6_routes *r = arg;
	const struct ip6_route *s = &r->slots.v[n - 1];

	return routes6_hash(r, &s->addr, s->len);
}

/* 1 + the slot of exactly this prefix, cut to len, or 0. */
static uint32_t
routes6_find(
    const struct ip6_routes *r, const struct ip6_addr *addr, unsigned int len)
{
	const struct slot_index *x = &r->by_prefix;
	uint32_t i;

	if (x->size == 0)
		return 0;
	i = (uint32_t)routes6_hash(r, addr, len) & (x->size - 1);
	for (; x->at[i] != 0; i = (i + 1) & (x->size - 1)) {
		const struct ip6_route *s = &r->slots.v[x->at[i] - 1];

		if (s->len == len && memcmp(&s->addr, addr, sizeof(*addr)) == 0)
			return x->at[i];
	}
	return 0;
}

/* 1 + the slot of the longest shorter prefix of addr, or 0. */
static uint32_t
routes6_cover(
    const struct ip6_routes *r, const struct ip6_addr *addr, unsigned int len)
{
	uint32_t found = 0;

	while (found == 0 && len-- > 0) {
		struct ip6_addr cut = routes6_cut(addr, len);

		found = routes6_find(r, &cut, len);
	}
	return found;
}

/* ---- changing ---- */

/* The lowest free slot, not yet in use; -1 when out of memory. */
static int64_t
routes6_slot(struct ip6_routes *r)
{
	const struct ip6_route empty = { .used = 0 };

	while (r->first_free < r->slots.n && r->slots.v[r->first_free].used)
		r->first_free++;
	if (r->first_free == r->slots.n && vec_push(&r->slots, empty) != 0)
		return -1;
	return r->first_free;
}

/* Ends what stands in slot n - 1; the trie no longer shows it. */
static void
routes6_free(struct ip6_routes *r, uint32_t n)
{
	slot_index_take(&r->by_prefix, routes6_slot_hash, r, n);
	r->slots.v[n - 1].used = 0;
	if (n - 1 < r->first_free)
		r->first_free = n - 1;
}

int
ip6_routes_add(struct ip6_routes *r, const struct ip6_route *route)
{
	struct ip6_route new_ = *route;
	uint32_t old;
	int64_t at;
	int err;

	new_.addr = routes6_cut(&route->addr, route->len);
	new_.used = 1;
	old = routes6_find(r, &new_.addr, new_.len);
	if (old != 0) {
		/* It would free its slot, and then take the lowest. */
		at = routes6_slot(r);
		if (at < 0)
			return ERR_NOMEM;
		if (at > old - 1)
			at = old - 1;
	} else {
		at = routes6_slot(r);
		if (at < 0 || slot_index_reserve(
		                  &r->by_prefix, routes6_slot_hash, r) != 0)
			return ERR_NOMEM;
	}
	err = ip6_lpm_set(&r->lpm, &new_.addr, new_.len, (uint32_t)at + 1);
	if (err != 0)
		return err;
	if (old != 0)
		routes6_free(r, old);
	r->slots.v[at] = new_;
	slot_index_put(&r->by_prefix, routes6_hash(r, &new_.addr, new_.len),
	    (uint32_t)at + 1);
	return 0;
}

int
ip6_routes_remove(
    struct ip6_routes *r, const struct ip6_addr *addr, unsigned int len)
{
	struct ip6_addr cut = routes6_cut(addr, len);
	uint32_t n = routes6_find(r, &cut, len), cover;
	int err;

	if (n == 0)
		return ERR_NOTFOUND;
	cover = routes6_cover(r, &cut, len);
	err = ip6_lpm_clear(&r->lpm, &cut, len,
	    cover == 0 ? 0 : r->slots.v[cover - 1].len, cover);
	if (err == 0)
		routes6_free(r, n);
	return err;
}

/* ---- looking ---- */

const struct ip6_route *
ip6_routes_lookup(const struct ip6_routes *r, const uint8_t *addr)
{
	uint32_t n = ip6_lpm_lookup(&r->lpm, addr);

	return n == 0 ? NULL : &r->slots.v[n - 1];
}

void
ip6_routes_lookup_batch(const struct ip6_routes *r, const uint8_t *const *addr,
    const struct ip6_route **route, uint32_t n)
{
	enum { LANES = 64 };
	uint32_t value[LANES];

	for (uint32_t now; n > 0; addr += now, route += now, n -= now) {
		now = n < LANES ? n : LANES;
		ip6_lpm_lookup_batch(&r->lpm, addr, value, now);
		for (uint32_t i = 0; i < now; i++) {
			route[i] =
			    value[i] == 0 ? NULL : &r->slots.v[value[i] - 1];
			prefetch_read(route[i]);
		}
	}
}

void
ip6_routes_print(const struct ip6_routes *r, struct strbuf *sb)
{
	if (r->slots.n > 0)
		sb_adds(sb, "# Active routes\n");
	for (size_t i = 0; i < r->slots.n; i++) {
		const struct ip6_route *s = &r->slots.v[i];

		if (!s->used)
			continue;
		sb_ip6(sb, &s->addr);
		sb_printf(sb, "/%u\t", s->len);
		sb_ip6(sb, &s->gw);
		sb_printf(sb, "\t%u\n", s->port);
	}
}

/* ---- life ---- */

void
ip6_routes_init(struct ip6_routes *r)
{
	*r = (struct ip6_routes){ .seed = 0 };
	ip6_lpm_init(&r->lpm);
	os_random(&r->seed, sizeof(r->seed));
}

void
ip6_routes_fini(struct ip6_routes *r)
{
	ip6_lpm_fini(&r->lpm);
	vec_fini(&r->slots);
	free(r->by_prefix.at);
	r->by_prefix = (struct slot_index){ .at = NULL };
}
