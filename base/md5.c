/* SPDX-License-Identifier: BSD-3-Clause */
/* md5.c -- see md5.h.  Names are those of RFC 1321, 3.4. */
#include "base/md5.h"

#include <string.h>

/* floor(2^32 * abs(sin(i + 1))). */
static const uint32_t md5_sine[64] = { 0xd76aa478, 0xe8c7b756, 0x242070db,
	0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8,
	0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e,
	0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d,
	0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87,
	0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
	0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60,
	0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
	0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7,
	0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f,
	0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
	0xeb86d391 };
static const uint8_t md5_shift[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 },
	{ 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static uint32_t
md5_word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void
md5_put(uint8_t *p, uint32_t x)
{
	for (unsigned int i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> 8 * i);
}

static void
md5_transform(uint32_t h[4], const uint8_t *block)
{
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3];

	for (unsigned int i = 0; i < 64; i++) {
		unsigned int round = i / 16, k, s = md5_shift[round][i % 4];
		uint32_t f, x;

		switch (round) {
		case 0:
			f = (b & c) | (~b & d);
			k = i;
			break;
		case 1:
			f = (b & d) | (c & ~d);
			k = 5 * i + 1;
			break;
		case 2:
			f = b ^ c ^ d;
			k = 3 * i + 5;
			break;
		default:
			f = c ^ (b | ~d);
			k = 7 * i;
			break;
		}
		x = a + f + md5_sine[i] + md5_word(block + 4 * (k % 16));
		a = d;
		d = c;
		c = b;
		b += x << s | x >> (32 - s);
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
}

void
md5_init(struct md5 *m)
{
	*m = (struct md5){ .h = { 0x67452301, 0xefcdab89, 0x98badcfe,
		               0x10325476 } };
}

void
md5_update(struct md5 *m, const void *data, size_t n)
{
	const uint8_t *p = data;

	while (n > 0) {
		size_t at = m->n % MD5_BLOCK, take = MD5_BLOCK - at;

		if (take > n)
			take = n;
		memcpy(m->block + at, p, take);
		m->n += take;
		p += take;
		n -= take;
		if (m->n % MD5_BLOCK == 0)
			md5_transform(m->h, m->block);
	}
}

void
md5_final(struct md5 *m, uint8_t digest[static MD5_SIZE])
{
	static const uint8_t pad[MD5_BLOCK] = { 0x80 };
	uint64_t bits = m->n * 8;
	uint8_t length[8];

	md5_put(length, (uint32_t)bits);
	md5_put(length + 4, (uint32_t)(bits >> 32));
	md5_update(m, pad, 1 + (MD5_BLOCK + 55 - m->n % MD5_BLOCK) % MD5_BLOCK);
	md5_update(m, length, sizeof(length));
	for (unsigned int i = 0; i < 4; i++)
		md5_put(digest + 4 * i, m->h[i]);
}

void
md5(const void *data, size_t n, uint8_t digest[static MD5_SIZE])
{
	struct md5 m;

	md5_init(&m);
	md5_update(&m, data, n);
	md5_final(&m, digest);
}

void
md5_hmac(const uint8_t key[static MD5_SIZE], const void *data, size_t n,
    uint8_t digest[static MD5_SIZE])
{
	uint8_t block[2][MD5_BLOCK];
	struct md5 m;

	memset(block[0], 0x36, MD5_BLOCK);
	memset(block[1], 0x5c, MD5_BLOCK);
	for (unsigned int i = 0; i < MD5_SIZE; i++) {
		block[0][i] ^= key[i];
		block[1][i] ^= key[i];
	}
	md5_init(&m);
	md5_update(&m, block[0], MD5_BLOCK);
	md5_update(&m, data, n);
	md5_final(&m, digest);
	md5_init(&m);
	md5_update(&m, block[1], MD5_BLOCK);
	md5_update(&m, digest, MD5_SIZE);
	md5_final(&m, digest);
}
