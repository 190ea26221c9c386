/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rfc2507.h -- a helper of the elements in ip/: what RFC2507Comp and
 * RFC2507Decomp know of each other.
 *
 * The packets between them (those of RFC 2507 in spirit, without its framing):
 *
 *	0                       then the packet as it was
 *	1, context              then the packet as it was: remember its headers
 *	2, context, flags, TCP checksum (2), changes, then what follows the
 *	                        20 bytes of TCP header
 *
 * flags says which changes there are, in this order: 1 urgent pointer, 2
 * window, 4 acknowledgement, 8 sequence number, 32 IP id (else one more than
 * before); 16 is the push flag.  A change is the difference to the context's
 * value: one byte if it is 1..255, else 0 and two bytes.
 */
#ifndef ELEMENTS_IP_RFC2507_H
#define ELEMENTS_IP_RFC2507_H

#include "base/proto.h"

enum {
	RFC2507_OTHER = 0,
	RFC2507_FULL = 1,
	RFC2507_COMPRESSED = 2,
	RFC2507_CONTEXTS = 15, /* 0 is none */
	RFC2507_HEAD = 5,      /* bytes before the changes */
	RFC2507_CHANGES = 15,  /* bytes at most */
};

enum {
	RFC2507_U = 1,
	RFC2507_W = 2,
	RFC2507_A = 4,
	RFC2507_S = 8,
	RFC2507_P = 16,
	RFC2507_I = 32,
};

/* The headers of the last packet; all zero: none yet. */
struct rfc2507_context {
	struct ip4 ip;
	struct tcp tcp;
};

enum { RFC2507_HEADERS = sizeof(struct rfc2507_context) };
_Static_assert(sizeof(struct rfc2507_context) == 40, "as in a packet");

#endif
