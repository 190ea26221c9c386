/* SPDX-License-Identifier: BSD-3-Clause */
/* router_state.c -- what a guest's routers know, told and taken. */
#include <string.h>

#include "cosmos/internal.h"

/* Longer than one request may take; the guest counts from each anew. */
#define HOLD_SECONDS "60"

static int
routers_hold_for(
    struct cosmos *c, const struct cosmos_guest *g, const char *seconds)
{
	struct strbuf reply = STRBUF_INIT;
	unsigned int all = CONTROL_ANY_ROUTER;
	int status =
	    router_ask(c, g, CONTROL_HOLD, &all, "", str_of(seconds), &reply);

	sb_fini(&reply);
	return status;
}

int
routers_hold(struct cosmos *c, const struct cosmos_guest *g)
{
	return routers_hold_for(c, g, HOLD_SECONDS);
}

int
routers_let_go(struct cosmos *c, const struct cosmos_guest *g)
{
	return routers_hold_for(c, g, "0");
}

int
router_state(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, struct state_place *at, struct strbuf *part)
{
	struct state_head head = { .magic = 0 };
	struct str place = str_make((const char *)at, sizeof(*at));
	int status = router_ask(c, g, CONTROL_SAVE, &router, "", place, part);

	if (status != COSMOS_OK)
		return status;
	if (part->n >= sizeof(head))
		memcpy(&head, part->s, sizeof(head));
	if (head.magic != STATE_MAGIC || part->n > STATE_PART_MAX ||
	    memcmp(&head.next, at, sizeof(*at)) == 0)
		return cosmos_fail(c, COSMOS_E_SYSTEM,
		    "%s: router %u tells nonsense for its state", g->name,
		    router);
	*at = head.next;
	return COSMOS_OK;
}

int
router_take_state(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, struct str part)
{
	struct strbuf reply = STRBUF_INIT;
	int status = router_ask(c, g, CONTROL_LOAD, &router, "", part, &reply);

	sb_fini(&reply);
	return status;
}
