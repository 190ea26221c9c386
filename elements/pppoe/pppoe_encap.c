/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PPPoEEncap -- put packets into PPPoE session frames (RFC 2516), knowing
 * nothing of how the session came about.
 *
 *	PPPoEEncap(SRC, DST, SESSION [, keywords])
 *
 *   in 0      IPv4 or IPv6 packets; with PROTO, any
 *   out 0     Ethernet frames, MAC header set
 *   out 1     if connected (else they are killed), as they came: packets that
 *             are no IP packets, or longer than the MTU
 *
 *   SRC, DST  Ethernet addresses
 *   SESSION   its number, 0 to 65535
 *   PROTO     the PPP protocol, a number (default: 0x21 for IPv4, 0x57 for
 *             IPv6)
 *   MTU       the longest packet (default 1492: RFC 2516, 7)
 *
 *   src, dst, session   read, write: the arguments
 *   drops     read: packets for output 1
 *
 *	... -> PPPoEEncap(0:1:2:3:4:5, 0:1:2:3:4:6, 17) -> ToDevice(0)
 */
#include "click/element.h"
#include "elements/pppoe/pppoe.h"

struct pppoe_encap {
	uint8_t src[6], dst[6];
	uint16_t session;
	int32_t proto; /* -1: by IP version */
	uint32_t mtu;
	uint64_t drops;
};

static int
pppoe_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct pppoe_encap *self = element_state(e);
	struct pppoe_encap new_ = { .proto = -1, .mtu = PPPOE_MTU };
	struct args a;

	args_init(&a, conf, e, errh);
	args_ether(&a, "SRC", ARG_POS | ARG_MAND, new_.src);
	args_ether(&a, "DST", ARG_POS | ARG_MAND, new_.dst);
	args_u16(&a, "SESSION", ARG_POS | ARG_MAND, &new_.session);
	args_i32_in(&a, "PROTO", 0, 0, 0xffff, &new_.proto);
	args_u32(&a, "MTU", 0, &new_.mtu);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (new_.mtu == 0 || new_.mtu > 0xfffd)
		return errh_error(errh, "MTU: from 1 to 65533");
	new_.drops = self->drops;
	*self = new_;
	return 0;
}

static inline int
pppoe_encap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct pppoe_encap *self = element_state(e);
	uint32_t n = (*p)->length;
	int32_t proto = self->proto;

	if (proto < 0 && n > 0) {
		if (*(*p)->data >> 4 == 4)
			proto = PPP_IP4;
		else if (*(*p)->data >> 4 == 6)
			proto = PPP_IP6;
	}
	if (unlikely(proto < 0 || n > self->mtu)) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	if (unlikely(packet_push(t, p, PPPOE_HEAD + 2) == NULL))
		return PACKET_GONE;
	pppoe_session_write((*p)->data, self->dst, self->src, self->session,
	    (uint16_t)proto, n);
	packet_set_mac(*p, (*p)->data);
	return 0;
}

static void
pppoe_encap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, pppoe_encap_one);
}

static void
pppoe_encap_add_handlers(struct element *e)
{
	struct pppoe_encap *self = element_state(e);

	handler_add_data(e, "src", HANDLER_READ, DATA_ETHER, self->src);
	handler_add_rewrite_arg(e, "src", 0, "SRC");
	handler_add_data(e, "dst", HANDLER_READ, DATA_ETHER, self->dst);
	handler_add_rewrite_arg(e, "dst", 1, "DST");
	handler_add_data(e, "session", HANDLER_READ, DATA_U16, &self->session);
	handler_add_rewrite_arg(e, "session", 2, "SESSION");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_pppoe_encap = {
	.name = "PPPoEEncap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct pppoe_encap),
	.configure = pppoe_encap_configure,
	.add_handlers = pppoe_encap_add_handlers,
	.action = pppoe_encap_action,
};
