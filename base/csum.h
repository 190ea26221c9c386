/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * csum.h -- the Internet checksum (RFC 1071) and its repair (RFC 1624).
 *
 * A "sum" is an unfolded one's complement sum of 16-bit words taken in memory
 * order (not byte-swapped): sums of pieces that begin at even offsets add up.
 * What stands in a header is ~fold(sum), also in memory order, so that no
 * function here ever swaps bytes.
 */
#ifndef BASE_CSUM_H
#define BASE_CSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Adds n bytes to a running sum; an odd last byte is padded with zero. */
uint64_t csum_add(uint64_t sum, const void *data, size_t n);

/* The sum of 20 bytes, an IPv4 header without options. */
static inline uint64_t
csum_ip20(const void *data)
{
	const uint8_t *p = data;

	return (uint64_t)get_u32(p) + get_u32(p + 4) + get_u32(p + 8) +
	       get_u32(p + 12) + get_u32(p + 16);
}

/* A sum as 16 bits, not inverted. */
static inline uint16_t
csum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* The checksum field's value for n bytes (the field itself being zero). */
static inline uint16_t
csum(const void *data, size_t n)
{
	return (uint16_t)~csum_fold(csum_add(0, data, n));
}

/*
 * Sum of the TCP/UDP pseudo header (RFC 768, 793): addresses as they stand in
 * the IPv4 header, length in host order.
 */
static inline uint64_t
csum_pseudo4(const void *src, const void *dst, uint8_t proto, uint16_t length)
{
	return (uint64_t)get_u32(src) + get_u32(dst) +
	       __builtin_bswap16(proto) + __builtin_bswap16(length);
}

/* The same for IPv6 (RFC 8200, 8.1): 16-byte addresses, 32-bit length. */
static inline uint64_t
csum_pseudo6(const void *src, const void *dst, uint8_t next, uint32_t length)
{
	uint64_t sum = csum_add(csum_add(0, src, 16), dst, 16);

	return sum + __builtin_bswap32(length) + __builtin_bswap32(next);
}

/*
 * The checksum field after a covered 16-bit word (memory order) changed from
 * old to new (RFC 1624, eqn. 3).
 */
static inline uint16_t
csum_update16(uint16_t field, uint16_t old, uint16_t new_)
{
	uint32_t sum = (uint16_t)~field + (uint32_t)(uint16_t)~old + new_;

	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

/* The same for a 32-bit word at an even offset. */
static inline uint16_t
csum_update32(uint16_t field, uint32_t old, uint32_t new_)
{
	return csum_update16(
	    csum_update16(field, (uint16_t)old, (uint16_t)new_),
	    (uint16_t)(old >> 16), (uint16_t)(new_ >> 16));
}

#endif
