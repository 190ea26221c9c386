/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Suppressor() -- passes packets on, each way by itself until it is shut
 *
 *   in N       any packets (push or pull)
 *   out N      the packets from input N; while N is shut, pushed packets are
 *              killed and none can be pulled
 *
 *   activeN    read/write: false while N is shut
 *   reset      write: opens all
 *
 *     FromDevice(0) -> s :: Suppressor -> Queue -> ToDevice(1);
 *     Script(write s.active0 false, wait 1s, write s.reset);
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "click/conf.h"
#include "elements/standard/suppressor.h"

static int
suppressor_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct suppressor *s = element_state(e);

	(void)conf; /* Click ignores them */
	(void)errh;
	s->shut = calloc((size_t)e->nout + 1, sizeof(*s->shut));
	return s->shut == NULL ? ERR_NOMEM : 0;
}

static void
suppressor_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct suppressor *s = element_state(e);

	(void)stage;
	free(s->shut);
	s->shut = NULL;
}

static void
suppressor_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct suppressor *s = element_state(e);

	if (load_relaxed(&s->shut[port]))
		batch_kill(b);
	else
		output_push(e, port, b);
}

static unsigned int
suppressor_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	const struct suppressor *s = element_state(e);

	return load_relaxed(&s->shut[port]) ? 0 : input_pull(e, port, b, max);
}

static int
suppressor_read_active(
    struct element *e, uintptr_t port, struct handler_call *call)
{
	const struct suppressor *s = element_state(e);

	sb_adds(call->out, s->shut[port] ? "false" : "true");
	return 0;
}

static int
suppressor_write_active(
    struct element *e, uintptr_t port, struct handler_call *call)
{
	bool active;

	if (!conf_bool(call->text, &active))
		return errh_error(call->errh, "type mismatch");
	suppressor_shut(e, (unsigned int)port, !active);
	return 0;
}

static int
suppressor_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct suppressor *s = element_state(e);

	(void)user;
	(void)call;
	memset(s->shut, 0, e->nout * sizeof(*s->shut));
	return 0;
}

static void
suppressor_add_handlers(struct element *e)
{
	for (unsigned int i = 0; i < e->nin; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "active%u", i); /* fits */
		handler_add_read(
		    e, name, suppressor_read_active, i, HANDLER_CHECKBOX);
		handler_add_write(e, name, suppressor_write_active, i, 0);
	}
	handler_add_write(
	    e, "reset", suppressor_write_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_suppressor = {
	.name = "Suppressor",
	.ports = "-/=",
	.flow = "#/#",
	.state_size = sizeof(struct suppressor),
	.flags = ELEMENT_SHAREABLE,
	.configure = suppressor_configure,
	.cleanup = suppressor_cleanup,
	.add_handlers = suppressor_add_handlers,
	.push = suppressor_push,
	.pull = suppressor_pull,
};
