/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DelayShaper(DELAY) -- lets packets be pulled a while after their time stamps
 *
 *   in 0       any packets (pull); one without a time stamp gets the time at
 *              which it is pulled
 *   out 0      the same packets (pull), no sooner than DELAY after their time
 *              stamps, which are the time of that then
 *
 *   DELAY      a time: 10ms
 *
 *   delay      read/write: DELAY
 *
 * It holds one packet; the others wait in the queue upstream.  Those who pull
 * are told when it has one for them.
 *
 *     FromDevice(0) -> SetTimestamp -> Queue -> DelayShaper(20ms)
 *       -> ToDevice(1);
 */
#include <string.h>

#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/value.h"

struct delay_shaper {
	int64_t delay_ns;
	struct packet *held; /* until its time stamp, or NULL */
	struct timer timer;
	struct notifier ready;
	struct signal nonempty;
};

static int
delay_shaper_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct delay_shaper *s = element_state(e);
	struct args a;

	notifier_init(&s->ready, NOTIFIER_CONTINUE_WAKE);
	args_init(&a, conf, e, errh);
	args_stamp(&a, "DELAY", ARG_POS | ARG_MAND, &s->delay_ns);
	return args_complete(&a);
}

/* Pulls the next packet into held. */
static bool
delay_shaper_take(struct element *e, struct thread *t)
{
	struct delay_shaper *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);
	bool got = input_pull(e, 0, b, 1) > 0;

	if (got) {
		s->held = b->packet[0];
		if (s->held->timestamp_ns < NS_PER_SEC)
			s->held->timestamp_ns = thread_wall_ns(t);
		s->held->timestamp_ns += s->delay_ns;
	}
	scratch_release(t, m);
	return got;
}

static unsigned int
delay_shaper_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct delay_shaper *s = element_state(e);
	struct thread *t = b->thread;
	unsigned int n = 0;
	int64_t now = 0;

	(void)port;
	for (; n < max; n++) {
		if (s->held == NULL && !delay_shaper_take(e, t)) {
			if (n == 0 && !signal_active(&s->nonempty))
				notifier_sleep(&s->ready);
			return n;
		}
		if (s->held->timestamp_ns > now)
			now = thread_wall_ns(t);
		if (s->held->timestamp_ns > now)
			break;
		s->held->timestamp_ns = now;
		batch_add(b, s->held);
		s->held = NULL;
	}
	if (n == 0) {
		timer_schedule_after(&s->timer, s->held->timestamp_ns - now);
		notifier_sleep(&s->ready);
	}
	return n;
}

static void
delay_shaper_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct delay_shaper *s = element_state(e);

	(void)timer;
	(void)t;
	notifier_wake(&s->ready);
}

static int
delay_shaper_initialize(struct element *e, struct errh *errh)
{
	struct delay_shaper *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, delay_shaper_fire);
	signal_upstream_empty_to(&s->nonempty, e, 0, &s->ready);
	return 0;
}

static void
delay_shaper_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct delay_shaper *s = element_state(e);

	(void)stage;
	if (s->held != NULL)
		packet_kill(e->thread, s->held);
	timer_fini(&s->timer);
	signal_fini(&s->nonempty);
	notifier_fini(&s->ready);
}

static void *
delay_shaper_cast(struct element *e, const char *name, int port)
{
	struct delay_shaper *s = element_state(e);

	(void)port;
	return strcmp(name, "empty_notifier") == 0 ? &s->ready : NULL;
}

static int
delay_shaper_read_delay(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct delay_shaper *s = element_state(e);

	(void)user;
	sb_interval(call->out, s->delay_ns);
	return 0;
}

static int
delay_shaper_write_delay(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct delay_shaper *s = element_state(e);

	(void)user;
	if (!value_ns(call->text, &s->delay_ns))
		return errh_error(call->errh, "delay must be a timestamp");
	return 0;
}

static void
delay_shaper_add_handlers(struct element *e)
{
	handler_add_read(e, "delay", delay_shaper_read_delay, 0, HANDLER_CALM);
	handler_add_write(e, "delay", delay_shaper_write_delay, 0, 0);
}

const struct element_class element_delay_shaper = {
	.name = "DelayShaper",
	.ports = "1/1",
	.processing = "l",
	.state_size = sizeof(struct delay_shaper),
	.configure = delay_shaper_configure,
	.initialize = delay_shaper_initialize,
	.cleanup = delay_shaper_cleanup,
	.add_handlers = delay_shaper_add_handlers,
	.cast = delay_shaper_cast,
	.pull = delay_shaper_pull,
};
