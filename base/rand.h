/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rand.h -- a fast pseudo random sequence (xoshiro256**, Blackman and Vigna,
 * 2018), for sampling, ports and jitter; never for keys.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stdint.h>

struct rand_state {
	uint64_t s[4];
};

/* Any seed will do, 0 too. */
void rand_seed(struct rand_state *r, uint64_t seed);
uint64_t rand_u64(struct rand_state *r);

static inline uint32_t
rand_u32(struct rand_state *r)
{
	return (uint32_t)(rand_u64(r) >> 32);
}

/* Uniform in 0..bound-1 but for 2^-32; bound 0 gives 0. */
static inline uint32_t
rand_below(struct rand_state *r, uint32_t bound)
{
	return (uint32_t)(((uint64_t)rand_u32(r) * bound) >> 32);
}

#endif
