/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zerosum.h -- the one case that repairing a checksum step by step misses.
 */
#ifndef ELEMENTS_ICMP_ZEROSUM_H
#define ELEMENTS_ICMP_ZEROSUM_H

#include "base/bytes.h"
#include "base/csum.h"

/*
 * RFC 1624's update leaves a field of zero where all n bytes at data (the
 * field among them) are zero, whose checksum is 0xffff.  Echo replies with
 * identifier and sequence number zero are like that.
 */
static inline void
csum_fix_zero(uint8_t field[static 2], const void *data, size_t n)
{
	if (get_u16(field) == 0 && csum_add(0, data, n) == 0)
		put_u16(field, 0xffff);
}

#endif
