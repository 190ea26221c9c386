/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPPingResponder() -- answer ICMP echo requests.
 *
 *   in 0    IPv4 packets, IP header position set (see CheckIPHeader)
 *   out 0   for each echo request its reply: addresses swapped, time to live
 *           255, no fragment bits, checksums right; the destination address
 *           annotation is that of the reply, the paint is cleared, the
 *           timestamp is now
 *   out 1   all other packets; killed when nothing is connected there
 *
 * Source routes are not turned round.
 *
 *	cl :: IPClassifier(icmp type echo, -) -> ICMPPingResponder -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/icmp/zerosum.h"

enum { TTL = 255 };

static bool
icmp_ping_responder_wants(const struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);

	return ip != NULL && packet_network_length(p) >= (int32_t)sizeof(*ip) &&
	       packet_transport_length(p) >= (int32_t)sizeof(struct icmp) &&
	       ip->proto == IPPROTO4_ICMP && *packet_transport(p) == ICMP_ECHO;
}

/* Turns the IP header round (the checksum does not mind) and repairs it. */
static void
icmp_ping_responder_turn_ip(struct ip4 *ip)
{
	uint32_t src = get_u32(ip->src);
	uint16_t sum, ttl_word;

	put_u32(ip->src, get_u32(ip->dst));
	put_u32(ip->dst, src);
	sum = csum_update16(get_u16(ip->sum), get_u16(ip->off), 0);
	put_u16(ip->off, 0);
	ttl_word = get_u16(&ip->ttl);
	ip->ttl = TTL;
	put_u16(ip->sum, csum_update16(sum, ttl_word, get_u16(&ip->ttl)));
}

static inline int
icmp_ping_responder_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct icmp *icmp;
	struct ip4 *ip;
	struct packet *p;
	uint16_t old;

	(void)e;
	if (!icmp_ping_responder_wants(*pp))
		return 1;
	p = packet_uniqueify(t, pp);
	if (p == NULL)
		return PACKET_GONE;
	ip = packet_ip4(p);
	icmp_ping_responder_turn_ip(ip);
	anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	p->timestamp_ns = thread_wall_ns(t);
	anno_set_u8(p, ANNO_PAINT, 0);

	icmp = (struct icmp *)(void *)packet_transport(p);
	old = get_u16(&icmp->type);
	icmp->type = ICMP_ECHOREPLY;
	icmp->code = 0;
	put_u16(icmp->sum,
	    csum_update16(get_u16(icmp->sum), old, get_u16(&icmp->type)));
	csum_fix_zero(icmp->sum, icmp, (size_t)packet_transport_length(p));
	return 0;
}

static void
icmp_ping_responder_action(struct element *e, struct batch *b)
{
	batch_route(e, b, icmp_ping_responder_one);
}

const struct element_class element_icmp_ping_responder = {
	.name = "ICMPPingResponder",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.action = icmp_ping_responder_action,
};
