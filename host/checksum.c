/* SPDX-License-Identifier: BSD-3-Clause */
/* checksum.c -- see checksum.h. */
#include "host/checksum.h"

#include "base/csum.h"
#include "base/proto.h"
#include "click/packet.h"

/* Offsets of the checksum fields in the TCP and UDP headers. */
enum { TCP_SUM = 16, UDP_SUM = 6 };

/* Sums length bytes of transport header and data and fills in the field. */
static void
checksum_transport(
    uint8_t *transport, uint32_t length, uint8_t proto, uint64_t pseudo)
{
	uint32_t at = proto == IPPROTO4_TCP ? TCP_SUM : UDP_SUM;
	uint16_t sum;

	if ((proto != IPPROTO4_TCP && proto != IPPROTO4_UDP) || length < at + 2)
		return;
	put_u16(transport + at, 0);
	sum = (uint16_t)~csum_fold(csum_add(pseudo, transport, length));
	/* In UDP zero says "none" (RFC 768). */
	put_u16(
	    transport + at, sum == 0 && proto == IPPROTO4_UDP ? 0xffff : sum);
}

static void
checksum_ip4(uint8_t *ip, uint32_t room)
{
	struct ip4 *h = (struct ip4 *)(void *)ip;
	uint32_t header, length;

	if (room < sizeof(*h))
		return;
	header = (h->vhl & 15u) * 4u;
	length = get_be16(h->len);
	if (header < sizeof(*h) || length < header || length > room ||
	    (get_be16(h->off) & (IP4_MF | IP4_OFFMASK)) != 0)
		return;
	checksum_transport(ip + header, length - header, h->proto,
	    csum_pseudo4(
	        h->src, h->dst, h->proto, (uint16_t)(length - header)));
}

/* Without extension headers: a local sender's offloads have none. */
static void
checksum_ip6(uint8_t *ip, uint32_t room)
{
	uint32_t length;

	if (room < 40)
		return;
	length = get_be16(ip + 4);
	if (length > room - 40)
		return;
	checksum_transport(ip + 40, length, ip[6],
	    csum_pseudo6(ip + 8, ip + 24, ip[6], length));
}

void
checksum_complete(struct packet *p)
{
	uint32_t at = sizeof(struct ether);
	uint16_t type;

	if (p->length < at)
		return;
	type = get_be16(p->data + 12);
	if (type == ETHERTYPE_VLAN && p->length >= at + 4) {
		type = get_be16(p->data + 16);
		at += 4;
	}
	if (type == ETHERTYPE_IP4)
		checksum_ip4(p->data + at, p->length - at);
	else if (type == ETHERTYPE_IP6)
		checksum_ip6(p->data + at, p->length - at);
}
