/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hash.h -- hash functions for tables.
 *
 * Tables that packets fill take a seed of their own (random at start), so that
 * no sender can choose collisions; tables of names pass 0.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Of any bytes, keyed: a full avalanche of all of them. */
uint64_t hash_bytes(const void *data, size_t n, uint64_t seed);

static inline uint64_t
hash_str(struct str s)
{
	return hash_bytes(s.s, s.n, 0);
}

/* The 128-bit product of a and b, folded: one multiply mixes every bit. */
static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Of one or two words: the fast path of flow tables. */
static inline uint64_t
hash_u64(uint64_t x, uint64_t seed)
{
	return hash_fold(
	    x ^ 0x9e3779b97f4a7c15u ^ seed, seed ^ 0xe7037ed1a0b428dbu);
}

static inline uint64_t
hash_u128(uint64_t a, uint64_t b, uint64_t seed)
{
	return hash_fold(hash_fold(a ^ seed, 0xa0761d6478bd642fu) ^ b,
	    seed ^ 0xe7037ed1a0b428dbu);
}

#endif
