/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6Mirror -- send IPv6 packets back where they came from.
 *
 *	IP6Mirror
 *
 *   in 0      IPv6 packets, network header set
 *   out 0     the same, source and destination exchanged, and so the ports of
 *             TCP and UDP where they are in the packet (not in later
 *             fragments); extension headers may stand before them
 *
 * Checksums stay right.  Packets without an IPv6 header are dropped.
 *
 *	... -> CheckIP6Header -> IP6Mirror -> ...
 */
#include "elements/ip6/ip6_header.h"

static inline void
ip6_mirror_ports(struct ip6 *ip, uint32_t length)
{
	struct ip6_upper u;
	uint8_t *ports;
	uint32_t both;

	if (!ip6_walk(ip, length, &u) || !ip6_first_fragment(&u) ||
	    (u.proto != IPPROTO4_TCP && u.proto != IPPROTO4_UDP) ||
	    length - u.offset < sizeof(struct udp))
		return;
	ports = (uint8_t *)ip + u.offset;
	both = get_u32(ports);
	put_u32(ports, both << 16 | both >> 16);
}

static inline struct packet *
ip6_mirror_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ip6 *ip = ip6_header(p);
	uint8_t src[16];

	(void)e;
	if (unlikely(ip == NULL)) {
		packet_kill(t, p);
		return NULL;
	}
	ip = ip6_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	memcpy(src, ip->src, sizeof(src));
	memcpy(ip->src, ip->dst, sizeof(src));
	memcpy(ip->dst, src, sizeof(src));
	ip6_mirror_ports(ip, (uint32_t)packet_network_length(p));
	return p;
}

static void
ip6_mirror_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip6_mirror_one);
}

const struct element_class element_ip6_mirror = {
	.name = "IP6Mirror",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = ip6_mirror_action,
};
