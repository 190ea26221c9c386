/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DelayUnqueue(DELAY) -- pulls packets and pushes each a while after its time
 * stamp
 *
 *   in 0       any packets (pull); one without a time stamp gets the time at
 *              which it is pulled
 *   out 0      the same packets (push), DELAY after their time stamps, which
 *              are DELAY later then
 *
 *   DELAY      a time: 10ms
 *
 *   delay      read/write: DELAY
 *   scheduled, tickets
 *              the task's
 *
 * It holds one packet; the others wait in the queue upstream.
 *
 *     FromDevice(0) -> SetTimestamp -> Queue -> DelayUnqueue(20ms)
 *       -> ToDevice(1);
 */
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/value.h"

struct delay_unqueue {
	int64_t delay_ns;
	struct packet *held; /* until its time stamp, or NULL */
	struct task task;
	struct timer timer;
	struct signal nonempty;
};

static int
delay_unqueue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct delay_unqueue *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_stamp(&a, "DELAY", ARG_POS | ARG_MAND, &s->delay_ns);
	return args_complete(&a);
}

/* Pulls the next packet into held. */
static bool
delay_unqueue_take(struct element *e, struct batch *b, struct thread *t)
{
	struct delay_unqueue *s = element_state(e);

	batch_reset(b);
	if (input_pull(e, 0, b, 1) == 0)
		return false;
	s->held = b->packet[0];
	if (s->held->timestamp_ns < NS_PER_SEC)
		s->held->timestamp_ns = thread_wall_ns(t);
	s->held->timestamp_ns += s->delay_ns;
	return true;
}

static bool
delay_unqueue_run(struct element *e, struct task *task, struct thread *t)
{
	struct delay_unqueue *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *one = batch_new(t, 1);
	struct batch *due = batch_new(t, BATCH_MAX);
	int64_t now = thread_wall_ns(t);
	bool worked = false;

	while (s->held != NULL || delay_unqueue_take(e, one, t)) {
		if (s->held->timestamp_ns > now) {
			/* What pulling has cost may have made it due. */
			now = thread_wall_ns(t);
			if (s->held->timestamp_ns > now)
				break;
		}
		batch_emit(e, 0, due, s->held);
		s->held = NULL;
		worked = true;
	}
	batch_emit_end(e, 0, due);
	scratch_release(t, m);
	if (s->held != NULL)
		timer_schedule_after(&s->timer, s->held->timestamp_ns - now);
	else if (signal_active(&s->nonempty))
		task_reschedule(task);
	return worked;
}

static void
delay_unqueue_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct delay_unqueue *s = element_state(e);

	(void)timer;
	(void)t;
	task_schedule(&s->task);
}

static int
delay_unqueue_initialize(struct element *e, struct errh *errh)
{
	struct delay_unqueue *s = element_state(e);

	task_init_scheduled(&s->task, e, delay_unqueue_run, errh);
	timer_init(&s->timer, e, delay_unqueue_fire);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	return 0;
}

static void
delay_unqueue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct delay_unqueue *s = element_state(e);

	(void)stage;
	if (s->held != NULL)
		packet_kill(e->thread, s->held);
	timer_fini(&s->timer);
	signal_fini(&s->nonempty);
}

static int
delay_unqueue_read_delay(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct delay_unqueue *s = element_state(e);

	(void)user;
	sb_interval(call->out, s->delay_ns);
	return 0;
}

static int
delay_unqueue_write_delay(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct delay_unqueue *s = element_state(e);

	(void)user;
	if (!value_ns(call->text, &s->delay_ns))
		return errh_error(call->errh, "expected time in seconds");
	return 0;
}

static void
delay_unqueue_add_handlers(struct element *e)
{
	struct delay_unqueue *s = element_state(e);

	handler_add_read(e, "delay", delay_unqueue_read_delay, 0, 0);
	handler_add_write(e, "delay", delay_unqueue_write_delay, 0, 0);
	handler_add_task(e, &s->task, false);
}

const struct element_class element_delay_unqueue = {
	.name = "DelayUnqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct delay_unqueue),
	.configure = delay_unqueue_configure,
	.initialize = delay_unqueue_initialize,
	.cleanup = delay_unqueue_cleanup,
	.add_handlers = delay_unqueue_add_handlers,
};
