/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BandwidthShaper(RATE) -- lets at most so many bytes be pulled
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (pull), no more than RATE
 *   out 1      the same as out 0, if connected
 *
 *   RATE       bytes a second, or with a unit: 10Mbps
 *
 *   rate       read/write: RATE
 *   reset      write: forgets how many were pulled lately
 *
 *     FromDevice(0) -> Queue -> BandwidthShaper(10Mbps) -> ToDevice(1);
 */
#include "elements/standard/shaper.h"

static int
bandwidth_shaper_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return shaper_setup(e, conf, true, errh);
}

static unsigned int
bandwidth_shaper_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct shaper *s = element_state(e);
	int64_t now = thread_wall_ns(b->thread);
	unsigned int n = 0;

	(void)port;
	for (; n < max && gap_rate_due(&s->rate, now) > 0; n++) {
		if (input_pull(e, 0, b, 1) == 0)
			break;
		gap_rate_count(&s->rate, b->packet[b->count - 1]->length);
	}
	return n;
}

const struct element_class element_bandwidth_shaper = {
	.name = "BandwidthShaper",
	.ports = "1/1-2",
	.processing = "l",
	.state_size = sizeof(struct shaper),
	.flags = ELEMENT_LIVE,
	.configure = bandwidth_shaper_configure,
	.add_handlers = shaper_add_handlers,
	.unparse_config = shaper_unparse_config,
	.pull = bandwidth_shaper_pull,
};
