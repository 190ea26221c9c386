/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetEtherAddress(ADDR, ANNO) -- sets an annotation to an Ethernet address
 *
 *   in 0       any packets
 *   out 0      the same, annotated
 *
 *   ADDR       the address
 *   ANNO       the annotation, six bytes
 *
 *   addr       read/write: ADDR
 *
 *     ... -> SetEtherAddress(1:1:1:1:1:1, 0) -> ...
 */
#include "click/element.h"

struct set_ether_address {
	uint8_t mac[6];
	struct arg_anno anno;
};

static int
set_ether_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ether_address *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ether(&a, "ADDR", ARG_POS | ARG_MAND, s->mac);
	args_anno(&a, "ANNO", ARG_POS | ARG_MAND, 6, &s->anno);
	return args_complete(&a);
}

static inline struct packet *
set_ether_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ether_address *s = element_state(e);

	(void)t;
	memcpy(p->anno + s->anno.offset, s->mac, 6);
	return p;
}

static void
set_ether_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ether_address_one);
}

static void
set_ether_address_add_handlers(struct element *e)
{
	struct set_ether_address *s = element_state(e);

	handler_add_data(
	    e, "addr", HANDLER_READ | HANDLER_WRITE, DATA_ETHER, s->mac);
}

const struct element_class element_set_ether_address = {
	.name = "SetEtherAddress",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_ether_address),
	.configure = set_ether_address_configure,
	.add_handlers = set_ether_address_add_handlers,
	.action = set_ether_address_action,
};
