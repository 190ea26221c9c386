/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIPAddress -- set an address annotation to a constant.
 *
 *	SetIPAddress(IPADDR [, keyword ANNO])
 *
 *   in 0      packets
 *   out 0     the same, annotation set
 *
 *   IPADDR    the address
 *   ANNO      the annotation, by default the destination address
 *
 *   addr      read, write: IPADDR
 *
 *	... -> SetIPAddress(10.0.0.1) -> ARPQuerier(...) -> ...
 */
#include "click/anno.h"
#include "click/element.h"

struct set_ip_address {
	uint32_t addr;
	struct arg_anno anno;
};

static int
set_ip_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ip_address *self = element_state(e);
	struct arg_anno anno = { ANNO_DST_IP, 4 };
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "IPADDR", ARG_POS | ARG_MAND, &self->addr);
	args_anno(&a, "ANNO", 0, 4, &anno);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	self->anno = anno;
	return 0;
}

static inline struct packet *
set_ip_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ip_address *self = element_state(e);

	(void)t;
	anno_set_u32(p, self->anno.offset, self->addr);
	return p;
}

static void
set_ip_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip_address_one);
}

static void
set_ip_address_add_handlers(struct element *e)
{
	struct set_ip_address *self = element_state(e);

	handler_add_data(
	    e, "addr", HANDLER_READ | HANDLER_WRITE, DATA_IP4, &self->addr);
}

const struct element_class element_set_ip_address = {
	.name = "SetIPAddress",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_ip_address),
	.configure = set_ip_address_configure,
	.add_handlers = set_ip_address_add_handlers,
	.action = set_ip_address_action,
};
