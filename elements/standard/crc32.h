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

/* Eight tables: entry [k][b] is byte b followed by k zero bytes. */
struct crc32_tables {
	uint32_t t[8][256];
};

static inline void
crc32_init(struct crc32_tables *x)
{
	for (uint32_t b = 0; b < 256; b++) {
		uint32_t crc = b << 24;

		for (int i = 0; i < 8; i++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7u : 0);
		x->t[0][b] = crc;
	}
	for (int k = 1; k < 8; k++)
		for (uint32_t b = 0; b < 256; b++)
			x->t[k][b] =
			    x->t[k - 1][b] << 8 ^ x->t[0][x->t[k - 1][b] >> 24];
}

/* Of n bytes, eight at a time ("slicing by eight", Kounavis and Berry 2005). */
static inline uint32_t
crc32_of(const struct crc32_tables *x, const uint8_t *p, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (; n >= 8; p += 8, n -= 8)
		crc = x->t[7][(crc >> 24) ^ p[0]] ^
		      x->t[6][(crc >> 16 & 255) ^ p[1]] ^
		      x->t[5][(crc >> 8 & 255) ^ p[2]] ^
		      x->t[4][(crc & 255) ^ p[3]] ^ x->t[3][p[4]] ^
		      x->t[2][p[5]] ^ x->t[1][p[6]] ^ x->t[0][p[7]];
	for (; n > 0; p++, n--)
		crc = crc << 8 ^ x->t[0][(crc >> 24) ^ p[0]];
	return crc;
}

#endif
