/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsum_in.c -- making the packet that a line of a summary dump describes: as
 * few bytes as its fields need, the rest is an annotation.
 */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "base/csum.h"
#include "click/anno.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"

enum { IPSUM_HEADROOM = PACKET_HEADROOM, IPSUM_TTL = 100 };

int
ipsum_new(struct ipsum_in *in)
{
	in->p = packet_new(in->t, IPSUM_HEADROOM, NULL, 0, 0);
	in->want_length = 0;
	in->not_ip = in->have_icmp_type = in->have_icmp_code = false;
	in->have_ip_hl = in->have_tcp_hl = false;
	return in->p == NULL ? ERR_NOMEM : 0;
}

bool
ipsum_grow(struct ipsum_in *in, uint32_t n)
{
	if (packet_put(in->t, &in->p, n) == NULL)
		return false;
	memset(packet_end(in->p) - n, 0, n);
	return true;
}

/* ---- headers ---- */

static bool
ipsum_new_ip(struct ipsum_in *in)
{
	struct ip4 *ip;

	if (in->p->network < 0)
		packet_set_network(in->p, in->p->data, 0);
	if (packet_network_length(in->p) >= (int32_t)sizeof(*ip))
		return true;
	if (!ipsum_grow(in, (uint32_t)((int32_t)sizeof(*ip) -
	                               packet_network_length(in->p))))
		return false;
	packet_set_network(in->p, packet_network(in->p), sizeof(*ip));
	ip = packet_ip4(in->p);
	ip->vhl = 0x45;
	ip->proto = in->default_proto;
	ip->ttl = IPSUM_TTL;
	return true;
}

bool
ipsum_make_ip(struct ipsum_in *in, uint8_t proto)
{
	const struct ip4 *ip;

	if (in->p == NULL || in->not_ip || !ipsum_new_ip(in))
		return false;
	ip = packet_ip4(in->p);
	return proto == 0 || ip->proto == 0 || ip->proto == proto;
}

/* How long the header of a protocol is without options; 0: unknown. */
static uint32_t
ipsum_header_length(uint8_t proto)
{
	switch (proto) {
	case IPPROTO4_TCP:
		return sizeof(struct tcp);
	case IPPROTO4_UDP:
	case IPPROTO4_UDPLITE:
		return sizeof(struct udp);
	case IPPROTO4_DCCP:
		return 12;
	case IPPROTO4_ICMP:
		return sizeof(struct icmp);
	default:
		return 0;
	}
}

void *
ipsum_transport_header(const struct ipsum_in *in, uint32_t n)
{
	if (in->p == NULL || in->p->transport < 0 ||
	    packet_transport_length(in->p) < (int32_t)n)
		return NULL;
	return packet_transport(in->p);
}

bool
ipsum_make_transport(struct ipsum_in *in)
{
	const struct ip4 *ip = packet_ip4(in->p);
	int32_t want = (int32_t)ipsum_header_length(ip->proto), there, room;
	struct tcp *tcp;

	if (!ip_header_first_fragment(ip))
		return false;
	there = packet_transport_length(in->p);
	if (there >= 8 || want == 0)
		return true;
	room = (int32_t)in->want_length - packet_transport_offset(in->p);
	if (in->want_length > 0 && in->want_length < PACKET_MAX && room < want)
		want = room;
	if (there >= want)
		return true;
	if (!ipsum_grow(in, (uint32_t)(want - there)))
		return false;
	tcp = ipsum_transport_header(in, 13);
	if (tcp != NULL && packet_ip4(in->p)->proto == IPPROTO4_TCP)
		tcp->off = sizeof(*tcp) / 4 << 4;
	return true;
}

/* ---- the end ---- */

/* ICMP has no pseudo header (RFC 792). */
static uint16_t
ipsum_l4_sum(const struct ip4 *ip, const uint8_t *h, uint32_t n)
{
	return ip->proto == IPPROTO4_ICMP ? csum(h, n) : ip4_l4_csum(ip, h, n);
}

static void
ipsum_set_l4_sum(struct ip4 *ip, uint8_t *at, uint8_t *field, uint32_t n)
{
	put_u16(field, 0);
	put_u16(field, ipsum_l4_sum(ip, at, n));
}

void
ipsum_set_checksums(struct packet *p)
{
	struct ip4 *ip = ip_header_whole(p);
	uint32_t n = ip_header_transport_length(p);
	uint8_t *h = packet_transport(p);

	if (ip == NULL)
		return;
	ip_header_set_sum(ip, ip4_hlen(ip));
	if (ip_header_fragment(ip) || n > UINT16_MAX)
		return;
	if (ip->proto == IPPROTO4_TCP && n >= sizeof(struct tcp))
		ipsum_set_l4_sum(ip, h, ((struct tcp *)(void *)h)->sum, n);
	else if (ip->proto == IPPROTO4_UDP && n >= sizeof(struct udp))
		ipsum_set_l4_sum(ip, h, ((struct udp *)(void *)h)->sum, n);
	else if (ip->proto == IPPROTO4_ICMP && n >= 4)
		ipsum_set_l4_sum(ip, h, ((struct icmp *)(void *)h)->sum, n);
}

/* The IP header's length field, as it is or as it must be. */
static uint32_t
ipsum_ip_length(struct ipsum_in *in, struct ip4 *ip)
{
	uint32_t n = in->want_length;
	uint32_t before = (uint32_t)packet_network_offset(in->p);

	if (get_be16(ip->len) != 0)
		return get_be16(ip->len);
	if (n >= before)
		n -= before;
	if (n == 0)
		n = (uint32_t)packet_network_length(in->p);
	if (n > 0xffff)
		n = 0xffff;
	put_be16(ip->len, (uint16_t)n);
	return n;
}

static void
ipsum_finish_ip(struct ipsum_in *in, bool checksum)
{
	struct ip4 *ip = packet_ip4(in->p);
	uint32_t n = ipsum_ip_length(in, ip);
	uint32_t there = (uint32_t)packet_network_length(in->p);
	struct udp *udp = ipsum_transport_header(in, 6);

	if (ip->proto == IPPROTO4_UDP && ip_header_first_fragment(ip) &&
	    udp != NULL && get_be16(udp->len) == 0)
		put_be16(udp->len, (uint16_t)(n - ip4_hlen(ip)));
	anno_set_u32(in->p, ANNO_DST_IP, get_u32(ip->dst));
	if (!checksum || (n > there && !ipsum_grow(in, n - there)))
		return;
	ipsum_set_checksums(in->p);
}

void
ipsum_finish(struct ipsum_in *in, bool checksum)
{
	if (in->p != NULL && !in->not_ip && ip_header(in->p) != NULL)
		(void)ipsum_make_transport(in); /* nor have one */
	if (in->p != NULL && !in->not_ip && ip_header(in->p) != NULL)
		ipsum_finish_ip(in, checksum);
	if (in->p != NULL && in->want_length > in->p->length)
		anno_set_u32(
		    in->p, ANNO_EXTRA_LENGTH, in->want_length - in->p->length);
}
