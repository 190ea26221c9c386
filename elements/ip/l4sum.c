/* SPDX-License-Identifier: BSD-3-Clause */
/* l4sum.c -- the final destination of a source-routed packet. */
#include "elements/ip/l4sum.h"

enum {
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_LSRR = 131,
	OPT_SSRR = 137,
	ROUTE_MIN = 7, /* bytes of a source route with one address */
};

const uint8_t *
ip4_final_dst(const struct ip4 *ip)
{
	const uint8_t *o = (const uint8_t *)(ip + 1);
	const uint8_t *end = (const uint8_t *)ip + ip4_hlen(ip);

	while (o < end && *o != OPT_EOL) {
		if (*o == OPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			break;
		if ((*o == OPT_LSRR || *o == OPT_SSRR) && o[1] >= ROUTE_MIN)
			return o + o[1] - 4;
		o += o[1];
	}
	return ip->dst;
}
