/* SPDX-License-Identifier: BSD-3-Clause */
/* hash_test.c -- that every bit of input reaches every bit of the hash. */
#include "base/hash.h"

#include "base/rand.h"
#include "test/tap.h"

enum { ROUNDS = 400 };

/*
 * Flips each input bit ROUNDS times; each output bit should change half of
 * the time.  Returns the worst deviation from that in thousandths.
 */
static unsigned int
avalanche(size_t n, struct rand_state *r)
{
	unsigned char bytes[200];
	int worst = 0;

	for (size_t bit = 0; bit < 8 * n; bit++) {
		int changed[64] = { 0 };

		for (int i = 0; i < ROUNDS; i++) {
			uint64_t h;

			for (size_t j = 0; j < n; j++)
				bytes[j] = (unsigned char)rand_u32(r);
			h = hash_bytes(bytes, n, 1);
			bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
			h ^= hash_bytes(bytes, n, 1);
			for (int j = 0; j < 64; j++)
				changed[j] += h >> j & 1;
		}
		for (int j = 0; j < 64; j++) {
			int off = changed[j] * 1000 / ROUNDS - 500;

			off = off < 0 ? -off : off;
			worst = off > worst ? off : worst;
		}
	}
	return (unsigned int)worst;
}

/* Small inputs of all lengths, zeros included, must all hash apart. */
static void
test_distinct(void)
{
	static const unsigned char zeros[256];
	unsigned int same = 0;

	for (size_t i = 0; i < 256; i++)
		for (size_t j = 0; j < i; j++)
			same +=
			    hash_bytes(zeros, i, 0) == hash_bytes(zeros, j, 0);
	is_num(same, 0, "zeros of different length collide");
	ok(hash_bytes("a", 1, 0) != hash_bytes("a", 1, 1), "the seed counts");
	ok(hash_str(STR("abc")) == hash_bytes("abc", 3, 0), "hash_str");
	ok(hash_bytes(NULL, 0, 5) == hash_bytes("", 0, 5), "nothing hashes");
}

/* Consecutive keys must spread over the buckets of a power of two. */
static void
test_spread(void)
{
	unsigned int bucket[1024] = { 0 }, most = 0;

	for (uint64_t i = 0; i < 16 * 1024; i++)
		bucket[hash_u64(i << 32, 7) % 1024]++;
	for (size_t i = 0; i < 1024; i++)
		most = bucket[i] > most ? bucket[i] : most;
	ok(most < 48, "fullest bucket %u, mean 16", most);
	ok(hash_u128(1, 2, 3) != hash_u128(2, 1, 3), "order of words counts");
}

int
main(void)
{
	static const size_t lengths[] = { 2, 3, 4, 7, 8, 13, 16, 17, 33, 48, 49,
		100, 145 };
	struct rand_state r;

	rand_seed(&r, 2);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		unsigned int worst = avalanche(lengths[i], &r);

		/* Five and a half standard deviations of a fair coin. */
		ok(worst < 138, "%zu bytes: worst bit off by %u/1000",
		    lengths[i], worst);
	}
	test_distinct();
	test_spread();
	return tap_done();
}
