/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimedSink([INTERVAL]) -- pulls and kills a packet every now and then
 *
 *   in 0       any packets (pull)
 *
 *   INTERVAL   a time, default 0.5 seconds
 *
 *   interval   read/write: INTERVAL
 *
 *     FromDevice(0) -> Queue(10) -> TimedSink(100ms);
 */
#include "click/element.h"
#include "elements/standard/value.h"

struct timed_sink {
	int64_t interval_ns;
	struct timer timer;
};

static int
timed_sink_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct timed_sink *s = element_state(e);
	struct args a;

	s->interval_ns = NS_PER_SEC / 2;
	args_init(&a, conf, e, errh);
	args_stamp(&a, "INTERVAL", ARG_POS, &s->interval_ns);
	return args_complete(&a);
}

static void
timed_sink_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct timed_sink *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);

	if (input_pull(e, 0, b, 1) > 0)
		batch_kill(b);
	scratch_release(t, m);
	timer_reschedule_after(timer, s->interval_ns);
}

static int
timed_sink_initialize(struct element *e, struct errh *errh)
{
	struct timed_sink *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, timed_sink_fire);
	timer_schedule_after(&s->timer, s->interval_ns);
	return 0;
}

static void
timed_sink_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct timed_sink *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
}

static int
timed_sink_read_interval(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct timed_sink *s = element_state(e);

	(void)user;
	sb_interval(call->out, s->interval_ns);
	return 0;
}

static int
timed_sink_write_interval(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct timed_sink *s = element_state(e);
	int64_t ns;

	(void)user;
	if (!value_ns(call->text, &ns) || ns == 0)
		return errh_error(call->errh, "bad interval");
	s->interval_ns = ns;
	return 0;
}

static void
timed_sink_add_handlers(struct element *e)
{
	handler_add_read(
	    e, "interval", timed_sink_read_interval, 0, HANDLER_CALM);
	handler_add_write(e, "interval", timed_sink_write_interval, 0, 0);
}

const struct element_class element_timed_sink = {
	.name = "TimedSink",
	.ports = "1/0",
	.processing = "l",
	.state_size = sizeof(struct timed_sink),
	.configure = timed_sink_configure,
	.initialize = timed_sink_initialize,
	.cleanup = timed_sink_cleanup,
	.add_handlers = timed_sink_add_handlers,
};
