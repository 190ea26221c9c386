/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EnsureEther([ETHERTYPE, SRC, DST]) -- puts an Ethernet header in front of IP
 * packets that have none
 *
 *   in 0       any packets
 *   out 0      those without network header, and those that have an Ethernet
 *              header of type IPv4 or IPv6 in front of it, unchanged; others
 *              behind the Ethernet header that was stripped from them, if that
 *              is still there, else behind a new one
 *
 *   ETHERTYPE  of the new header, default 0x0800
 *   SRC, DST   its addresses, default 1:1:1:1:1:1 and 2:2:2:2:2:2
 *
 *     Tee... -> EnsureEther(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> ToDump(x.pcap)
 */
#include "base/bytes.h"
#include "click/element.h"

static int
ensure_ether_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether *s = element_state(e);
	uint32_t type = ETHERTYPE_IP4;
	struct args a;

	memset(s->src, 1, sizeof(s->src));
	memset(s->dst, 2, sizeof(s->dst));
	args_init(&a, conf, e, errh);
	args_u32(&a, "ETHERTYPE", ARG_POS, &type);
	args_ether(&a, "SRC", ARG_POS, s->src);
	args_ether(&a, "DST", ARG_POS, s->dst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (type > 0xffff)
		return errh_error(errh,
		    "argument 1 (Ethernet encapsulation type) must be <= "
		    "0xFFFF");
	put_be16(s->type, (uint16_t)type);
	return 0;
}

/* Whether the 14 bytes at h look like the header of an IP packet. */
static inline bool
ensure_ether_is(const uint8_t *h)
{
	uint16_t type = get_be16(h + 12);

	return type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6;
}

static inline struct packet *
ensure_ether_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct ether *s = element_state(e);
	int32_t offset;

	if (p->network < 0)
		return p;
	offset = packet_network_offset(p);
	if (offset < 0 || (uint32_t)offset > p->length)
		return p;
	if (offset == sizeof(*s) && ensure_ether_is(p->data))
		return p;
	if (offset == 0 && packet_headroom(p) >= sizeof(*s) &&
	    ensure_ether_is(p->data - sizeof(*s)))
		return packet_push_shared(t, &p, sizeof(*s));
	packet_pull(p, (uint32_t)offset);
	if (packet_push(t, &p, sizeof(*s)) == NULL)
		return NULL;
	memcpy(p->data, s, sizeof(*s));
	packet_set_mac(p, p->data);
	return p;
}

static void
ensure_ether_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ensure_ether_one);
}

const struct element_class element_ensure_ether = {
	.name = "EnsureEther",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ether),
	.configure = ensure_ether_configure,
	.action = ensure_ether_action,
};
