/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Burster(INTERVAL [, BURST]) -- pulls packets every now and then and pushes
 * them
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   INTERVAL   seconds, or a time with a unit: 10ms
 *   BURST      the most packets each time, default 8
 *
 * TimedUnqueue is the same with a default BURST of 1.
 * It sleeps while a Queue upstream is empty.
 *
 *     FromDevice(0) -> Queue -> Burster(10ms, 4) -> ToDevice(1);
 */
#include "elements/standard/timed_unqueue.h"

static int
burster_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	return timed_unqueue_setup(e, conf, 8, errh);
}

const struct element_class element_burster = {
	.name = "Burster",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct timed_unqueue),
	.configure = burster_configure,
	.initialize = timed_unqueue_initialize,
	.cleanup = timed_unqueue_cleanup,
	.cast = timed_unqueue_cast,
};
