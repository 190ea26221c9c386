/* SPDX-License-Identifier: BSD-3-Clause */
/* timed_unqueue_base.c -- see timed_unqueue.h. */
#include "elements/standard/timed_unqueue.h"

#include <string.h>

#include "base/stamp.h"

int
timed_unqueue_setup(struct element *e, const struct strs *conf, int32_t burst,
    struct errh *errh)
{
	struct timed_unqueue *s = element_state(e);
	struct args a;

	s->burst = burst;
	args_init(&a, conf, e, errh);
	args_seconds_ms(&a, "INTERVAL", ARG_POS | ARG_MAND, &s->interval_ms);
	args_i32(&a, "BURST", ARG_POS, &s->burst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->burst <= 0)
		return errh_error(errh, "bad BURST");
	return 0;
}

/* Moves up to left packets; returns how many. */
static int32_t
timed_unqueue_move(struct element *e, struct thread *t, int32_t left)
{
	uint32_t room = left < BATCH_MAX ? (uint32_t)left : BATCH_MAX;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, room);
	int32_t moved = 0;

	while (moved < left) {
		uint32_t n = (uint32_t)(left - moved);

		batch_reset(b);
		n = input_pull(e, 0, b, n < room ? n : room);
		if (n == 0)
			break;
		moved += (int32_t)n;
		output_push(e, 0, b);
	}
	scratch_release(t, m);
	return moved;
}

static bool
timed_unqueue_run(struct element *e, struct task *task, struct thread *t)
{
	struct timed_unqueue *s = element_state(e);
	int64_t interval_ns = (int64_t)s->interval_ms * NS_PER_MS;

	(void)task;
	/* A queue upstream woke the task before its time. */
	if (timer_scheduled(&s->timer))
		return false;
	if (timed_unqueue_move(e, t, s->burst) == 0 &&
	    !signal_active(&s->nonempty)) {
		s->beating = false;
		return false;
	}
	if (s->beating)
		timer_reschedule_after(&s->timer, interval_ns);
	else
		timer_schedule_after(&s->timer, interval_ns);
	s->beating = true;
	return true;
}

static void
timed_unqueue_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct timed_unqueue *s = element_state(e);

	(void)timer;
	(void)t;
	task_schedule(&s->task);
}

int
timed_unqueue_initialize(struct element *e, struct errh *errh)
{
	struct timed_unqueue *s = element_state(e);

	task_init_scheduled(&s->task, e, timed_unqueue_run, errh);
	timer_init(&s->timer, e, timed_unqueue_fire);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	return 0;
}

void
timed_unqueue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct timed_unqueue *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	signal_fini(&s->nonempty);
}

void *
timed_unqueue_cast(struct element *e, const char *name, int port)
{
	(void)port;
	return strcmp(name, "TimedUnqueue") == 0 ? element_state(e) : NULL;
}
