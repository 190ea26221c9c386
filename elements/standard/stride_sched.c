/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StrideSched(TICKETS0, TICKETS1, ...) -- lets its inputs be pulled in
 * proportion to tickets
 *
 *   in *       any packets (pull)
 *   out 0      packets of the inputs (pull)
 *
 *   TICKETS... one number for each input, 0..32768; 0: never
 *
 *   ticketsN   read/write: the tickets of input N
 *
 * An input whose turn comes while it has nothing loses that turn.
 *
 *     a :: Queue -> [0] s :: StrideSched(3, 1) -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include "elements/standard/stride.h"

static int
stride_sched_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return stride_configure(e, e->nin, "input", conf, errh);
}

static int
stride_sched_initialize(struct element *e, struct errh *errh)
{
	struct stride *s = element_state(e);

	(void)errh;
	return pull_signals_init(&s->inputs, e, NULL);
}

/* One packet of the first input that has one; those before it lose a turn. */
static bool
stride_sched_pull_one(struct element *e, struct batch *b)
{
	struct stride *s = element_state(e);
	struct stride_port *turned = s->first, *p, *next;
	bool got = false;

	for (p = turned; p != NULL && !got; p = p->next) {
		got = pull_signals_pull(&s->inputs, e,
		          (unsigned int)(p - s->ports), b, 1) > 0;
		p->pass += p->stride;
	}
	for (s->first = p; turned != p; turned = next) {
		next = turned->next;
		stride_insert(s, turned);
	}
	return got;
}

static unsigned int
stride_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int n = 0;

	(void)port;
	while (n < max && stride_sched_pull_one(e, b))
		n++;
	return n;
}

const struct element_class element_stride_sched = {
	.name = "StrideSched",
	.ports = "1-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct stride),
	.flags = ELEMENT_LIVE,
	.configure = stride_sched_configure,
	.initialize = stride_sched_initialize,
	.cleanup = stride_cleanup,
	.add_handlers = stride_add_handlers,
	.unparse_config = stride_unparse_config,
	.pull = stride_sched_pull,
};
