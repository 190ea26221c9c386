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
