/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bypass([ACTIVE bool, INLINE bool]) -- switches a part of a configuration in
 * or out.
 *
 *   in 0 -> out 0    while ACTIVE is false (default)
 *   in 0 -> out 1    while ACTIVE is true (when pulled: in 1 -> out 0)
 *   in 1 -> out 0    always: the way back from what hangs between
 *   INLINE           accepted; makes no difference here
 *   active           read, write: ACTIVE
 *
 *	a -> b :: Bypass -> c;  b[1] -> Print(on) -> [1] b;
 */
#include "click/conf.h"
#include "click/element.h"

struct bypass {
	bool active, in_line;
};

static int
bypass_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct bypass *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "ACTIVE", ARG_POS, &s->active);
	args_bool(&a, "INLINE", 0, &s->in_line);
	return args_complete(&a);
}

static void
bypass_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct bypass *s = element_state(e);

	output_push(e, s->active && port == 0 && e->nout > 1, b);
}

static unsigned int
bypass_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	const struct bypass *s = element_state(e);

	return input_pull(e, s->active && port == 0 && e->nin > 1, b, max);
}

static int
bypass_write_active(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct bypass *s = element_state(e);

	(void)user;
	if (!conf_bool(call->text, &s->active))
		return errh_error(call->errh, "syntax error");
	return 0;
}

static void
bypass_add_handlers(struct element *e)
{
	struct bypass *s = element_state(e);

	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(e, "active", bypass_write_active, 0, 0);
}

const struct element_class element_bypass = {
	.name = "Bypass",
	.ports = "1-2/1-2",
	.flow = "xy/[xy]x",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct bypass),
	.configure = bypass_configure,
	.add_handlers = bypass_add_handlers,
	.push = bypass_push,
	.pull = bypass_pull,
};
