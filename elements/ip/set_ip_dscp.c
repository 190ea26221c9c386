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

struct set_ip_dscp {
	uint8_t tos; /* shifted into place */
};

static int
set_ip_dscp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ip_dscp *self = element_state(e);
	uint32_t dscp = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "DSCP", ARG_POS | ARG_MAND, &dscp);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (dscp > 0x3f)
		return errh_error(errh, "diffserv code point out of range");
	self->tos = (uint8_t)(dscp << 2);
	return 0;
}

static inline struct packet *
set_ip_dscp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ip_dscp *self = element_state(e);
	struct ip4 *ip = ip_header(p);

	if (unlikely(ip == NULL))
		return p;
	ip = ip_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	ip_header_set_tos(ip, (ip->tos & 3) | self->tos);
	return p;
}

static void
set_ip_dscp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip_dscp_one);
}

static void
set_ip_dscp_add_handlers(struct element *e)
{
	handler_add_arg(e, "dscp", 0, "DSCP");
	handler_set_flags(e, "dscp", HANDLER_CALM, 0);
	handler_add_rewrite_arg(e, "dscp", 0, "DSCP");
}

const struct element_class element_set_ip_dscp = {
	.name = "SetIPDSCP",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_ip_dscp),
	.configure = set_ip_dscp_configure,
	.add_handlers = set_ip_dscp_add_handlers,
	.action = set_ip_dscp_action,
};
