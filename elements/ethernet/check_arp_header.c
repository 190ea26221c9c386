/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckARPHeader([OFFSET, VERBOSE, DETAILS]) -- checks the lengths of ARP
 * packets
 *
 *   in 0      packets with an ARP header
 *   out 0     good packets; the network header is set
 *   out 1     bad ones; killed when nothing is connected there
 *
 *   OFFSET    bytes in front of the ARP header, default 0
 *   VERBOSE   true: complain about every bad packet, not only the first
 *             (default false)
 *   DETAILS   true: have the handler drop_details (default false)
 *
 *   drops         read: bad packets so far
 *   drop_details  read: the same by reason ("tiny packet", "too small for
 *                 addresses", "bad hardware type/length", "bad protocol
 *                 type/length"), one a line
 *
 *     FromDevice(0) -> CheckARPHeader(14) -> ARPPrint -> ...
 */
#include "elements/ethernet/arp_packet.h"
#include "elements/ip/headercheck.h"

enum { TINY, NO_ADDRESSES, BAD_HARDWARE, BAD_PROTOCOL };

static const struct header_check_texts texts = {
	.protocol = "ARP",
	.reasons = { "tiny packet", "too small for addresses",
	    "bad hardware type/length", "bad protocol type/length" },
};

struct check_arp_header {
	struct header_check check;
	uint32_t offset;
};

static int
check_arp_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct check_arp_header *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "OFFSET", ARG_POS, &s->offset);
	return header_check_complete(e, &a, &texts);
}

static inline int
check_arp_header_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct check_arp_header *s = element_state(e);
	struct packet *p = *pp;
	const struct arp4 *arp = (const struct arp4 *)(p->data + s->offset);
	uint32_t length, need;
	uint16_t proto;

	if (p->length < ARP_HEADER || s->offset > p->length - ARP_HEADER)
		return header_check_fail(e, t, TINY);
	length = p->length - s->offset;
	need = ARP_HEADER + 2u * arp->hlen + 2u * arp->plen;
	if (length < need)
		return header_check_fail(e, t, NO_ADDRESSES);
	if (get_be16(arp->htype) == ARP_HTYPE_ETHER && arp->hlen != 6)
		return header_check_fail(e, t, BAD_HARDWARE);
	proto = get_be16(arp->ptype);
	if ((proto == ETHERTYPE_IP4 && arp->plen != 4) ||
	    (proto == ETHERTYPE_IP6 && arp->plen != 16))
		return header_check_fail(e, t, BAD_PROTOCOL);
	packet_set_network(p, (const uint8_t *)arp, need);
	return 0;
}

static void
check_arp_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_arp_header_one);
}

const struct element_class element_check_arp_header = {
	.name = "CheckARPHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct check_arp_header),
	.flags = ELEMENT_SHAREABLE,
	.configure = check_arp_header_configure,
	.action = check_arp_header_action,
	.add_handlers = header_check_add_handlers,
};
