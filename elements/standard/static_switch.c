/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StaticSwitch(OUTPUT) -- sends packets out of one output, for good
 *
 *   in 0       any packets (push)
 *   out *      the packets, out of the output chosen
 *
 *   OUTPUT     the output; negative or too large: none, packets are killed
 *
 *     FromDevice(0) -> s :: StaticSwitch(1);
 *     s[0] -> Discard; s[1] -> Queue -> ToDevice(1);
 */
#include "click/element.h"

struct static_switch {
	int32_t output; /* negative: none */
};

static int
static_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct static_switch *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OUTPUT", ARG_POS | ARG_MAND, &s->output);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->output >= (int32_t)e->nout)
		s->output = -1;
	return 0;
}

static void
static_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct static_switch *s = element_state(e);

	(void)port;
	if (s->output < 0)
		batch_kill(b);
	else
		output_push(e, (unsigned int)s->output, b);
}

const struct element_class element_static_switch = {
	.name = "StaticSwitch",
	.ports = "1/-",
	.processing = "h",
	.state_size = sizeof(struct static_switch),
	.flags = ELEMENT_SHAREABLE,
	.configure = static_switch_configure,
	.push = static_switch_push,
};
