/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CPUSwitch() -- spreads packets over its outputs by the thread they are on
 *
 *   in 0       any packets (push)
 *   out N      the packets of thread N, N plus the number of outputs... (push)
 *
 *     FromDevice(0) -> s :: CPUSwitch;
 *     s[0] -> Queue -> ToDevice(1); s[1] -> Queue -> ToDevice(2);
 */
#include "click/element.h"

static void
cpu_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	output_push(e, b->thread->id % e->nout, b);
}

const struct element_class element_cpu_switch = {
	.name = "CPUSwitch",
	.ports = "1/1-",
	.processing = "h",
	.flags = ELEMENT_SHAREABLE,
	.push = cpu_switch_push,
};
