/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shaper(RATE) -- lets at most so many packets be pulled
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (pull), no more than RATE
 *   out 1      packets to be pulled while none is due on out 0, if connected
 *
 *   RATE       packets a second
 *
 *   rate       read/write: RATE
 *   reset      write: forgets how many were pulled lately
 *
 *     FromDevice(0) -> Queue -> Shaper(1000) -> ToDevice(1);
 */
#include "elements/standard/shaper.h"

static int
shaper_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	return shaper_setup(e, conf, false, errh);
}

static unsigned int
shaper_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct shaper *s = element_state(e);
	int64_t now = thread_wall_ns(b->thread);
	int32_t due = gap_rate_due(&s->rate, now);
	unsigned int n;

	if (port == 1)
		return due <= 0 ? input_pull(e, 0, b, max) : 0;
	if (due <= 0)
		return 0;
	n = input_pull(e, 0, b, (uint32_t)due < max ? (uint32_t)due : max);
	gap_rate_count(&s->rate, n);
	return n;
}

const struct element_class element_shaper = {
	.name = "Shaper",
	.ports = "1/1-2",
	.processing = "l",
	.state_size = sizeof(struct shaper),
	.flags = ELEMENT_LIVE,
	.configure = shaper_configure,
	.add_handlers = shaper_add_handlers,
	.unparse_config = shaper_unparse_config,
	.pull = shaper_pull,
};
