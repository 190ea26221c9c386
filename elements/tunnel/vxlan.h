/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vxlan.h -- the VXLAN header (RFC 7348, 5), for VXLANEncap and VXLANDecap:
 * flags, 24 bits reserved, 24 bits of network identifier, 8 bits reserved.
 */
#ifndef ELEMENTS_TUNNEL_VXLAN_H
#define ELEMENTS_TUNNEL_VXLAN_H

enum {
	VXLAN_HEADER = 8,
	VXLAN_FLAG_VNI = 0x08, /* of the first byte */
	VXLAN_VNI_MAX = 0xffffff,
	VXLAN_PORT = 4789,
	VXLAN_SPORT = 0xc000, /* the first of the ephemeral ports */
};

#endif
