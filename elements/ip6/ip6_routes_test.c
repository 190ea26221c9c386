/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip6_routes_test.c -- routes and their trie against a list that is searched
 * from end to end, through random insertions, replacements and removals.
 */
#include "elements/ip6/ip6_routes.h"

#include <string.h>

#include "base/rand.h"
#include "test/tap.h"

enum { ROUTES = 300, ROUNDS = 30000, PROBES = 70, HOSTS = 20000 };

static struct ip6_route list[ROUTES];
static unsigned int count;

static bool
contains(const struct ip6_route *r, const uint8_t *addr)
{
	unsigned int whole = r->len / 8, rest = r->len % 8;

	return memcmp(r->addr.b, addr, whole) == 0 &&
	       (rest == 0 ||
	           (r->addr.b[whole] ^ addr[whole]) >> (8 - rest) == 0);
}

/* The output for addr, -1: none. */
static int
expected(const uint8_t *addr)
{
	int best = -1;

	for (unsigned int i = 0; i < count; i++)
		if (contains(&list[i], addr) &&
		    (best < 0 || list[i].len > list[best].len))
			best = (int)i;
	return best < 0 ? -1 : list[best].port;
}

/* Addresses with few different bytes, so that prefixes nest and part. */
static struct ip6_addr
random_addr(struct rand_state *r)
{
	struct ip6_addr a = { { 0x20 } };
	unsigned int from = rand_below(r, 16);

	for (unsigned int i = from; i < 16; i++)
		if (rand_below(r, 3) == 0)
			a.b[i] = rand_below(r, 4) == 0
			             ? (uint8_t)rand_u32(r)
			             : (uint8_t)(1u << rand_below(r, 8));
	return a;
}

static struct ip6_addr
cut(struct ip6_addr a, unsigned int len)
{
	struct ip6_addr mask = ip6_mask(len);

	for (unsigned int i = 0; i < 16; i++)
		a.b[i] &= mask.b[i];
	return a;
}

static int
find_exact(const struct ip6_addr *addr, unsigned int len)
{
	for (unsigned int i = 0; i < count; i++)
		if (list[i].len == len &&
		    memcmp(&list[i].addr, addr, sizeof(*addr)) == 0)
			return (int)i;
	return -1;
}

static void
change(struct ip6_routes *r, struct rand_state *rand)
{
	unsigned int len = rand_below(rand, 129);
	struct ip6_addr addr = cut(random_addr(rand), len);
	int at = find_exact(&addr, len);

	if (at < 0 && count == ROUTES)
		at = (int)rand_below(rand, count);
	if (at >= 0 && rand_below(rand, 2) == 0) {
		struct ip6_route gone = list[at];

		list[at] = list[--count];
		ASSERT(ip6_routes_remove(r, &gone.addr, gone.len) == 0);
		return;
	}
	if (at < 0) {
		at = (int)count++;
		list[at] =
		    (struct ip6_route){ .addr = addr, .len = (uint8_t)len };
	}
	list[at].port = (uint16_t)rand_below(rand, 5);
	ASSERT(ip6_routes_add(r, &list[at]) == 0);
}

/* How many of PROBES addresses are looked up wrongly. */
static unsigned int
wrong(const struct ip6_routes *r, struct rand_state *rand)
{
	const struct ip6_route *got[PROBES], *one;
	struct ip6_addr addr[PROBES];
	const uint8_t *at[PROBES];
	unsigned int bad = 0;

	for (unsigned int i = 0; i < PROBES; i++) {
		addr[i] = random_addr(rand);
		if (count > 0 && i % 2 == 0) /* near a route */
			memcpy(addr[i].b, list[rand_below(rand, count)].addr.b,
			    rand_below(rand, 17));
		at[i] = addr[i].b;
	}
	ip6_routes_lookup_batch(r, at, got, PROBES);
	for (unsigned int i = 0; i < PROBES; i++) {
		one = ip6_routes_lookup(r, at[i]);
		bad += one != got[i] ||
		       (one == NULL ? -1 : one->port) != expected(at[i]);
	}
	return bad;
}

static void
test_random(void)
{
	unsigned int bad = 0;
	struct rand_state rand;
	struct ip6_routes r;

	rand_seed(&rand, 1);
	ip6_routes_init(&r);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		change(&r, &rand);
		if (i % 8 == 0)
			bad += wrong(&r, &rand);
	}
	is_num(bad, 0, "no wrong answer in %d rounds", ROUNDS);
	ok(r.lpm.nodes.in_use <= 2 * ROUTES, "at most two nodes a route");
	while (count > 0) {
		struct ip6_route gone = list[--count];

		ASSERT(ip6_routes_remove(&r, &gone.addr, gone.len) == 0);
	}
	is_num(r.lpm.nodes.in_use, 1, "only the root is left without routes");
	is_num(wrong(&r, &rand), 0, "and it answers nothing");
	ip6_routes_fini(&r);
}

/* Hosts in nets far apart: what nothing branches on costs nothing. */
static void
test_hosts(void)
{
	struct ip6_route route = { .len = 128, .port = 1 };
	struct rand_state rand;
	unsigned int found = 0;
	struct ip6_routes r;

	ip6_routes_init(&r);
	for (int pass = 0; pass < 2; pass++) {
		rand_seed(&rand, 2);
		for (unsigned int i = 0; i < HOSTS; i++) {
			for (unsigned int k = 0; k < 16; k++)
				route.addr.b[k] = (uint8_t)rand_u32(&rand);
			if (pass == 0)
				ASSERT(ip6_routes_add(&r, &route) == 0);
			else
				found +=
				    ip6_routes_lookup(&r, route.addr.b) != NULL;
		}
	}
	is_num(found, HOSTS, "every one of %d hosts is found", HOSTS);
	ok(r.lpm.nodes.in_use < 3 * HOSTS,
	    "with less than three nodes for each");
	ip6_routes_fini(&r);
}

static void
test_table(void)
{
	struct ip6_route a = { .addr = { { 0x20, 1, 0xff } }, .len = 16 };
	struct ip6_route b = { .addr = { { 0x20, 2 } }, .len = 16, .port = 3 };
	struct strbuf sb = STRBUF_INIT;
	struct ip6_route c = { .port = 4 };
	struct ip6_routes r;

	b.gw.b[0] = 0xfe;
	b.gw.b[1] = 0x80;
	ip6_routes_init(&r);
	ip6_routes_print(&r, &sb);
	is_cstr(sb_cstr(&sb), "", "nothing is shown of no routes");
	ip6_routes_add(&r, &a);
	ip6_routes_add(&r, &b);
	is_num(ip6_routes_remove(&r, &a.addr, 17), ERR_NOTFOUND,
	    "a longer prefix is another");
	ip6_routes_remove(&r, &a.addr, 16);
	b.port = 4;
	ip6_routes_add(&r, &b);
	ip6_routes_add(&r, &a);
	sb_clear(&sb);
	ip6_routes_print(&r, &sb);
	is_cstr(sb_cstr(&sb),
	    "# Active routes\n2002::/16\tfe80::\t4\n2001::/16\t::\t0\n",
	    "a new version takes the lowest free slot, bits beyond are cut");
	a.port = 7;
	ip6_routes_add(&r, &a);

	ip6_routes_add(&r, &c);
	sb_clear(&sb);
	ip6_routes_print(&r, &sb);
	is_cstr(sb_cstr(&sb),
	    "# Active routes\n2002::/16\tfe80::\t4\n2001::/16\t::\t7\n"
	    "::/0\t::\t4\n",
	    "which may be that of the old one");
	sb_fini(&sb);
	ip6_routes_fini(&r);
}

int
main(void)
{
	test_table();
	test_random();
	test_hosts();
	return tap_done();
}
