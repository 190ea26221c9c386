/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RoundRobinSched() -- lets its inputs be pulled in turn
 *
 *   in *       any packets (pull)
 *   out 0      one packet of each input that has one, in turn (pull)
 *
 * An input whose queue says that it is empty is not asked.
 *
 *     a :: Queue -> [0] s :: RoundRobinSched -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include "elements/standard/pull_signals.h"

struct round_robin_sched {
	unsigned int next;
	struct pull_signals inputs;
};

static int
round_robin_sched_initialize(struct element *e, struct errh *errh)
{
	struct round_robin_sched *s = element_state(e);

	(void)errh;
	return pull_signals_init(&s->inputs, e, NULL);
}

static void
round_robin_sched_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct round_robin_sched *s = element_state(e);

	(void)stage;
	pull_signals_fini(&s->inputs);
}

static unsigned int
round_robin_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct round_robin_sched *s = element_state(e);
	unsigned int n = 0, i = s->next, in_vain = 0;

	(void)port;
	while (n < max && in_vain < e->nin) {
		if (pull_signals_pull(&s->inputs, e, i, b, 1) == 0) {
			in_vain++;
		} else {
			in_vain = 0;
			n++;
		}
		i = i + 1 < e->nin ? i + 1 : 0;
		if (in_vain == 0)
			s->next = i;
	}
	return n;
}

const struct element_class element_round_robin_sched = {
	.name = "RoundRobinSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct round_robin_sched),
	.initialize = round_robin_sched_initialize,
	.cleanup = round_robin_sched_cleanup,
	.pull = round_robin_sched_pull,
};
