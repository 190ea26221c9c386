/* SPDX-License-Identifier: BSD-3-Clause */
/* arp_packet.c -- see arp_packet.h.  Not an element. */
#include "elements/ethernet/arp_packet.h"

struct packet *
arp_packet_new(struct thread *t, uint16_t op, const uint8_t dst[static 6],
    const struct arp_parties *who)
{
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, ARP_FRAME, 0);
	struct ether *h;
	struct arp4 *arp;

	if (p == NULL)
		return NULL;
	h = (struct ether *)p->data;
	memcpy(h->dst, dst, 6);
	memcpy(h->src, who->sha, 6);
	put_be16(h->type, ETHERTYPE_ARP);
	arp = (struct arp4 *)(h + 1);
	put_be16(arp->htype, ARP_HTYPE_ETHER);
	put_be16(arp->ptype, ETHERTYPE_IP4);
	arp->hlen = 6;
	arp->plen = 4;
	put_be16(arp->op, op);
	memcpy(arp->sha, who->sha, 6);
	memcpy(arp->spa, who->spa, 4);
	memcpy(arp->tha, who->tha, 6);
	memcpy(arp->tpa, who->tpa, 4);
	packet_set_mac(p, p->data);
	packet_set_network(p, (const uint8_t *)arp, sizeof(*arp));
	return p;
}
