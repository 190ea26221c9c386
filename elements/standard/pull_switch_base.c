/* SPDX-License-Identifier: BSD-3-Clause */
/* pull_switch_base.c -- see pull_switch.h. */
#include "elements/standard/pull_switch.h"

#include "elements/standard/value.h"

static void
pull_switch_set(struct element *e, int32_t input)
{
	struct pull_switch *s = element_state(e);

	s->input = input < 0 || input >= (int32_t)e->nin ? -1 : input;
	if (!s->notifies)
		return;
	if (s->input < 0)
		notifier_sleep(&s->ready);
	else if (signal_active(&s->inputs.v[s->input]))
		notifier_wake(&s->ready);
}

int
pull_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int32_t input = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "INPUT", ARG_POS, &input);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	pull_switch_set(e, input);
	return 0;
}

static int
pull_switch_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	int32_t input;

	(void)user;
	if (!value_i32(call->text, &input))
		return errh_error(call->errh, "syntax error");
	pull_switch_set(e, input);
	return 0;
}

void
pull_switch_unparse_config(struct element *e, struct strbuf *out)
{
	const struct pull_switch *s = element_state(e);

	sb_i64(out, s->input);
}

void
pull_switch_add_handlers(struct element *e)
{
	struct pull_switch *s = element_state(e);

	handler_add_data(e, "switch", HANDLER_READ, DATA_I32, &s->input);
	handler_add_write(e, "switch", pull_switch_write, 0, 0);
}
