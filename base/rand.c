/* SPDX-License-Identifier: BSD-3-Clause */
/* rand.c -- xoshiro256** seeded by splitmix64 (Blackman and Vigna, 2018). */
#include "base/rand.h"

static inline uint64_t
rand_rotl(uint64_t x, unsigned int by)
{
	return x << by | x >> (64 - by);
}

/* splitmix64 never gives four zeros in a row, which would be a fixed point. */
void
rand_seed(struct rand_state *r, uint64_t seed)
{
	uint64_t z;

	for (unsigned int i = 0; i < 4; i++) {
		z = seed += 0x9e3779b97f4a7c15u;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
		z = (z ^ z >> 27) * 0x94d049bb133111ebu;
		r->s[i] = z ^ z >> 31;
	}
}

uint64_t
rand_u64(struct rand_state *r)
{
	uint64_t *s = r->s;
	uint64_t result = rand_rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rand_rotl(s[3], 45);
	return result;
}
