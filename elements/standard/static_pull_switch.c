/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StaticPullSwitch(INPUT) -- lets one of its inputs be pulled, for good
 *
 *   in *       any packets (pull)
 *   out 0      packets of the input chosen (pull)
 *
 *   INPUT      the input; negative or too large: none
 *
 *     a :: Queue -> [0] s :: StaticPullSwitch(1) -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include "click/element.h"

struct static_pull_switch {
	int32_t input; /* negative: none */
};

static int
static_pull_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct static_pull_switch *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "INPUT", ARG_POS | ARG_MAND, &s->input);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->input >= (int32_t)e->nin)
		s->input = -1;
	return 0;
}

static unsigned int
static_pull_switch_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	const struct static_pull_switch *s = element_state(e);

	(void)port;
	if (s->input < 0)
		return 0;
	return input_pull(e, (unsigned int)s->input, b, max);
}

const struct element_class element_static_pull_switch = {
	.name = "StaticPullSwitch",
	.ports = "-/1",
	.processing = "l",
	.state_size = sizeof(struct static_pull_switch),
	.flags = ELEMENT_SHAREABLE,
	.configure = static_pull_switch_configure,
	.pull = static_pull_switch_pull,
};
