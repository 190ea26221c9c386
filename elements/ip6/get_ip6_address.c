/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GetIP6Address -- copy an IPv6 address from the packet to its destination
 * annotation.
 *
 *	GetIP6Address(OFFSET)
 *
 *   in 0      packets
 *   out 0     the same, IPv6 destination annotation set; left as it was where
 *             the packet is too short
 *
 *   OFFSET    where the 16 bytes are; 24 in a bare IPv6 packet is its
 *             destination
 *
 *	... -> GetIP6Address(24) -> LookupIP6Route(...) -> ...
 */
#include "elements/ip6/ip6_header.h"

struct get_ip6_address {
	int32_t offset;
};

static int
get_ip6_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct get_ip6_address *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS | ARG_MAND, &self->offset);
	return args_complete(&a);
}

static inline struct packet *
get_ip6_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct get_ip6_address *self = element_state(e);
	int64_t at = (int64_t)packet_headroom(p) + self->offset;

	(void)t;
	if (likely(at >= 0 && (int64_t)self->offset + 16 <= (int64_t)p->length))
		anno_set_dst_ip6(p, p->head + at);
	return p;
}

static void
get_ip6_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, get_ip6_address_one);
}

const struct element_class element_get_ip6_address = {
	.name = "GetIP6Address",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct get_ip6_address),
	.configure = get_ip6_address_configure,
	.action = get_ip6_address_action,
};
