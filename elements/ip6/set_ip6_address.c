/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIP6Address -- set the IPv6 destination annotation.
 *
 *	SetIP6Address(IPADDR)
 *
 *   in 0      packets
 *   out 0     the same, IPv6 destination annotation set to IPADDR
 *
 *   IPADDR    an IPv6 address
 *
 *	... -> SetIP6Address(fe80::1) -> [0] s :: IP6NDSolicitor(...);
 */
#include "elements/ip6/ip6_header.h"

struct set_ip6_address {
	struct ip6_addr addr;
};

static int
set_ip6_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ip6_address *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip6(&a, "IPADDR", ARG_POS | ARG_MAND, &self->addr);
	return args_complete(&a);
}

static inline struct packet *
set_ip6_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ip6_address *self = element_state(e);

	(void)t;
	anno_set_dst_ip6(p, self->addr.b);
	return p;
}

static void
set_ip6_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip6_address_one);
}

const struct element_class element_set_ip6_address = {
	.name = "SetIP6Address",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_ip6_address),
	.configure = set_ip6_address_configure,
	.action = set_ip6_address_action,
};
