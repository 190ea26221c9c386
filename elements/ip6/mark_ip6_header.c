/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MarkIP6Header -- say where the IPv6 header is, without looking at it.
 *
 *	MarkIP6Header([OFFSET])
 *
 *   in 0      packets with an IPv6 header OFFSET bytes in
 *   out 0     the same, network header set, transport header set 40 bytes
 *             behind it
 *
 * Nothing is checked, cut or annotated: see CheckIP6Header for that.  A packet
 * that does not reach as far as OFFSET has no network header afterwards.
 *
 *   OFFSET    where the header begins (default 0)
 *
 *	FromDump(in.pcap) -> MarkIP6Header(14) -> IP6Print -> Discard;
 */
#include "elements/ip6/ip6_header.h"

struct mark_ip6_header {
	int32_t offset;
};

static int
mark_ip6_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct mark_ip6_header *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS, &self->offset);
	return args_complete(&a);
}

static inline struct packet *
mark_ip6_header_one(struct element *e, struct thread *t, struct packet *p)
{
	struct mark_ip6_header *self = element_state(e);
	int64_t at = (int64_t)packet_headroom(p) + self->offset;

	(void)t;
	if (likely(at >= 0 && self->offset < (int64_t)p->length))
		packet_set_network(p, p->head + at, sizeof(struct ip6));
	else
		p->network = p->transport = -1;
	return p;
}

static void
mark_ip6_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, mark_ip6_header_one);
}

const struct element_class element_mark_ip6_header = {
	.name = "MarkIP6Header",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct mark_ip6_header),
	.configure = mark_ip6_header_configure,
	.action = mark_ip6_header_action,
};
