/* SPDX-License-Identifier: BSD-3-Clause */
/* ip6_header.c -- a helper of the elements in ip6/; see ip6_header.h. */
#include "elements/ip6/ip6_header.h"

bool
ip6_walk(const struct ip6 *ip, uint32_t length, struct ip6_upper *u)
{
	const uint8_t *b = (const uint8_t *)ip;

	*u = (struct ip6_upper){ .proto = ip->next, .offset = sizeof(*ip) };
	for (;;) {
		uint32_t size = 8;

		if (u->proto != IPPROTO6_HOPOPTS &&
		    u->proto != IPPROTO6_DSTOPTS &&
		    u->proto != IPPROTO6_ROUTING &&
		    u->proto != IPPROTO6_FRAGMENT)
			return u->offset <= length;
		if (!ip6_first_fragment(u))
			return true; /* the rest is in the first fragment */
		if (length < u->offset + size)
			return false;
		b = (const uint8_t *)ip + u->offset;
		if (u->proto == IPPROTO6_FRAGMENT) {
			u->fragment = u->offset;
			u->off = get_be16(b + 2) & (IP6_OFFMASK | IP6_MF);
		} else
			size = 8u + b[1] * 8u;
		if (u->proto == IPPROTO6_ROUTING && b[3] != 0)
			u->routed = true;
		if (length < u->offset + size)
			return false;
		u->proto = b[0];
		u->offset += size;
	}
}
