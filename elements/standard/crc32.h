/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crc32.h -- the CRC of SetCRC32 and CheckCRC32: polynomial 0x04c11db7, most
 * significant bit first, starting from all ones, not inverted at the end, as
 * Click's.
 */
#ifndef ELEMENTS_STANDARD_CRC32_H
#define ELEMENTS_STANDARD_CRC32_H

#include <stddef.h>
#include <stdint.h>

enum { CRC32_LENGTH = 4 };

/*
 * 1 KiB: entry [k][h][x] is a byte whose high (h 1) or low half is x, and its
 * other half 0, followed by k zero bytes.  A byte's value is that of its
 * halves.
 */
struct crc32_tables {
	uint32_t t[8][2][16];
};

/* crc and a zero byte behind it. */
static inline uint32_t
crc32_shift(uint32_t crc)
{
	for (int i = 0; i < 8; i++)
		crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7u : 0);
	return crc;
}

static inline void
crc32_init(struct crc32_tables *x)
{
	for (uint32_t b = 0; b < 16; b++) {
		uint32_t low = b << 24, high = b << 28;

		for (int k = 0; k < 8; k++) {
			x->t[k][0][b] = low = crc32_shift(low);
			x->t[k][1][b] = high = crc32_shift(high);
		}
	}
}

/* Byte b (its low eight bits) with k zero bytes behind it. */
static inline uint32_t
crc32_byte(const struct crc32_tables *x, unsigned int k, uint32_t b)
{
	return x->t[k][1][b >> 4 & 15] ^ x->t[k][0][b & 15];
}

/* Of n bytes, eight at a time ("slicing by eight", Kounavis and Berry 2005). */
static inline uint32_t
crc32_of(const struct crc32_tables *x, const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (; n >= 8; p += 8, n -= 8)
		crc = crc32_byte(x, 7, crc >> 24 ^ p[0]) ^
		      crc32_byte(x, 6, crc >> 16 ^ p[1]) ^
		      crc32_byte(x, 5, crc >> 8 ^ p[2]) ^
		      crc32_byte(x, 4, crc ^ p[3]) ^ crc32_byte(x, 3, p[4]) ^
		      crc32_byte(x, 2, p[5]) ^ crc32_byte(x, 1, p[6]) ^
		      crc32_byte(x, 0, p[7]);
	for (; n > 0; p++, n--)
		crc = crc << 8 ^ crc32_byte(x, 0, crc >> 24 ^ *p);
	return crc;
}

#endif
