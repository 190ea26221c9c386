/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_lpm_test.c -- the trie against a list that is searched from end to end,
 * through random insertions, replacements and removals.
 */
#include "elements/ip/ip_lpm.h"

#include <stdlib.h>

#include "base/rand.h"
#include "test/tap.h"

enum { PREFIXES = 400, ROUNDS = 40000, PROBES = 64 };

struct prefix {
	uint32_t addr, value;
	unsigned int len;
};

static struct prefix list[PREFIXES];
static unsigned int count;

static uint32_t
mask_of(unsigned int len)
{
	return len == 0 ? 0 : 0xffffffffu << (32 - len);
}

static int
find_exact(uint32_t addr, unsigned int len)
{
	for (unsigned int i = 0; i < count; i++)
		if (list[i].addr == addr && list[i].len == len)
			return (int)i;
	return -1;
}

/* Index of the longest prefix shorter than limit that contains addr, or -1. */
static int
find_longest(uint32_t addr, unsigned int limit)
{
	int best = -1;

	for (unsigned int i = 0; i < count; i++)
		if ((addr & mask_of(list[i].len)) == list[i].addr &&
		    list[i].len < limit &&
		    (best < 0 || list[i].len > list[best].len))
			best = (int)i;
	return best;
}

static uint32_t
expected(uint32_t addr)
{
	int i = find_longest(addr, 33);

	return i < 0 ? 0 : list[i].value;
}

/* Addresses from a corner of the space, so that prefixes nest. */
static uint32_t
random_addr(struct rand_state *r)
{
	uint32_t x = rand_u32(r);

	switch (rand_below(r, 4)) {
	case 0:
		return x;
	case 1:
		return (x & 0x0101ffff) | 0x0a000000;
	case 2:
		return (x & 0x010101ff) | 0x0a000000;
	default:
		return (x & 0x00000303) | 0x0a010100;
	}
}

static void
change(struct ip_lpm *l, struct rand_state *r)
{
	unsigned int len = rand_below(r, 33);
	uint32_t addr = random_addr(r) & mask_of(len);
	int at = find_exact(addr, len);

	if (at < 0 && count == PREFIXES)
		at = (int)rand_below(r, count);
	if (at >= 0 && rand_below(r, 2) == 0) {
		struct prefix p = list[at];
		int cover;

		list[at] = list[--count];
		cover = find_longest(p.addr, p.len);
		ASSERT(ip_lpm_clear(l, p.addr, p.len,
		           cover < 0 ? 0 : list[cover].len,
		           cover < 0 ? 0 : list[cover].value) == 0);
		return;
	}
	if (at < 0) {
		at = (int)count++;
		list[at].addr = addr;
		list[at].len = len;
	}
	list[at].value = 1 + rand_below(r, 5);
	ASSERT(ip_lpm_set(l, list[at].addr, list[at].len, list[at].value) == 0);
}

/* How many of PROBES random addresses are looked up wrongly. */
static unsigned int
wrong(const struct ip_lpm *l, struct rand_state *r)
{
	uint32_t addr[PROBES], value[PROBES];
	unsigned int bad = 0;

	for (unsigned int i = 0; i < PROBES; i++)
		addr[i] = random_addr(r);
	ip_lpm_lookup_batch(l, addr, value, PROBES);
	for (unsigned int i = 0; i < PROBES; i++)
		bad += value[i] != expected(addr[i]) ||
		       ip_lpm_lookup(l, addr[i]) != value[i];
	return bad;
}

static void
test_random(void)
{
	unsigned int bad = 0;
	struct rand_state r;
	struct ip_lpm l;

	rand_seed(&r, 1);
	ip_lpm_init(&l);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		change(&l, &r);
		if (i % 16 == 0)
			bad += wrong(&l, &r);
	}
	is_num(bad, 0, "no wrong answer in %d rounds", ROUNDS);
	while (count > 0) {
		struct prefix p = list[--count];
		int cover = find_longest(p.addr, p.len);

		ASSERT(ip_lpm_clear(&l, p.addr, p.len,
		           cover < 0 ? 0 : list[cover].len,
		           cover < 0 ? 0 : list[cover].value) == 0);
	}
	is_num(l.nodes.in_use, 1, "only the root is left when all are cleared");
	is_num(wrong(&l, &r), 0, "and it answers nothing");
	ip_lpm_fini(&l);
}

static void
test_small(void)
{
	struct ip_lpm l;

	ip_lpm_init(&l);
	is_num(ip_lpm_lookup(&l, 1), 0, "an empty trie has no answer");
	is_num(ip_lpm_bytes(&l), 0, "and takes no memory");
	ip_lpm_set(&l, 0, 0, 7);
	is_num(ip_lpm_lookup(&l, 0xffffffff), 7, "the default route");
	ok(ip_lpm_bytes(&l) < 4096, "a first route costs less than 4 KiB");
	ip_lpm_set(&l, 0xffffffff, 32, 8);
	is_num(ip_lpm_lookup(&l, 0xffffffff), 8, "the last address");
	is_num(ip_lpm_lookup(&l, 0xfffffffe), 7, "the one before");
	ip_lpm_clear(&l, 0, 0, 0, 0);
	is_num(ip_lpm_lookup(&l, 0xfffffffe), 0, "the default route is gone");
	is_num(ip_lpm_lookup(&l, 0xffffffff), 8, "the last address is not");
	ip_lpm_fini(&l);
}

int
main(void)
{
	test_small();
	test_random();
	return tap_done();
}
