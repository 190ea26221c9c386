/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimedUnqueue(INTERVAL [, BURST]) -- pulls packets every now and then and
 * pushes them
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   INTERVAL   seconds, or a time with a unit: 10ms
 *   BURST      the most packets each time, default 1
 *
 * Burster is the same with a default BURST of 8.
 * It sleeps while a Queue upstream is empty.
 *
 *     FromDevice(0) -> Queue -> TimedUnqueue(10ms, 4) -> ToDevice(1);
 */
#include "elements/standard/timed_unqueue.h"

static int
timed_unqueue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return timed_unqueue_setup(e, conf, 1, errh);
}

const struct element_class element_timed_unqueue = {
	.name = "TimedUnqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct timed_unqueue),
	.configure = timed_unqueue_configure,
	.initialize = timed_unqueue_initialize,
	.cleanup = timed_unqueue_cleanup,
	.cast = timed_unqueue_cast,
};
