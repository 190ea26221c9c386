/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetUDPChecksum() -- compute the UDP checksum.
 *
 *   in 0    UDP over IPv4, IP header position set; the protocol field is not
 *           looked at
 *   out 0   the packets with their UDP checksum set
 *   out 1   fragments, and packets shorter than their UDP length says; killed,
 *           with one message a configuration, when nothing is connected there
 *
 * A checksum that comes out as zero is written as zero.
 *
 *	... -> StoreIPAddress(1.0.0.1, src) -> SetIPChecksum -> SetUDPChecksum
 */
#include "click/element.h"
#include "click/router.h"
#include "elements/ip/chatter.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"

static void
set_udp_checksum_complain(struct element *e)
{
	static const char told[] = "SetUDPChecksum_message";

	if (e->nout > 1 || router_attachment(e->router, told) != NULL)
		return;
	element_chatter(e, "fragment or short packet");
	/* Without memory it is said again, no worse. */
	(void)router_set_attachment(e->router, told, e);
}

static inline int
set_udp_checksum_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct packet *p = packet_uniqueify(t, pp);
	int32_t room, length;
	struct ip4 *ip;
	struct udp *udp;

	if (p == NULL)
		return PACKET_GONE;
	ip = ip_header_whole(p);
	if (ip == NULL)
		goto bad;
	room = packet_transport_length(p);
	if (room < (int32_t)sizeof(*udp) ||
	    (get_be16(ip->off) & (IP4_MF | IP4_OFFMASK)) != 0)
		goto bad;
	udp = (struct udp *)(void *)packet_transport(p);
	length = get_be16(udp->len);
	if (length > room)
		goto bad;
	put_u16(udp->sum, 0);
	put_u16(udp->sum, ip4_l4_csum(ip, udp, (size_t)length));
	return 0;
bad:
	set_udp_checksum_complain(e);
	return 1;
}

static void
set_udp_checksum_action(struct element *e, struct batch *b)
{
	batch_route(e, b, set_udp_checksum_one);
}

const struct element_class element_set_udp_checksum = {
	.name = "SetUDPChecksum",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.action = set_udp_checksum_action,
};
