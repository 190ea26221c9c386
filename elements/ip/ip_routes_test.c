/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_routes_test.c -- a set of routes against a list that is searched from end
 * to end, and the orders in which routes are shown.
 */
#include "elements/ip/ip_routes.h"

#include "base/addr.h"
#include "base/rand.h"
#include "test/tap.h"

enum { ROUTES = 200, ROUNDS = 20000, PROBES = 32 };

static struct ip_route list[ROUTES];
static unsigned int count;

static int
find_exact(const struct ip_route *r)
{
	for (unsigned int i = 0; i < count; i++)
		if (list[i].addr == r->addr && list[i].mask == r->mask)
			return (int)i;
	return -1;
}

/* The longest route for addr, or one without output. */
static struct ip_route
find_longest(uint32_t addr)
{
	struct ip_route best = { .port = -1 };

	for (unsigned int i = 0; i < count; i++)
		if ((addr & list[i].mask) == list[i].addr &&
		    (best.port < 0 ||
		        ip4_host(list[i].mask) >= ip4_host(best.mask)))
			best = list[i];
	return best;
}

static struct ip_route
random_route(struct rand_state *r)
{
	struct ip_route route = { .mask = ip4_mask(rand_below(r, 33)),
		.gw = rand_below(r, 4),
		.port = (int32_t)rand_below(r, 4) };

	route.addr =
	    ip4_net(0x0a000000 | (rand_u32(r) & 0x01010307)) & route.mask;
	return route;
}

static bool
same_route(const struct ip_route *a, const struct ip_route *b)
{
	return a->addr == b->addr && a->mask == b->mask && a->gw == b->gw &&
	       a->port == b->port;
}

/* One change to both; false if they do not agree on it. */
static bool
change(struct ip_routes *routes, struct rand_state *r)
{
	struct ip_route route = random_route(r), old;
	int at = find_exact(&route), err;

	if (rand_below(r, 3) == 0) { /* remove, often whatever the hop */
		bool fits;

		if (rand_below(r, 2) == 0)
			route.port = -1;
		fits = at >= 0 &&
		       (route.port < 0 || same_route(&route, &list[at]));
		err = ip_routes_remove(routes, &route, &old);
		if (!fits)
			return err == ERR_NOTFOUND;
		if (err != 0 || !same_route(&old, &list[at]))
			return false;
		list[at] = list[--count];
		return true;
	}
	if (at < 0 && count == ROUTES)
		return true;
	if (at >= 0 && rand_below(r, 2) == 0)
		return ip_routes_add(routes, &route, false, &old) ==
		           ERR_EXIST &&
		       same_route(&old, &list[at]);
	if (ip_routes_add(routes, &route, true, &old) != 0)
		return false;
	if (at < 0 ? old.port != -1 : !same_route(&old, &list[at]))
		return false;
	list[at < 0 ? (int)count++ : at] = route;
	return true;
}

static unsigned int
wrong(const struct ip_routes *routes, struct rand_state *r)
{
	uint32_t addr[PROBES], hop[PROBES];
	unsigned int bad = 0;

	for (unsigned int i = 0; i < PROBES; i++)
		addr[i] = ip4_net(0x0a000000 | (rand_u32(r) & 0x01010307));
	ip_routes_lookup_batch(routes, addr, hop, PROBES);
	for (unsigned int i = 0; i < PROBES; i++) {
		struct ip_route want = find_longest(addr[i]);
		struct ip_route_hop got = ip_routes_lookup(routes, addr[i]);

		bad += got.port != want.port || got.gw != want.gw;
		bad += (hop[i] == 0) != (want.port < 0);
		bad +=
		    hop[i] != 0 && (routes->hops.v[hop[i]].port != want.port ||
		                       routes->hops.v[hop[i]].gw != want.gw);
	}
	return bad;
}

static void
test_random(enum ip_route_order order, const char *name)
{
	unsigned int bad = 0, disagree = 0;
	struct ip_routes routes;
	struct rand_state r;

	rand_seed(&r, 3);
	count = 0;
	ip_routes_init(&routes, order);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		disagree += !change(&routes, &r);
		if (i % 32 == 0)
			bad += wrong(&routes, &r);
	}
	is_num(disagree, 0, "%s: all changes as they should be", name);
	is_num(bad, 0, "%s: all lookups, too", name);
	ip_routes_flush(&routes);
	count = 0;
	is_num(wrong(&routes, &r), 0, "%s: nothing after a flush", name);
	is_num(ip_routes_bytes(&routes), 0, "%s: not a byte, either", name);
	ip_routes_fini(&routes);
}

static struct ip_route
route_of(const char *addr, const char *mask, int32_t port)
{
	struct ip_route r = { .port = port };

	ASSERT(ip4_parse(str_of(addr), &r.addr));
	ASSERT(ip4_parse(str_of(mask), &r.mask));
	return r;
}

static void
add(struct ip_routes *r, const char *addr, const char *mask, int32_t port)
{
	struct ip_route route = route_of(addr, mask, port), old;

	ASSERT(ip_routes_add(r, &route, true, &old) == 0);
}

static void
table_is(enum ip_route_order order, const char *want, const char *name)
{
	struct ip_route first = route_of("10.0.0.0", "255.0.0.0", -1), old;
	struct strbuf sb = STRBUF_INIT;
	struct ip_routes r;

	ip_routes_init(&r, order);
	add(&r, "10.0.0.0", "255.0.0.0", 0);
	add(&r, "10.1.0.0", "255.255.0.0", 1);
	add(&r, "20.0.0.0", "255.0.0.0", 2);
	ASSERT(ip_routes_remove(&r, &first, &old) == 0);
	add(&r, "0.0.0.0", "0.0.0.0", 3);
	add(&r, "20.0.0.0", "255.0.0.0", 4);
	ip_routes_print(&r, &sb);
	is_cstr(sb_cstr(&sb), want, "%s: the order", name);
	sb_fini(&sb);
	ip_routes_fini(&r);
}

static void
test_orders(void)
{
	table_is(IP_ROUTES_LINEAR,
	    "0.0.0.0/0\t\t-\t\t3\n10.1.0.0/16\t\t-\t\t1\n"
	    "20.0.0.0/8\t\t-\t\t4\n",
	    "linear");
	table_is(IP_ROUTES_SORTED,
	    "10.1.0.0/16\t\t-\t\t1\n20.0.0.0/8\t\t-\t\t4\n"
	    "0.0.0.0/0\t\t-\t\t3\n",
	    "sorted");
	table_is(IP_ROUTES_RADIX,
	    "0.0.0.0/0\t\t-\t\t3\n10.1.0.0/16\t\t-\t\t1\n"
	    "20.0.0.0/8\t\t-\t\t4\n",
	    "radix");
}

/* Masks with holes: what contains the address last, of those as specific. */
static void
test_odd(void)
{
	struct ip_routes r;
	uint32_t addr;

	ip_routes_init(&r, IP_ROUTES_LINEAR);
	add(&r, "10.0.0.0", "255.0.0.0", 0);
	add(&r, "10.0.3.0", "255.0.255.0", 1);
	ASSERT(ip4_parse(str_of("10.9.3.7"), &addr));
	is_num(ip_routes_lookup(&r, addr).port, 1, "a mask with a hole");
	ASSERT(ip4_parse(str_of("10.9.4.7"), &addr));
	is_num(ip_routes_lookup(&r, addr).port, 0, "a prefix beside it");
	ip_routes_fini(&r);
}

int
main(void)
{
	test_random(IP_ROUTES_LINEAR, "linear");
	test_random(IP_ROUTES_RADIX, "radix");
	test_random(IP_ROUTES_DIRECT, "direct");
	test_random(IP_ROUTES_SORTED, "sorted");
	test_orders();
	test_odd();
	return tap_done();
}
