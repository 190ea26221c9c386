/* SPDX-License-Identifier: BSD-3-Clause */
/* nd.c -- a helper of the elements in ip6/; see nd.h. */
#include "elements/ip6/nd.h"

struct packet *
nd_new(struct thread *t, const struct nd_content *c)
{
	struct packet *p =
	    packet_new(t, PACKET_HEADROOM, NULL, sizeof(struct nd_message), 0);
	struct nd_message *m;
	uint32_t plen = sizeof(*m) - offsetof(struct nd_message, type);

	if (p == NULL)
		return NULL;
	m = (struct nd_message *)(void *)p->data;
	memset(m, 0, sizeof(*m));
	memcpy(m->ether.dst, c->ether_dst, 6);
	memcpy(m->ether.src, c->mac, 6);
	put_be16(m->ether.type, ETHERTYPE_IP6);
	ip6_header_set(&m->ip, plen, IPPROTO6_ICMP, ND_HLIM, c->src, c->dst);
	m->type = c->type;
	m->flags = c->flags;
	memcpy(m->target, c->target, 16);
	m->option = c->type == ICMP6_ND_SOLICIT ? ND_SOURCE_MAC : ND_TARGET_MAC;
	m->option_length = 1;
	memcpy(m->mac, c->mac, 6);
	put_u16(
	    m->sum, ip6_l4_csum(c->src, c->dst, IPPROTO6_ICMP, &m->type, plen));
	packet_set_mac(p, p->data);
	packet_set_network(p, p->data + sizeof(m->ether), sizeof(struct ip6));
	return p;
}

const struct nd_message *
nd_parse(const struct packet *p, uint8_t type)
{
	const struct nd_message *m = (const struct nd_message *)p->data;
	uint32_t plen;

	if (p->length < ND_OPTIONS ||
	    get_be16(m->ether.type) != ETHERTYPE_IP6 ||
	    m->ip.vtf[0] >> 4 != 6 || m->ip.next != IPPROTO6_ICMP ||
	    m->ip.hlim != ND_HLIM || m->type != type || m->code != 0 ||
	    ip6_multicast(m->target))
		return NULL;
	plen = get_be16(m->ip.plen);
	if (plen < ND_OPTIONS - offsetof(struct nd_message, type) ||
	    plen > p->length - offsetof(struct nd_message, type) ||
	    ip6_l4_csum(m->ip.src, m->ip.dst, IPPROTO6_ICMP, &m->type, plen) !=
	        0)
		return NULL;
	return m;
}

const uint8_t *
nd_option(const struct packet *p, uint8_t kind)
{
	const struct nd_message *m = (const struct nd_message *)p->data;
	uint32_t end = offsetof(struct nd_message, type) + get_be16(m->ip.plen);

	for (uint32_t at = ND_OPTIONS, n; at + 8 <= end; at += n) {
		n = p->data[at + 1] * 8u;
		if (n == 0 || at + n > end)
			return NULL;
		if (p->data[at] == kind)
			return p->data + at + 2;
	}
	return NULL;
}

void
nd_multicast_mac(const uint8_t *addr, uint8_t mac[static 6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, addr + 12, 4);
}

void
nd_solicited_node(
    const uint8_t *target, uint8_t addr[static 16], uint8_t mac[static 6])
{
	static const uint8_t prefix[13] = { 0xff, 0x02, [11] = 1, [12] = 0xff };

	memcpy(addr, prefix, sizeof(prefix));
	memcpy(addr + sizeof(prefix), target + 13, 3);
	nd_multicast_mac(addr, mac);
}
