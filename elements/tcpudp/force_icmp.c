/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ForceICMP(TYPE, CODE) -- make packets into ICMP of one type and code
 *
 *   in 0, out 0   IPv4 packets, IP header position set; those too short for
 *                 their IP length or for ICMP are killed with a message
 *
 *   TYPE, CODE    names or numbers
 *
 * The checksum is made right.  For tests.
 *
 *	RandomSource(60) -> ForceIP -> ForceICMP(unreachable, host) -> ...
 */
#include "base/csum.h"
#include "elements/ip/force.h"
#include "elements/ip/quiet.h"

struct force_icmp {
	uint8_t type, code;
};

static int
force_icmp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct force_icmp *self = element_state(e);
	struct str code_text = { NULL, 0 };
	int32_t type = 0, code = 0;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_named(&a, "TYPE", ARG_POS | ARG_MAND, NAME_ICMP_TYPE, &type);
	args_word(&a, "CODE", ARG_POS | ARG_MAND, &code_text);
	err = args_complete(&a);
	if (err == 0 && (type < 0 || type > 255))
		err = errh_error(errh, "ICMP type must be between 0 and 255");
	if (err == 0 && (!name_or_number(NAME_ICMP_CODE + (unsigned int)type, e,
	                     code_text, &code) ||
	                    code < 0 || code > 255))
		err = errh_error(errh, "argument 2 takes ICMP code");
	self->type = (uint8_t)type;
	self->code = (uint8_t)code;
	str_free(&code_text);
	return err;
}

static struct packet *
force_icmp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct force_icmp *self = element_state(e);
	struct force_l4 f;
	struct icmp *icmp;

	if (!force_find(e, t, &p, sizeof(*icmp), &f))
		return NULL;
	icmp = (struct icmp *)(void *)f.l4;
	icmp->type = self->type;
	icmp->code = self->code;
	put_u16(icmp->sum, 0);
	put_u16(icmp->sum, csum(icmp, f.present));
	return p;
}

static void
force_icmp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, force_icmp_one);
}

const struct element_class element_force_icmp = {
	.name = "ForceICMP",
	.ports = "1/1",
	.state_size = sizeof(struct force_icmp),
	.flags = ELEMENT_SHAREABLE,
	.configure = force_icmp_configure,
	.action = force_icmp_action,
};
