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
#include "elements/ip/set_dscp.h"
#include "elements/ip6/ip6_header.h"

static inline struct packet *
set_ip6_dscp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_dscp *self = element_state(e);
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

const struct element_class element_set_ip6_dscp = {
	.name = "SetIP6DSCP",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_dscp),
	.configure = set_dscp_configure,
	.add_handlers = set_dscp_add_handlers,
	.action = set_ip6_dscp_action,
};
