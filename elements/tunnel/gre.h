/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gre.h -- the GRE header (RFC 2784, 2890), for GREEncap and GREDecap.
 *
 *	flags and version, protocol           4 bytes
 *	checksum, reserved                    4 bytes, if GRE_CHECKSUM
 *	key                                   4 bytes, if GRE_KEY
 *	sequence number                       4 bytes, if GRE_SEQUENCE
 */
#ifndef ELEMENTS_TUNNEL_GRE_H
#define ELEMENTS_TUNNEL_GRE_H

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	/*
	 * Set: discard (RFC 2784, 2.3; bit 1 was RFC 1701's routing, and the
	 * version must be 0).
	 */
	GRE_MUST_BE_0 = 0x4000 | 0x0c00 | 0x0007,
	ETHERTYPE_GRE_ETHERNET = 0x6558, /* transparent bridging */
};

/* Bytes of a header with those flags. */
static inline unsigned int
gre_header_size(unsigned int flags)
{
	return 4u + 4u * ((flags & GRE_CHECKSUM) != 0) +
	       4u * ((flags & GRE_KEY) != 0) +
	       4u * ((flags & GRE_SEQUENCE) != 0);
}

#endif
