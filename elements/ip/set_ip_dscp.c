/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIPDSCP -- set the differentiated services code point.
 *
 *	SetIPDSCP(DSCP)
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same, upper six bits of TOS set, header checksum repaired
 *
 *   DSCP      0..63 (RFC 2474)
 *
 *   dscp      read, write: DSCP
 *
 *	... -> SetIPDSCP(46) -> ...
 */
#include "elements/ip/ip_header.h"
#include "elements/ip/set_dscp.h"

static inline struct packet *
set_ip_dscp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_dscp *self = element_state(e);
	struct ip4 *ip = ip_header(p);

	if (unlikely(ip == NULL))
		return p;
	ip = ip_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	ip_header_set_tos(ip, (ip->tos & 3) | self->bits);
	return p;
}

static void
set_ip_dscp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip_dscp_one);
}

const struct element_class element_set_ip_dscp = {
	.name = "SetIPDSCP",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_dscp),
	.configure = set_dscp_configure,
	.add_handlers = set_dscp_add_handlers,
	.action = set_ip_dscp_action,
};
