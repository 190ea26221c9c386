/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Switch([OUTPUT]) -- sends packets out of one output
 *
 *   in 0       any packets (push)
 *   out *      the packets, out of the output chosen
 *
 *   OUTPUT     the output, default 0; negative: none, packets are killed
 *
 *   switch     read/write: OUTPUT
 *
 *     FromDevice(0) -> s :: Switch(1);
 *     s[0] -> Discard; s[1] -> Queue -> ToDevice(1);
 */
#include "click/element.h"
#include "elements/standard/value.h"

struct switch_state {
	int32_t output; /* negative: none */
};

static int
switch_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct switch_state *s = element_state(e);
	int32_t output = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OUTPUT", ARG_POS, &output);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (output >= (int32_t)e->nout)
		return errh_error(errh, "output must be < %d", (int)e->nout);
	s->output = output;
	return 0;
}

static void
switch_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct switch_state *s = element_state(e);
	int32_t output = load_relaxed(&s->output);

	(void)port;
	if (output >= 0)
		output_push(e, (unsigned int)output, b);
	else
		batch_kill(b);
}

static int
switch_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct switch_state *s = element_state(e);
	int32_t output;

	(void)user;
	if (!value_i32(call->text, &output))
		return errh_error(call->errh, "Switch output must be integer");
	store_relaxed(&s->output, output >= (int32_t)e->nout ? -1 : output);
	return 0;
}

static void
switch_unparse_config(struct element *e, struct strbuf *out)
{
	const struct switch_state *s = element_state(e);

	sb_i64(out, s->output);
}

static void
switch_add_handlers(struct element *e)
{
	struct switch_state *s = element_state(e);

	handler_add_data(e, "switch", HANDLER_READ, DATA_I32, &s->output);
	handler_add_write(e, "switch", switch_write, 0, HANDLER_NONEXCLUSIVE);
}

const struct element_class element_switch = {
	.name = "Switch",
	.ports = "1/-",
	.processing = "h",
	.state_size = sizeof(struct switch_state),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = switch_configure,
	.add_handlers = switch_add_handlers,
	.unparse_config = switch_unparse_config,
	.push = switch_push,
};
