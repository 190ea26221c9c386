/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MarkMACHeader([OFFSET, LENGTH]) -- says where a packet's link header is.
 *
 *   in 0      any packets
 *   out 0     the same, their MAC header set to byte OFFSET (default 0), and,
 *             unless LENGTH is 0 (default), the network header LENGTH bytes on
 *
 *	FromDump(x.pcap) -> MarkMACHeader(0, 14) -> ...
 */
#include "click/element.h"

struct mark_mac_header {
	uint32_t offset, length;
};

static int
mark_mac_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct mark_mac_header *s = element_state(e);
	struct args a;

	s->offset = s->length = 0;
	args_init(&a, conf, e, errh);
	args_u32(&a, "OFFSET", ARG_POS, &s->offset);
	args_u32(&a, "LENGTH", ARG_POS, &s->length);
	return args_complete(&a);
}

/* A header beyond the buffer's end is none. */
static inline struct packet *
mark_mac_header_one(struct element *e, struct thread *t, struct packet *p)
{
	struct mark_mac_header *s = element_state(e);
	uint64_t room = (uint64_t)p->length + packet_tailroom(p);

	(void)t;
	if ((uint64_t)s->offset + s->length > room)
		return p;
	packet_set_mac(p, p->data + s->offset);
	if (s->length != 0)
		packet_set_network(p, p->data + s->offset + s->length, 0);
	return p;
}

static void
mark_mac_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, mark_mac_header_one);
}

const struct element_class element_mark_mac_header = {
	.name = "MarkMACHeader",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct mark_mac_header),
	.configure = mark_mac_header_configure,
	.action = mark_mac_header_action,
};
