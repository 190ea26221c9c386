/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SimpleRoundRobinSched() -- lets its inputs be pulled in turn, asking each
 *
 *   in *       any packets (pull)
 *   out 0      one packet of each input that has one, in turn (pull)
 *
 * Like RoundRobinSched, but without regard to what queues say.
 *
 *     a :: SimpleQueue -> [0] s :: SimpleRoundRobinSched -> ToDevice(0);
 *     b :: SimpleQueue -> [1] s;
 */
#include "click/element.h"

struct simple_round_robin_sched {
	unsigned int next;
};

static unsigned int
simple_round_robin_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct simple_round_robin_sched *s = element_state(e);
	unsigned int n = 0, i = s->next, in_vain = 0;

	(void)port;
	while (n < max && in_vain < e->nin) {
		if (input_pull(e, i, b, 1) == 0) {
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

const struct element_class element_simple_round_robin_sched = {
	.name = "SimpleRoundRobinSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct simple_round_robin_sched),
	.pull = simple_round_robin_sched_pull,
};
