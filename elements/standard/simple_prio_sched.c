/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SimplePrioSched() -- lets the first input that has packets be pulled, asking
 * each
 *
 *   in *       any packets (pull); input 0 has the highest priority
 *   out 0      packets of the first input that has one (pull)
 *
 * Like PrioSched, but without regard to what queues say.
 *
 *     urgent :: SimpleQueue -> [0] s :: SimplePrioSched -> ToDevice(0);
 *     other :: SimpleQueue -> [1] s;
 */
#include "click/element.h"

static unsigned int
simple_prio_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int n = 0;

	(void)port;
	for (unsigned int i = 0; i < e->nin && n < max; i++)
		n += input_pull(e, i, b, max - n);
	return n;
}

const struct element_class element_simple_prio_sched = {
	.name = "SimplePrioSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.flags = ELEMENT_SHAREABLE,
	.pull = simple_prio_sched_pull,
};
