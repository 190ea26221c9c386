/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * l4sum.h -- TCP and UDP checksums over IPv4, source routes included.
 */
#ifndef ELEMENTS_IP_L4SUM_H
#define ELEMENTS_IP_L4SUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/csum.h"
#include "base/proto.h"

/*
 * The destination that the pseudo header of a packet with options names: the
 * last address of its source route if it has one (RFC 1122, 4.1.3.4), else
 * ip->dst.  The whole header (ip4_hlen()) must be there.
 */
const uint8_t *ip4_final_dst(const struct ip4 *ip);

/*
 * The checksum field for the len (up to 65535) bytes of transport header and
 * payload at l4, whose own field is zero; over a segment with a good checksum
 * in its field the result is 0.  Memory order.
 */
static inline uint16_t
ip4_l4_csum(const struct ip4 *ip, const void *l4, size_t len)
{
	const uint8_t *dst = ip->vhl == 0x45 ? ip->dst : ip4_final_dst(ip);

	return (uint16_t)~csum_fold(csum_add(
	    csum_pseudo4(ip->src, dst, ip->proto, (uint16_t)len), l4, len));
}

#endif
