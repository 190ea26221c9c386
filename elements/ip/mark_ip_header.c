/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MarkIPHeader -- say where the IPv4 header is, without looking at it.
 *
 *	MarkIPHeader([OFFSET])
 *
 *   in 0      packets with an IPv4 header OFFSET bytes in
 *   out 0     the same, network header set, transport header set behind it
 *
 * Nothing is checked, cut or annotated: see CheckIPHeader for that.  A packet
 * that does not reach as far as OFFSET has no network header afterwards.
 *
 *   OFFSET    where the header begins (default 0)
 *
 *	FromDump(in.pcap) -> MarkIPHeader(14) -> IPPrint -> Discard;
 */
#include "elements/ip/ip_header.h"

struct mark_ip_header {
	int32_t offset;
};

static int
mark_ip_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct mark_ip_header *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS, &self->offset);
	return args_complete(&a);
}

static inline struct packet *
mark_ip_header_one(struct element *e, struct thread *t, struct packet *p)
{
	struct mark_ip_header *self = element_state(e);
	int64_t at = (int64_t)packet_headroom(p) + self->offset;

	(void)t;
	if (likely(at >= 0 && self->offset < (int64_t)p->length)) {
		const uint8_t *ip = p->head + at;

		packet_set_network(p, ip, (ip[0] & 15u) * 4);
	} else
		p->network = p->transport = -1;
	return p;
}

static void
mark_ip_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, mark_ip_header_one);
}

const struct element_class element_mark_ip_header = {
	.name = "MarkIPHeader",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct mark_ip_header),
	.configure = mark_ip_header_configure,
	.action = mark_ip_header_action,
};
