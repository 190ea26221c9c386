/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arp_packet.h -- ARP for IPv4 over Ethernet (RFC 826): frames made and
 * recognised.  Not an element.
 */
#ifndef ELEMENTS_ETHERNET_ARP_PACKET_H
#define ELEMENTS_ETHERNET_ARP_PACKET_H

#include "base/bytes.h"
#include "click/element.h"

enum {
	ARP_HTYPE_ETHER = 1,
	ARP_HEADER = 8, /* bytes in front of the addresses */
	ARP_FRAME = sizeof(struct ether) + sizeof(struct arp4),
};

/* Who speaks of whom; addresses as they stand in the packet. */
struct arp_parties {
	const uint8_t *sha, *tha; /* 6 bytes each */
	const uint8_t *spa, *tpa; /* 4 bytes each */
};

/*
 * A frame of operation op from p->sha to dst, MAC and network header set.
 * NULL: no memory, counted in the pool.
 */
struct packet *arp_packet_new(struct thread *t, uint16_t op,
    const uint8_t dst[static 6], const struct arp_parties *p);

/* The ARP part of a frame of that operation; NULL: it is something else. */
static inline const struct arp4 *
arp_packet_of(const struct packet *p, uint16_t op)
{
	const struct ether *h = (const struct ether *)p->data;
	const struct arp4 *arp = (const struct arp4 *)(h + 1);

	if (p->length < ARP_FRAME || get_be16(h->type) != ETHERTYPE_ARP ||
	    get_be16(arp->htype) != ARP_HTYPE_ETHER ||
	    get_be16(arp->ptype) != ETHERTYPE_IP4 || get_be16(arp->op) != op)
		return NULL;
	return arp;
}

#endif
