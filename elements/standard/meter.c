/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meter(RATE1, RATE2, ...) -- sorts packets by the rate at which they come
 *
 *   in 0       any packets (push)
 *   out N      the packets that come while fewer than RATE(N+1) packets a
 * second do, and no fewer than RATE(N); the last output: the others
 *
 *   RATE...    packets a second; rising
 *
 *   rate       read: packets a second, averaged over the last few milliseconds
 *   meters     read: the RATEs, as they are compared
 *
 * Each RATE is written as a bandwidth (a bare number is warned about), for
 * Click has it so.
 *
 *     FromDevice(0) -> m :: Meter(1000, 5000);
 *     m[0] -> Counter -> Discard; m[1] -> Discard; m[2] -> Discard;
 */
#include "elements/standard/meter.h"

static void
meter_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	output_push(e, meter_output(e, b->thread, b->count), b);
}

const struct element_class element_meter = {
	.name = "Meter",
	.ports = "1/2-",
	.processing = "h",
	.state_size = sizeof(struct meter),
	.configure = meter_configure,
	.initialize = meter_initialize,
	.cleanup = meter_cleanup,
	.add_handlers = meter_add_handlers,
	.push = meter_push,
};
