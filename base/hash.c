/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hash.c -- a keyed hash of bytes built on the folded 128-bit product.
 *
 * Every 16 bytes are two words, each masked with a constant, multiplied and
 * folded into the running value; long inputs run three lanes so that the
 * multiplications overlap.  The last 1..16 bytes are read by loads that may
 * overlap; the length goes into the last product, so that inputs that differ
 * only in trailing zeros differ here.
 */
#include "base/hash.h"

#include "base/bytes.h"

/* The fractions of the square roots of 2, 3, 5 and 7, made odd. */
static const uint64_t hash_k0 = 0x6a09e667f3bcc909u;
static const uint64_t hash_k1 = 0xbb67ae8584caa73bu;
static const uint64_t hash_k2 = 0x3c6ef372fe94f82bu;
static const uint64_t hash_k3 = 0xa54ff53a5f1d36f1u;

static inline uint64_t
hash_mix16(const unsigned char *p, uint64_t key, uint64_t h)
{
	return hash_fold(get_u64(p) ^ key, get_u64(p + 8) ^ h);
}

/* The last n <= 16 bytes as two words that depend on all of them. */
static inline void
hash_tail(const unsigned char *p, size_t n, uint64_t *a, uint64_t *b)
{
	if (n >= 8) {
		*a = get_u64(p);
		*b = get_u64(p + n - 8);
	} else if (n >= 4) {
		*a = get_u32(p);
		*b = get_u32(p + n - 4);
	} else if (n > 0) {
		*a = (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
		*b = 0;
	} else {
		*a = *b = 0;
	}
}

/*
 * A factor that the input makes zero would wipe out what came before, so the
 * masks depend on the seed: without it no input can be made to match them.
 */
uint64_t
hash_bytes(const void *data, size_t n, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t key = hash_fold(seed ^ hash_k0, hash_k1) ^ seed;
	uint64_t h = key, h2 = key, h3 = key, a, b;
	size_t left = n;

	if (left > 48) {
		for (; left > 48; left -= 48, p += 48) {
			h = hash_mix16(p, key ^ hash_k1, h);
			h2 = hash_mix16(p + 16, key ^ hash_k2, h2);
			h3 = hash_mix16(p + 32, key ^ hash_k3, h3);
		}
		h ^= h2 ^ h3;
	}
	for (; left > 16; left -= 16, p += 16)
		h = hash_mix16(p, key ^ hash_k1, h);
	hash_tail(p, left, &a, &b);
	return hash_fold(
	    hash_fold(a ^ key ^ hash_k2, b ^ h) ^ h ^ n, key ^ hash_k3);
}
