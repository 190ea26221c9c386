/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SimplePullSwitch([INPUT]) -- lets one of its inputs be pulled, tells nobody
 *
 *   in *       any packets (pull)
 *   out 0      packets of the input chosen (pull)
 *
 *   INPUT      the input, default 0; negative: none
 *
 *   switch     read/write: INPUT
 *
 * Like PullSwitch, but those who pull are told that any input has packets.
 *
 *     a :: Queue -> [0] s :: SimplePullSwitch(1) -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include "elements/standard/pull_switch.h"

static unsigned int
simple_pull_switch_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	const struct pull_switch *s = element_state(e);

	(void)port;
	if (s->input < 0)
		return 0;
	return input_pull(e, (unsigned int)s->input, b, max);
}

const struct element_class element_simple_pull_switch = {
	.name = "SimplePullSwitch",
	.ports = "-/1",
	.processing = "l",
	.state_size = sizeof(struct pull_switch),
	.flags = ELEMENT_LIVE,
	.configure = pull_switch_configure,
	.add_handlers = pull_switch_add_handlers,
	.unparse_config = pull_switch_unparse_config,
	.pull = simple_pull_switch_pull,
};
