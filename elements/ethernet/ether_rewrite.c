/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherRewrite(SRC, DST) -- overwrites the addresses of Ethernet headers
 *
 *   in 0       Ethernet frames
 *   out 0      the same with these addresses; shorter ones untouched
 *
 *   SRC, DST   Ethernet addresses
 *
 *   src, dst   read/write: the arguments
 *
 *     ... -> EtherRewrite(1:1:1:1:1:1, 2:2:2:2:2:2) -> ToDevice(0);
 */
#include "click/element.h"

struct ether_rewrite {
	struct ether header; /* its addresses */
};

static int
ether_rewrite_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether_rewrite *s = element_state(e);
	struct ether header = s->header;
	struct args a;

	args_init(&a, conf, e, errh);
	args_ether(&a, "SRC", ARG_POS | ARG_MAND, header.src);
	args_ether(&a, "DST", ARG_POS | ARG_MAND, header.dst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->header = header;
	return 0;
}

static inline struct packet *
ether_rewrite_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ether_rewrite *s = element_state(e);
	uint8_t *where;

	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	where = p->mac < 0 ? p->data : packet_mac(p);
	if (likely(where + 12 <= packet_end(p)))
		memcpy(where, &s->header, 12);
	return p;
}

static void
ether_rewrite_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ether_rewrite_one);
}

static void
ether_rewrite_add_handlers(struct element *e)
{
	struct ether_rewrite *s = element_state(e);

	handler_add_data(e, "src", HANDLER_READ, DATA_ETHER, s->header.src);
	handler_add_rewrite_arg(e, "src", 0, "SRC");
	handler_add_data(e, "dst", HANDLER_READ, DATA_ETHER, s->header.dst);
	handler_add_rewrite_arg(e, "dst", 1, "DST");
}

const struct element_class element_ether_rewrite = {
	.name = "EtherRewrite",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ether_rewrite),
	.configure = ether_rewrite_configure,
	.add_handlers = ether_rewrite_add_handlers,
	.action = ether_rewrite_action,
};
