/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BandwidthMeter(RATE1, RATE2, ...) -- sorts packets by the rate at which they
 * come
 *
 *   in 0       any packets (push)
 *   out N      the packets that come while fewer than RATE(N+1) bytes a second
 * do, and no fewer than RATE(N); the last output: the others
 *
 *   RATE...    bytes a second, or with a unit: 10Mbps; rising
 *
 *   rate       read: bytes a second, averaged over the last few milliseconds
 *   meters     read: the RATEs, as they are compared
 *
 *     FromDevice(0) -> m :: BandwidthMeter(1MBps);
 *     m[0] -> Discard; m[1] -> Counter -> Discard;
 */
#include "elements/standard/meter.h"

static void
bandwidth_meter_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	output_push(e, meter_output(e, b->thread, batch_bytes(b)), b);
}

const struct element_class element_bandwidth_meter = {
	.name = "BandwidthMeter",
	.ports = "1/2-",
	.processing = "h",
	.state_size = sizeof(struct meter),
	.configure = meter_configure,
	.initialize = meter_initialize,
	.cleanup = meter_cleanup,
	.add_handlers = meter_add_handlers,
	.push = bandwidth_meter_push,
};
