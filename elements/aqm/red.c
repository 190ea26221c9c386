/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RED(MIN_THRESH, MAX_THRESH, MAX_P) -- drops packets by chance before queues
 * are full
 *
 *   in 0        any packets (push or pull)
 *   out 0       the packets let through
 *   out 1       the others, if connected (push); else they are killed
 *
 *   MIN_THRESH  average length of the queues below which none is dropped
 *   MAX_THRESH  average length at which packets are dropped with the chance
 *               MAX_P; between the two it grows evenly
 *   MAX_P       0 to 1
 *   QUEUES      the queues, by name; the default is those that its packets
 *               reach first, or were in last when it is pulled
 *   STABILITY   how slow the average is: each packet that comes moves it by
 *               1/2^STABILITY of the way; default 4; 0: the length itself
 *   GENTLE      true (the default): the chance grows from MAX_P to 1 between
 *               MAX_THRESH and twice that; false: above MAX_THRESH all are
 *               dropped
 *
 *   min_thresh, max_thresh, max_p
 *               read/write: the arguments
 *   drops       read: packets not let through
 *   avg_queue_size
 *               read: the average
 *   queues      read: the queues' names
 *   stats       read: length, average and drops, for people
 *
 *     FromDevice(0) -> RED(5, 50, 0.02) -> Queue(200) -> ToDevice(1);
 */
#include "elements/aqm/red.h"

static int
red_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct red_params p = { .stability = 4, .gentle = true };
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "MIN_THRESH", ARG_POS | ARG_MAND, &p.min);
	args_u32(&a, "MAX_THRESH", ARG_POS | ARG_MAND, &p.max);
	args_fixed2(&a, "MAX_P", ARG_POS | ARG_MAND, 16, &p.max_p);
	args_raw(&a, "QUEUES", 0, &p.queues);
	args_u32(&a, "STABILITY", 0, &p.stability);
	args_bool(&a, "GENTLE", 0, &p.gentle);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return red_setup(e, &p, errh);
}

const struct element_class element_red = {
	.name = "RED",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct red),
	.flags = ELEMENT_LIVE,
	.configure = red_configure,
	.initialize = red_initialize,
	.cleanup = red_cleanup,
	.add_handlers = red_add_handlers,
	.take_state = red_take_state,
	.unparse_config = red_unparse_config,
	.action = red_action,
};
