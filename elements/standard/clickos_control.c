/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ClickOSControl([ALLOW, DENY, READONLY]) -- the gate for handlers from outside
 *
 * Every handler access that comes from outside the router passes it: through
 * XenStore, over a control link, by ControlSocket.  A router may have one; a
 * guest adds one that allows everything to routers that have none.
 *
 *   ALLOW       patterns, separated by spaces: only handlers whose full name
 *               ("element.handler", or "handler" for a global one) matches
 *               one of them may be used; "*" stands for any characters, "?"
 *               for one; default "*"
 *   DENY        patterns of handlers that may not be used, stronger than
 *               ALLOW; default none
 *   READONLY    true: nothing may be written; default false
 *
 *   reads, writes  read: calls that were allowed, by direction
 *   denied         read: calls that were not
 *   failed         read: allowed calls that failed
 *   last_error     read: what the last of those two said
 *   readonly       read: whether READONLY is set
 *   reset_counts   write: all counts to 0, last_error empty
 *
 *     ClickOSControl(ALLOW "*.count nat.*", DENY "*.reset*");
 */
#include "click/element.h"
#include "click/gate.h"
#include "click/router.h"

enum { ERROR_KEPT = 4096 };

struct clickos_control {
	struct gate gate;       /* first: the two are one pointer */
	struct str allow, deny; /* owned */
	bool readonly;
	uint64_t reads, writes, denied, failed;
	struct str last_error; /* owned */
};

/* Whether name matches a pattern of "*" and "?"; no more than n*m steps. */
static bool
clickos_control_match(struct str pattern, struct str name)
{
	size_t p = 0, i = 0, star = pattern.n, mark = 0;

	while (i < name.n) {
		if (p < pattern.n && pattern.s[p] == '*') {
			star = p++;
			mark = i;
		} else if (p < pattern.n &&
		           (pattern.s[p] == '?' || pattern.s[p] == name.s[i])) {
			p++;
			i++;
		} else if (star < pattern.n) {
			p = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.s[p] == '*')
		p++;
	return p == pattern.n;
}

static bool
clickos_control_any(struct str patterns, struct str name)
{
	struct str word;

	while ((word = str_word(&patterns)).n > 0)
		if (clickos_control_match(word, name))
			return true;
	return false;
}

static void
clickos_control_note(struct clickos_control *c, struct str messages)
{
	/* Without memory the one before stays. */
	(void)str_set(&c->last_error, str_sub(messages, 0, ERROR_KEPT));
}

static bool
clickos_control_ask(
    struct gate *g, struct str name, bool writing, struct errh *errh)
{
	struct clickos_control *c = (struct clickos_control *)g;
	struct strbuf why = STRBUF_INIT;

	if (name.n > 0 && name.s[0] == '.')
		name = str_from(name, 1);
	if (clickos_control_any(c->deny, name) ||
	    !clickos_control_any(c->allow, name))
		sb_printf(
		    &why, "'%.*s' denied by ClickOSControl", STR_ARG(name));
	else if (writing && c->readonly)
		sb_printf(&why,
		    "'%.*s' not written: ClickOSControl is READONLY",
		    STR_ARG(name));
	if (why.n == 0 && !why.oom)
		return true;
	c->denied++;
	clickos_control_note(c, sb_str(&why));
	errh_error(errh, "%s", sb_cstr(&why));
	sb_fini(&why);
	return false;
}

static void
clickos_control_told(
    struct gate *g, bool writing, bool failed, struct str messages)
{
	struct clickos_control *c = (struct clickos_control *)g;

	if (writing)
		c->writes++;
	else
		c->reads++;
	if (failed) {
		c->failed++;
		clickos_control_note(c, messages);
	}
}

static int
clickos_control_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct clickos_control *c = element_state(e);
	struct args a;
	int err;

	if (e->router->gate != NULL && e->router->gate != &c->gate)
		return errh_error(errh, "the router has one already");
	args_init(&a, conf, e, errh);
	if (!args_str(&a, "ALLOW", 0, &c->allow))
		(void)str_set(&c->allow, STR("*"));
	args_str(&a, "DENY", 0, &c->deny);
	args_bool(&a, "READONLY", 0, &c->readonly);
	err = args_complete(&a);
	if (err != 0)
		return err;
	c->gate.ask = clickos_control_ask;
	c->gate.told = clickos_control_told;
	e->router->gate = &c->gate;
	return 0;
}

static void
clickos_control_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct clickos_control *c = element_state(e);

	(void)stage;
	if (e->router->gate == &c->gate)
		e->router->gate = NULL;
	str_free(&c->allow);
	str_free(&c->deny);
	str_free(&c->last_error);
}

static void
clickos_control_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct clickos_control *c = element_state(e), *o = element_state(old);

	(void)errh;
	c->reads = o->reads;
	c->writes = o->writes;
	c->denied = o->denied;
	c->failed = o->failed;
	str_free(&c->last_error);
	c->last_error = o->last_error;
	o->last_error = (struct str){ NULL, 0 };
}

static int
clickos_control_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct clickos_control *c = element_state(e);

	(void)user;
	(void)call;
	c->reads = c->writes = c->denied = c->failed = 0;
	str_free(&c->last_error);
	return 0;
}

static void
clickos_control_add_handlers(struct element *e)
{
	struct clickos_control *c = element_state(e);

	handler_add_data(e, "reads", HANDLER_READ, DATA_U64, &c->reads);
	handler_add_data(e, "writes", HANDLER_READ, DATA_U64, &c->writes);
	handler_add_data(e, "denied", HANDLER_READ, DATA_U64, &c->denied);
	handler_add_data(e, "failed", HANDLER_READ, DATA_U64, &c->failed);
	handler_add_data(
	    e, "last_error", HANDLER_READ, DATA_STR, &c->last_error);
	handler_add_data(e, "readonly", HANDLER_READ, DATA_BOOL, &c->readonly);
	handler_add_write(
	    e, "reset_counts", clickos_control_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_clickos_control = {
	.name = "ClickOSControl",
	.state_size = sizeof(struct clickos_control),
	.configure = clickos_control_configure,
	.cleanup = clickos_control_cleanup,
	.take_state = clickos_control_take_state,
	.add_handlers = clickos_control_add_handlers,
};
