/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_packet.c -- packets of the elements in dns/; see dns_packet.h. */
#include "elements/dns/dns_packet.h"

#include "click/anno.h"
#include "click/packet_inline.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"

enum { TTL = 64 };

bool
dns_packet_read(const struct packet *p, struct dns_packet *out)
{
	const struct ip4 *ip = ip_header_whole(p);
	uint32_t length, header;

	if (ip == NULL || ip_header_fragment(ip))
		return false;
	length = get_be16(ip->len);
	if (length > (uint32_t)packet_network_length(p) ||
	    length < ip4_hlen(ip) + sizeof(struct udp))
		return false;
	length -= ip4_hlen(ip);
	out->l4 = (const uint8_t *)ip + ip4_hlen(ip);
	out->proto = ip->proto;
	if (ip->proto == IPPROTO4_UDP) {
		uint32_t n = get_be16(out->l4 + 4);

		header = sizeof(struct udp);
		if (n < header || n > length)
			return false;
		length = n;
	} else if (ip->proto == IPPROTO4_TCP && length >= sizeof(struct tcp)) {
		header = tcp_hlen((const struct tcp *)(const void *)out->l4);
		if (header < sizeof(struct tcp) || header > length)
			return false;
	} else {
		return false;
	}
	if ((ip->proto == IPPROTO4_TCP || get_u16(out->l4 + 6) != 0) &&
	    ip4_l4_csum(ip, out->l4, length) != 0)
		return false;
	out->ends = (struct dns_ends){ get_u32(ip->src), get_u32(ip->dst),
		get_u16(out->l4), get_u16(out->l4 + 2) };
	out->data = out->l4 + header;
	out->n = length - header;
	return true;
}

/* The IP header, ports and positions of p, which begins with them. */
static void
dns_packet_head(
    struct packet *p, const struct dns_ends *ends, uint8_t proto, uint16_t id)
{
	struct ip4 *ip = (struct ip4 *)(void *)p->data;
	uint8_t *l4 = (uint8_t *)(ip + 1);
	uint32_t first = __builtin_bswap32(0x45000000u | p->length);
	uint32_t second = __builtin_bswap32((uint32_t)id << 16);
	uint32_t third = __builtin_bswap32((uint32_t)TTL << 24 | proto << 16);
	/* Of what is written, not read back, which would wait for it. */
	uint64_t sum = (uint64_t)first + second + third + ends->src + ends->dst;

	put_u32(ip, first);
	put_u32(ip->id, second);
	put_u32(&ip->ttl, third | (uint32_t)(uint16_t)~csum_fold(sum) << 16);
	put_u32(ip->src, ends->src);
	put_u32(ip->dst, ends->dst);
	put_u16(l4, ends->sport);
	put_u16(l4 + 2, ends->dport);
	packet_set_network(p, p->data, sizeof(*ip));
	anno_set_u32(p, ANNO_DST_IP, ends->dst);
}

struct packet *
dns_packet_new(struct thread *t, const struct dns_ends *ends, uint8_t proto,
    uint32_t header, const void *data, uint32_t n, uint16_t id)
{
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL,
	    (uint32_t)sizeof(struct ip4) + header + n, 0);
	uint8_t *l4;

	if (p == NULL)
		return NULL;
	l4 = p->data + sizeof(struct ip4);
	memset(l4, 0, header);
	if (n > 0)
		memcpy(l4 + header, data, n);
	dns_packet_head(p, ends, proto, id);
	return p;
}

void
dns_packet_sum(struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);
	uint8_t *l4 = packet_transport(p);
	uint8_t *sum = l4 + (ip->proto == IPPROTO4_UDP ? 6 : 16);
	uint16_t x;

	put_u16(sum, 0);
	x = ip4_l4_csum(ip, l4, (uint32_t)packet_transport_length(p));
	/* RFC 768: a zero would mean that there is none. */
	put_u16(sum, x == 0 && ip->proto == IPPROTO4_UDP ? 0xffff : x);
}

struct packet *
dns_packet_udp(struct thread *t, const struct dns_ends *ends, const void *data,
    uint32_t n, uint16_t id)
{
	struct packet *p = dns_packet_new(
	    t, ends, IPPROTO4_UDP, sizeof(struct udp), data, n, id);

	if (p == NULL)
		return NULL;
	put_be16(packet_transport(p) + 4, (uint16_t)(sizeof(struct udp) + n));
	dns_packet_sum(p);
	return p;
}

bool
dns_packet_fits(const struct packet *p, uint32_t n)
{
	const uint8_t *ip = packet_network(p);

	return !packet_shared(p) && *ip == 0x45 &&
	       sizeof(struct ip4) + sizeof(struct udp) + n <=
	           (size_t)(p->head + p->size - ip);
}

void
dns_packet_turn(struct packet *p, const struct dns_ends *ends, uint32_t n,
    uint64_t sum, uint16_t id)
{
	struct dns_ends reply = dns_ends_reply(*ends);
	uint16_t length = (uint16_t)(sizeof(struct udp) + n);
	uint16_t x;

	packet_reset(
	    p, (uint32_t)p->network, (uint32_t)sizeof(struct ip4) + length);
	dns_packet_head(p, &reply, IPPROTO4_UDP, id);
	sum += csum_pseudo4(&reply.src, &reply.dst, IPPROTO4_UDP, length);
	sum += (uint64_t)reply.sport + reply.dport + __builtin_bswap16(length);
	x = (uint16_t)~csum_fold(sum);
	put_be16(packet_transport(p) + 4, length);
	put_u16(packet_transport(p) + 6, x == 0 ? 0xffff : x);
}
