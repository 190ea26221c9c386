/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guest_state.c -- routers held still, and what they know told and taken: for
 * moving a guest to another process.  See guest.h.
 */
#include <string.h>

#include "base/atomic.h"
#include "base/stamp.h"
#include "click/state.h"
#include "clickos/internal.h"
#include "os/os.h"

static bool
unit_is_busy(const struct unit *u)
{
	return u->state == GUEST_STARTING || u->state == GUEST_STOPPING ||
	       u->swap != NULL;
}

static int
guest_hold_all(struct guest *g, struct diag *why)
{
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++) {
		struct unit *u = guest_unit(g, i);

		if (u == NULL || u->held)
			continue;
		if (unit_is_busy(u)) {
			diag(why, ERR_BUSY,
			    "router %u cannot be held: it is %s", i,
			    u->swap != NULL ? "being swapped"
			                    : guest_state_name(u->state));
			return CONTROL_E_BUSY;
		}
		if (u->state == GUEST_RUNNING &&
		    !unit_hold(u, g->options.waiter)) {
			diag(why, ERR_TIMEDOUT,
			    "router %u does not come to rest", i);
			return CONTROL_E_BUSY;
		}
	}
	return CONTROL_OK;
}

/* Whoever asked is still there. */
static void
guest_hold_on(struct guest *g)
{
	g->let_go_ns = os_steady_ns() + g->hold_ns;
}

int
guest_hold(struct guest *g, unsigned int seconds, struct diag *why)
{
	int status = CONTROL_OK;

	if (g->held == 0) {
		store_release(&g->held, 1);
		status = guest_hold_all(g, why);
	}
	g->hold_ns = seconds * NS_PER_SEC;
	guest_hold_on(g);
	if (status != CONTROL_OK)
		(void)guest_let_go(g);
	return status;
}

bool
guest_let_go(struct guest *g)
{
	bool was = g->held != 0;

	store_release(&g->held, 0);
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++)
		if (was && g->unit[i] != NULL)
			unit_let_go(g->unit[i]);
	return was;
}

int64_t
guest_hold_ends(const struct guest *g)
{
	return g->held != 0 ? g->let_go_ns : INT64_MAX;
}

void
guest_hold_poll(struct guest *g)
{
	if (os_steady_ns() < guest_hold_ends(g))
		return;
	(void)guest_let_go(g);
	os_log(STR("state: nobody has asked any more: routers go on\n"));
}

/* The router to be saved or loaded. */
static int
guest_enter_held(struct guest *g, unsigned int id, struct unit **u,
    struct router **r, struct strbuf *messages)
{
	if (g->held == 0) {
		sb_adds(messages,
		    "state is told and taken only while routers are held\n");
		return CONTROL_E_ROUTER;
	}
	guest_hold_on(g);
	return guest_enter(g, id, u, r, messages);
}

int
guest_save(struct guest *g, unsigned int id, struct str place,
    struct strbuf *out, struct strbuf *messages)
{
	struct state_place at = { .element = 0 };
	struct router *r;
	struct unit *u;
	int status;

	if (place.n != 0 && place.n != sizeof(at)) {
		sb_adds(messages, "save: that is no place in a state\n");
		return CONTROL_E_PROTO;
	}
	if (place.n != 0)
		memcpy(&at, place.s, sizeof(at));
	status = guest_enter_held(g, id, &u, &r, messages);
	if (status != CONTROL_OK)
		return status;
	state_save(r, master_thread(u->master, 0), &at, out);
	unit_leave(u);
	return CONTROL_OK;
}

int
guest_load(
    struct guest *g, unsigned int id, struct str part, struct strbuf *messages)
{
	struct router *r;
	struct unit *u;
	struct errh errh;
	int err, status = guest_enter_held(g, id, &u, &r, messages);

	if (status != CONTROL_OK)
		return status;
	if (u->held) {
		unit_leave(u);
		sb_printf(messages,
		    "router %u has run already: state is for one that was "
		    "installed while its guest was held\n",
		    id);
		return CONTROL_E_ROUTER;
	}
	errh_strbuf_init(&errh, messages);
	err = state_load(r, master_thread(u->master, 0), part, &errh);
	errh_fini(&errh);
	unit_leave(u);
	if (err == 0)
		return CONTROL_OK;
	if (messages->n == 0)
		sb_adds(messages, "out of memory\n");
	sb_clear(&u->messages);
	sb_printf(&u->messages,
	    "%.*s: stopped, for it has not taken its state:\n%.*s",
	    STR_ARG(u->name), STR_ARG(sb_str(messages)));
	u->failing = true;
	unit_stop(u); /* it has not begun, and will not */
	return err == ERR_NOMEM ? CONTROL_E_FULL : CONTROL_E_FAILED;
}
