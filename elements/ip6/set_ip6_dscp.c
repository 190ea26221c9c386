/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIP6DSCP -- set the differentiated services code point.
 *
 *	SetIP6DSCP(DSCP)
 *
 *   in 0      IPv6 packets, network header set
 *   out 0     the same, upper six bits of the traffic class set
 *
 *   DSCP      0..63 (RFC 2474)
 *
 *   dscp      read, write: DSCP
 *
 *	... -> SetIP6DSCP(46) -> ...
 */
#include "elements/ip6/ip6_header.h"

struct set_ip6_dscp {
	uint8_t bits; /* of the traffic class */
};

static int
set_ip6_dscp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ip6_dscp *self = element_state(e);
	uint32_t dscp = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "DSCP", ARG_POS | ARG_MAND, &dscp);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (dscp > 0x3f)
		return errh_error(errh, "diffserv code point out of range");
	self->bits = (uint8_t)(dscp << 2);
	return 0;
}

static inline struct packet *
set_ip6_dscp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ip6_dscp *self = element_state(e);
	struct ip6 *ip = ip6_header(p);

	if (unlikely(ip == NULL))
		return p;
	ip = ip6_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	ip6_set_class(ip, (uint8_t)((ip6_class(ip) & 3) | self->bits));
	return p;
}

static void
set_ip6_dscp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip6_dscp_one);
}

static void
set_ip6_dscp_add_handlers(struct element *e)
{
	handler_add_arg(e, "dscp", 0, "DSCP");
	handler_set_flags(e, "dscp", HANDLER_CALM, 0);
	handler_add_rewrite_arg(e, "dscp", 0, "DSCP");
}

const struct element_class element_set_ip6_dscp = {
	.name = "SetIP6DSCP",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_ip6_dscp),
	.configure = set_ip6_dscp_configure,
	.add_handlers = set_ip6_dscp_add_handlers,
	.action = set_ip6_dscp_action,
};
