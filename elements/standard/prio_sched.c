/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PrioSched() -- lets the first input that has packets be pulled
 *
 *   in *       any packets (pull); input 0 has the highest priority
 *   out 0      packets of the first input that has one (pull)
 *
 * An input whose queue says that it is empty is not asked.
 *
 *     urgent :: Queue -> [0] s :: PrioSched -> ToDevice(0);
 *     other :: Queue -> [1] s;
 */
#include "elements/standard/pull_signals.h"

struct prio_sched {
	struct pull_signals inputs;
};

static int
prio_sched_initialize(struct element *e, struct errh *errh)
{
	struct prio_sched *s = element_state(e);

	(void)errh;
	return pull_signals_init(&s->inputs, e, NULL);
}

static void
prio_sched_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct prio_sched *s = element_state(e);

	(void)stage;
	pull_signals_fini(&s->inputs);
}

static unsigned int
prio_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct prio_sched *s = element_state(e);
	unsigned int n = 0;

	(void)port;
	for (unsigned int i = 0; i < e->nin && n < max; i++)
		n += pull_signals_pull(&s->inputs, e, i, b, max - n);
	return n;
}

const struct element_class element_prio_sched = {
	.name = "PrioSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct prio_sched),
	.flags = ELEMENT_SHAREABLE,
	.initialize = prio_sched_initialize,
	.cleanup = prio_sched_cleanup,
	.pull = prio_sched_pull,
};
