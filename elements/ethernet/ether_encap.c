/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherEncap(ETHERTYPE, SRC, DST) -- puts an Ethernet header in front
 *
 *   in 0       any packets
 *   out 0      the same behind 14 bytes of header; the MAC header is set
 *
 *   ETHERTYPE  0..65535, as 0x0800
 *   SRC, DST   Ethernet addresses
 *
 *   src, dst, ethertype
 *              read/write: the arguments
 *
 *     ... -> EtherEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2) -> ToDevice(0);
 */
#include "base/bytes.h"
#include "click/element.h"

struct ether_encap {
	struct ether header;
};

static int
ether_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether_encap *s = element_state(e);
	struct ether header = s->header;
	uint16_t type = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u16(&a, "ETHERTYPE", ARG_POS | ARG_MAND, &type);
	args_ether(&a, "SRC", ARG_POS | ARG_MAND, header.src);
	args_ether(&a, "DST", ARG_POS | ARG_MAND, header.dst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	put_be16(header.type, type);
	s->header = header;
	return 0;
}

static inline struct packet *
ether_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ether_encap *s = element_state(e);

	if (packet_push(t, &p, sizeof(struct ether)) == NULL)
		return NULL;
	memcpy(p->data, &s->header, sizeof(struct ether));
	packet_set_mac(p, p->data);
	return p;
}

static void
ether_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ether_encap_one);
}

static void
ether_encap_add_handlers(struct element *e)
{
	struct ether_encap *s = element_state(e);

	handler_add_data(e, "src", HANDLER_READ, DATA_ETHER, s->header.src);
	handler_add_rewrite_arg(e, "src", 1, "SRC");
	handler_add_data(e, "dst", HANDLER_READ, DATA_ETHER, s->header.dst);
	handler_add_rewrite_arg(e, "dst", 2, "DST");
	handler_add_data(
	    e, "ethertype", HANDLER_READ, DATA_BE16, s->header.type);
	handler_add_rewrite_arg(e, "ethertype", 0, "ETHERTYPE");
	/* its old name */
	handler_add_data(e, "etht", HANDLER_READ | HANDLER_DEPRECATED,
	    DATA_BE16, s->header.type);
	handler_add_rewrite_arg(e, "etht", 0, "ETHERTYPE");
}

const struct element_class element_ether_encap = {
	.name = "EtherEncap",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ether_encap),
	.configure = ether_encap_configure,
	.add_handlers = ether_encap_add_handlers,
	.action = ether_encap_action,
};
