/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bytes.h -- numbers in network order, at any alignment.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t
get_be16(const void *p)
{
	uint16_t x;
	memcpy(&x, p, sizeof(x));
	return __builtin_bswap16(x);
}

static inline uint32_t
get_be32(const void *p)
{
	uint32_t x;
	memcpy(&x, p, sizeof(x));
	return __builtin_bswap32(x);
}

static inline uint64_t
get_be64(const void *p)
{
	uint64_t x;
	memcpy(&x, p, sizeof(x));
	return __builtin_bswap64(x);
}

/* Little-endian; byte by byte, which the compiler turns into one load. */
static inline uint16_t
get_le16(const void *p)
{
	const uint8_t *b = p;

	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t
get_le32(const void *p)
{
	const uint8_t *b = p;

	return (uint32_t)get_le16(b) | (uint32_t)get_le16(b + 2) << 16;
}

static inline void
put_le16(void *p, uint16_t x)
{
	uint8_t *b = p;

	b[0] = (uint8_t)x;
	b[1] = (uint8_t)(x >> 8);
}

static inline void
put_le32(void *p, uint32_t x)
{
	put_le16(p, (uint16_t)x);
	put_le16((uint8_t *)p + 2, (uint16_t)(x >> 16));
}

static inline void
put_be16(void *p, uint16_t x)
{
	x = __builtin_bswap16(x);
	memcpy(p, &x, sizeof(x));
}

static inline void
put_be32(void *p, uint32_t x)
{
	x = __builtin_bswap32(x);
	memcpy(p, &x, sizeof(x));
}

static inline void
put_be64(void *p, uint64_t x)
{
	x = __builtin_bswap64(x);
	memcpy(p, &x, sizeof(x));
}

/* In the machine's own order (little-endian on all we run on). */
static inline uint16_t
get_u16(const void *p)
{
	uint16_t x;
	memcpy(&x, p, sizeof(x));
	return x;
}

static inline uint32_t
get_u32(const void *p)
{
	uint32_t x;
	memcpy(&x, p, sizeof(x));
	return x;
}

static inline uint64_t
get_u64(const void *p)
{
	uint64_t x;
	memcpy(&x, p, sizeof(x));
	return x;
}

static inline void
put_u16(void *p, uint16_t x)
{
	memcpy(p, &x, sizeof(x));
}

static inline void
put_u32(void *p, uint32_t x)
{
	memcpy(p, &x, sizeof(x));
}

static inline void
put_u64(void *p, uint64_t x)
{
	memcpy(p, &x, sizeof(x));
}

#endif
