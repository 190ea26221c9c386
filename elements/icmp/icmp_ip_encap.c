/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPIPEncap(SRC, DST, TYPE [, CODE, IDENTIFIER]) -- put packets into ICMP
 *
 *   in 0, out 0   any packets, behind an IPv4 and an ICMP header on the way
 *                 out; IP header position and destination address annotation
 *                 are set
 *
 *   SRC, DST      addresses
 *   TYPE          name or number of the ICMP type
 *   CODE          name or number of its code (default 0)
 *   IDENTIFIER    of types that have one (default 0)
 *
 *   src, dst      read, write: the addresses
 *
 * IP identifiers, and sequence numbers of types that have them, count up from
 * 1 and leave 0 out.  The time to live is 255.
 *
 *	... -> ICMPIPEncap(1.0.0.1, 2.0.0.2, echo-reply, IDENTIFIER 5) -> ...
 */
#include "elements/icmp/encap.h"
#include "elements/ip/quiet.h"

static int
icmp_ip_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp_encap *self = element_state(e);
	struct str code_text = { NULL, 0 };
	int32_t type = 0, code = 0;
	struct args a;
	int err;

	self->next = 1;
	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_ip4(&a, "DST", ARG_POS | ARG_MAND, &self->dst);
	args_named(&a, "TYPE", ARG_POS | ARG_MAND, NAME_ICMP_TYPE, &type);
	args_word(&a, "CODE", ARG_POS, &code_text);
	args_u16(&a, "IDENTIFIER", 0, &self->identifier);
	err = args_complete(&a);
	if (err == 0 && (type < 0 || type > 255))
		err = errh_error(errh, "invalid TYPE");
	if (err == 0 && (!name_or_number(NAME_ICMP_CODE + (unsigned int)type, e,
	                     code_text.n > 0 ? code_text : STR("0"), &code) ||
	                    code < 0 || code > 255))
		err = errh_error(errh, "invalid CODE");
	self->type = (uint8_t)type;
	self->code = (uint8_t)code;
	str_free(&code_text);
	return err;
}

const struct element_class element_icmp_ip_encap = {
	.name = "ICMPIPEncap",
	.ports = "1/1",
	.click_flags = "A",
	.state_size = sizeof(struct icmp_encap),
	.configure = icmp_ip_encap_configure,
	.add_handlers = icmp_encap_add_handlers,
	.action = icmp_encap_action,
};
