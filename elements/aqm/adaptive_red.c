/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AdaptiveRED(TARGET, MAX_P) -- drops packets by chance so that queues keep a
 * length
 *
 *   in 0        any packets (push or pull)
 *   out 0       the packets let through
 *   out 1       the others, if connected (push); else they are killed
 *
 *   TARGET      the average length wanted, at least 10
 *   MAX_P       chance to be dropped, 0 to 1, to begin with
 *   QUEUES, STABILITY
 *               as for RED
 *
 *   the handlers of RED
 *
 * RED with MIN_THRESH half of TARGET and MAX_THRESH thrice that, whose MAX_P
 * is made larger or smaller twice a second (Floyd, Gummadi and Shenker, 2001).
 *
 *     FromDevice(0) -> AdaptiveRED(50, 0.02) -> Queue(200) -> ToDevice(1);
 */
#include "base/stamp.h"
#include "elements/aqm/red.h"

enum {
	ADAPTIVE_MS = 500,
	ONE_HUNDREDTH = 655, /* of RED_ONE */
	NINE_TENTHS = 58982,
};

static int
adaptive_red_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct red_params p = { .stability = 4, .gentle = true };
	uint32_t target = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "TARGET", ARG_POS | ARG_MAND, &target);
	args_fixed2(&a, "MAX_P", ARG_POS | ARG_MAND, 16, &p.max_p);
	args_raw(&a, "QUEUES", 0, &p.queues);
	args_u32(&a, "STABILITY", 0, &p.stability);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (target < 10)
		target = 10;
	p.min = target / 2;
	p.max = target + p.min;
	return red_setup(e, &p, errh);
}

static void
adaptive_red_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct red *s = element_state(e);
	uint32_t average =
	    (uint32_t)((s->average + (1u << (RED_SCALE - 1))) >> RED_SCALE);
	uint32_t half = (s->max - s->min) / 2, step;

	(void)t;
	if (s->stability == 0)
		average = storages_size(&s->queues);
	if (average < s->min + half && s->max_p > ONE_HUNDREDTH)
		s->max_p = s->max_p * NINE_TENTHS >> 16;
	else if (average > s->max - half && s->max_p < RED_ONE / 2) {
		step = s->max_p / 4;
		s->max_p += step < ONE_HUNDREDTH ? step : ONE_HUNDREDTH;
	}
	red_set_slopes(s);
	timer_reschedule_after(timer, ADAPTIVE_MS * NS_PER_MS);
}

static int
adaptive_red_initialize(struct element *e, struct errh *errh)
{
	struct red *s = element_state(e);
	int err = red_initialize(e, errh);

	if (err != 0)
		return err;
	timer_init(&s->timer, e, adaptive_red_fire);
	timer_schedule_after(&s->timer, ADAPTIVE_MS * NS_PER_MS);
	return 0;
}

const struct element_class element_adaptive_red = {
	.name = "AdaptiveRED",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct red),
	.flags = ELEMENT_LIVE,
	.configure = adaptive_red_configure,
	.initialize = adaptive_red_initialize,
	.cleanup = red_cleanup,
	.add_handlers = red_add_handlers,
	.take_state = red_take_state,
	.unparse_config = red_unparse_config,
	.action = red_action,
};
