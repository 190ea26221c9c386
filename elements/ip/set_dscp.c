/* SPDX-License-Identifier: BSD-3-Clause */
/* set_dscp.c -- a helper of SetIPDSCP and SetIP6DSCP; see set_dscp.h. */
#include "elements/ip/set_dscp.h"

#include "click/args.h"

enum { DSCP_MAX = 63 };

int
set_dscp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_dscp *self = element_state(e);
	uint32_t dscp = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "DSCP", ARG_POS | ARG_MAND, &dscp);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (dscp > DSCP_MAX)
		return errh_error(errh, "diffserv code point out of range");
	self->bits = (uint8_t)(dscp << 2);
	return 0;
}

void
set_dscp_add_handlers(struct element *e)
{
	handler_add_arg(e, "dscp", 0, "DSCP");
	handler_set_flags(e, "dscp", HANDLER_CALM, 0);
	handler_add_rewrite_arg(e, "dscp", 0, "DSCP");
}
