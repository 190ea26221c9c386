/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_packet.c -- packets of the elements in dns/; see dns_packet.h. */
#include "elements/dns/dns_packet.h"

#include "click/anno.h"
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

struct packet *
dns_packet_new(struct thread *t, const struct dns_ends *ends, uint8_t proto,
    uint32_t header, const void *data, uint32_t n, uint16_t id)
{
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL,
	    (uint32_t)sizeof(struct ip4) + header + n, 0);
	struct ip4 *ip;
	uint8_t *l4;

	if (p == NULL)
		return NULL;
	ip = (struct ip4 *)(void *)p->data;
	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = proto };
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, id);
	put_u32(ip->src, ends->src);
	put_u32(ip->dst, ends->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	l4 = (uint8_t *)(ip + 1);
	memset(l4, 0, header);
	put_u16(l4, ends->sport);
	put_u16(l4 + 2, ends->dport);
	if (n > 0)
		memcpy(l4 + header, data, n);
	packet_set_network(p, p->data, sizeof(*ip));
	anno_set_u32(p, ANNO_DST_IP, ends->dst);
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
