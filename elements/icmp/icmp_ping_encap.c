/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPPingEncap(SRC, DST [, IDENTIFIER]) -- put packets into ICMP echo requests
 *
 *   in 0, out 0   any packets, behind an IPv4 and an ICMP header on the way
 *                 out; IP header position and destination address annotation
 *                 are set
 *
 *   SRC, DST      addresses
 *   IDENTIFIER    of the requests (default 0)
 *
 *   src, dst      read, write: the addresses
 *
 * IP identifiers and sequence numbers count up from 1 and leave 0 out.  The
 * time to live is 255.
 *
 *	... -> ICMPPingEncap(1.0.0.1, 2.0.0.2) -> ...
 */
#include "elements/icmp/encap.h"

static int
icmp_ping_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp_encap *self = element_state(e);
	struct args a;

	self->next = 1;
	self->type = ICMP_ECHO;
	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_ip4(&a, "DST", ARG_POS | ARG_MAND, &self->dst);
	args_u16(&a, "IDENTIFIER", 0, &self->identifier);
	return args_complete(&a);
}

const struct element_class element_icmp_ping_encap = {
	.name = "ICMPPingEncap",
	.ports = "1/1",
	.click_flags = "A",
	.state_size = sizeof(struct icmp_encap),
	.configure = icmp_ping_encap_configure,
	.add_handlers = icmp_encap_add_handlers,
	.action = icmp_encap_action,
};
