/* SPDX-License-Identifier: BSD-3-Clause */
/* rand_test.c -- the random sequence against the published algorithm. */
#include "base/rand.h"

#include "test/tap.h"

int
main(void)
{
	/* The first outputs of xoshiro256** from the state 1, 2, 3, 4. */
	static const uint64_t want[] = { 11520, 0, 1509978240,
		1215971899390074240u };
	struct rand_state r = { { 1, 2, 3, 4 } }, q;
	unsigned int seen[10] = { 0 };
	bool even = true;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		is_hex(rand_u64(&r), want[i], "output %zu", i);
	rand_seed(&r, 0);
	rand_seed(&q, 0);
	ok((r.s[0] | r.s[1] | r.s[2] | r.s[3]) != 0, "seed 0 is a seed");
	ok(rand_u64(&r) == rand_u64(&q), "a seed repeats its sequence");
	for (int i = 0; i < 10000; i++)
		seen[rand_below(&r, 10)]++;
	for (int i = 0; i < 10; i++)
		even = even && seen[i] > 850 && seen[i] < 1150;
	ok(even, "rand_below is even");
	is_num(rand_below(&r, 0), 0, "bound 0");
	return tap_done();
}
