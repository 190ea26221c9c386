/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * InputSwitch([OUTPUT]) -- lets the packets of one input through
 *
 *   in *       any packets (push)
 *   out 0      those of the input chosen; the others are killed
 *
 *   OUTPUT     the input, default 0; negative: none
 *
 *   switch     read/write: OUTPUT
 *
 *     a :: FromDevice(0) -> [0] s :: InputSwitch(1) -> Discard;
 *     b :: FromDevice(1) -> [1] s;
 */
#include "click/element.h"
#include "elements/standard/value.h"

struct input_switch {
	int32_t input; /* negative: none */
};

static int
input_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct input_switch *s = element_state(e);
	int32_t input = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OUTPUT", ARG_POS, &input);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (input >= (int32_t)e->nin)
		return errh_error(errh, "input must be < %d", (int)e->nin);
	s->input = input;
	return 0;
}

static void
input_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct input_switch *s = element_state(e);

	if ((int32_t)port == load_relaxed(&s->input))
		output_push(e, 0, b);
	else
		batch_kill(b);
}

static int
input_switch_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct input_switch *s = element_state(e);
	int32_t input;

	(void)user;
	if (!value_i32(call->text, &input))
		return errh_error(
		    call->errh, "InputSwitch input must be integer");
	store_relaxed(&s->input, input >= (int32_t)e->nin ? -1 : input);
	return 0;
}

static void
input_switch_unparse_config(struct element *e, struct strbuf *out)
{
	const struct input_switch *s = element_state(e);

	sb_i64(out, s->input);
}

static void
input_switch_add_handlers(struct element *e)
{
	struct input_switch *s = element_state(e);

	handler_add_data(e, "switch", HANDLER_READ, DATA_I32, &s->input);
	handler_add_write(
	    e, "switch", input_switch_write, 0, HANDLER_NONEXCLUSIVE);
}

const struct element_class element_input_switch = {
	.name = "InputSwitch",
	.ports = "-/1",
	.processing = "h",
	.state_size = sizeof(struct input_switch),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = input_switch_configure,
	.add_handlers = input_switch_add_handlers,
	.unparse_config = input_switch_unparse_config,
	.push = input_switch_push,
};
