/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PPPoEDecap -- take IP packets out of PPPoE session frames (RFC 2516), knowing
 * nothing of how the session came about.
 *
 *	PPPoEDecap([SESSION, keywords])
 *
 *   in 0      Ethernet frames
 *   out 0     the IPv4 and IPv6 packets inside, network header set, padding cut
 *             off; with PROTO, what is of that PPP protocol
 *   out 1     if connected (else they are killed), as they came: discovery,
 *             other sessions and protocols (LCP...), bad frames
 *
 *   SESSION   take only this session (default: any)
 *   PROTO     take only this PPP protocol (default: 0x21, IPv4, and 0x57, IPv6)
 *
 *   session   read, write: SESSION
 *   drops     read: frames for output 1
 *
 *	FromDevice(0) -> PPPoEDecap(17) -> CheckIPHeader -> ...
 */
#include "click/element.h"
#include "elements/pppoe/pppoe.h"

struct pppoe_decap {
	uint16_t session;
	bool has_session;
	int32_t proto; /* -1: IP */
	uint64_t drops;
};

static int
pppoe_decap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct pppoe_decap *self = element_state(e);
	struct pppoe_decap new_ = { .proto = -1 };
	struct args a;

	args_init(&a, conf, e, errh);
	new_.has_session = args_u16(&a, "SESSION", ARG_POS, &new_.session);
	args_i32_in(&a, "PROTO", 0, 0, 0xffff, &new_.proto);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	new_.drops = self->drops;
	*self = new_;
	return 0;
}

/* Sets the network header if an IP packet of that version begins there. */
static bool
pppoe_decap_mark(struct packet *p, const struct pppoe_payload *f)
{
	const uint8_t *ip = p->data + f->at;

	if (f->proto == PPP_IP4 && f->length >= sizeof(struct ip4) &&
	    *ip >> 4 == 4)
		packet_set_network(p, ip, (*ip & 15u) * 4);
	else if (f->proto == PPP_IP6 && f->length >= sizeof(struct ip6) &&
	         *ip >> 4 == 6)
		packet_set_network(p, ip, sizeof(struct ip6));
	else
		return false;
	return true;
}

static inline int
pppoe_decap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct pppoe_decap *self = element_state(e);
	struct packet *q = *p;
	struct pppoe_payload f;

	if (unlikely(!pppoe_session_read(q->data, q->length, &f) ||
	             (self->has_session && f.session != self->session) ||
	             (self->proto >= 0 ? f.proto != self->proto
	                               : !pppoe_decap_mark(q, &f)))) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	packet_set_mac(q, q->data);
	packet_take(q, q->length - f.at - f.length);
	packet_pull(q, f.at);
	return 0;
}

static void
pppoe_decap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, pppoe_decap_one);
}

static void
pppoe_decap_add_handlers(struct element *e)
{
	struct pppoe_decap *self = element_state(e);

	handler_add_data(e, "session", HANDLER_READ, DATA_U16, &self->session);
	handler_add_rewrite_arg(e, "session", 0, "SESSION");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_pppoe_decap = {
	.name = "PPPoEDecap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct pppoe_decap),
	.configure = pppoe_decap_configure,
	.add_handlers = pppoe_decap_add_handlers,
	.action = pppoe_decap_action,
};
