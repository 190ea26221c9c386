/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csum.c -- the Internet checksum's sum, eight bytes a step.
 *
 * One's complement addition does not care how wide its words are (RFC 1071,
 * 2(C)): 64-bit words are added and their carries counted beside.  Four
 * independent sums keep a processor's adders busy on long packets.
 */
#include "base/csum.h"

/* The sum of a and b with the carry brought round to the low end. */
static inline uint64_t
csum_carry(uint64_t a, uint64_t b)
{
	a += b;
	return a + (a < b);
}

/* The last n < 8 bytes as one word, zeros after them. */
static inline uint64_t
csum_tail(const unsigned char *p, size_t n)
{
	uint64_t word = 0;
	size_t at = 0;

	if ((n & 4) != 0) {
		word = get_u32(p);
		at = 4;
	}
	if ((n & 2) != 0) {
		word |= (uint64_t)get_u16(p + at) << (8 * at);
		at += 2;
	}
	if ((n & 1) != 0)
		word |= (uint64_t)p[at] << (8 * at);
	return word;
}

/* Adds blocks of 64 bytes, at least one, to sum. */
static uint64_t
csum_blocks(uint64_t sum, const unsigned char *p, size_t blocks)
{
	uint64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
	uint64_t w;

	for (; blocks > 0; blocks--, p += 64) {
#define CSUM_STEP(i, at)                                                       \
	do {                                                                   \
		w = get_u64(p + (at));                                         \
		s##i += w;                                                     \
		c##i += s##i < w;                                              \
	} while (0)
		CSUM_STEP(0, 0);
		CSUM_STEP(1, 8);
		CSUM_STEP(2, 16);
		CSUM_STEP(3, 24);
		CSUM_STEP(0, 32);
		CSUM_STEP(1, 40);
		CSUM_STEP(2, 48);
		CSUM_STEP(3, 56);
#undef CSUM_STEP
	}
	s0 = csum_carry(csum_carry(s0, s1), csum_carry(s2, s3));
	return csum_carry(csum_carry(sum, s0), c0 + c1 + c2 + c3);
}

/* The result has at most 33 bits, so that sums may be added with plain +. */
uint64_t
csum_add(uint64_t sum, const void *data, size_t n)
{
	const unsigned char *p = data;

	if (n >= 64) {
		sum = csum_blocks(sum, p, n / 64);
		p += n & ~(size_t)63;
		n &= 63;
	}
	for (; n >= 8; n -= 8, p += 8)
		sum = csum_carry(sum, get_u64(p));
	if (n != 0)
		sum = csum_carry(sum, csum_tail(p, n));
	return (sum & 0xffffffff) + (sum >> 32);
}
