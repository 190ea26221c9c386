/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unqueue([BURST]) -- pulls packets and pushes them
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   BURST      the most packets each time it is scheduled, default 1; negative:
 *              all there are
 *   ACTIVE     false: pull none for now; default true
 *   LIMIT      pull so many packets in all; negative (the default): any number
 *
 *   count      read: packets moved
 *   reset, reset_counts
 *              write: sets count to 0, so that LIMIT more may pass
 *   active, burst, limit
 *              read/write: the arguments
 *   scheduled, tickets
 *              the task's
 *
 *     FromDevice(0) -> Queue -> Unqueue(32) -> ToDevice(1);
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/value.h"

struct unqueue {
	int32_t burst; /* INT32_MAX: all */
	int32_t limit; /* negative: none */
	uint32_t count;
	bool active;
	struct task task;
	struct signal nonempty;
};

static int
unqueue_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct unqueue *s = element_state(e);
	struct args a;

	s->burst = 1;
	s->limit = -1;
	s->active = true;
	args_init(&a, conf, e, errh);
	args_i32(&a, "BURST", ARG_POS, &s->burst);
	args_bool(&a, "ACTIVE", 0, &s->active);
	args_i32(&a, "LIMIT", 0, &s->limit);
	return args_complete(&a);
}

/* How many packets may pass now. */
static uint32_t
unqueue_allowed(const struct unqueue *s)
{
	uint32_t burst = (uint32_t)s->burst;

	if (s->limit < 0)
		return burst;
	if (s->count >= (uint32_t)s->limit)
		return 0;
	if ((uint32_t)s->limit - s->count < burst)
		return (uint32_t)s->limit - s->count;
	return burst;
}

static bool
unqueue_run(struct element *e, struct task *task, struct thread *t)
{
	struct unqueue *s = element_state(e);
	uint32_t left, allowed;
	struct scratch_mark m;
	struct batch *b;
	bool asleep = false;

	if (!s->active)
		return false;
	left = allowed = unqueue_allowed(s);
	if (s->limit >= 0 && left == 0)
		return false;
	m = scratch_mark(t);
	b = batch_new(t, left < BATCH_MAX ? left + (left == 0) : BATCH_MAX);
	while (left > 0 && s->active) {
		uint32_t n = left < b->capacity ? left : b->capacity;

		batch_reset(b);
		n = input_pull(e, 0, b, n);
		if (n == 0) {
			asleep = !signal_active(&s->nonempty);
			break;
		}
		left -= n;
		s->count += n;
		output_push(e, 0, b);
		if (unlikely(thread_overdue(t)))
			break;
	}
	scratch_release(t, m);
	if (!asleep)
		task_reschedule(task);
	return left < allowed;
}

static int
unqueue_initialize(struct element *e, struct errh *errh)
{
	struct unqueue *s = element_state(e);

	if (s->active)
		task_init_scheduled(&s->task, e, unqueue_run, errh);
	else
		task_init(&s->task, e, unqueue_run, errh);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	if (s->burst < 0)
		s->burst = INT32_MAX;
	else if (s->burst == 0)
		errh_warning(errh, "BURST size 0, no packets will be pulled");
	return 0;
}

static void
unqueue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct unqueue *s = element_state(e);

	(void)stage;
	signal_fini(&s->nonempty);
}

enum unqueue_what {
	UNQUEUE_ACTIVE,
	UNQUEUE_RESET,
	UNQUEUE_LIMIT,
	UNQUEUE_BURST,
};

static int
unqueue_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct unqueue *s = element_state(e);
	bool good = true;

	switch ((enum unqueue_what)what) {
	case UNQUEUE_ACTIVE:
		good = conf_bool(call->text, &s->active);
		break;
	case UNQUEUE_RESET:
		s->count = 0;
		break;
	case UNQUEUE_LIMIT:
		good = value_i32(call->text, &s->limit);
		break;
	case UNQUEUE_BURST:
		good = value_i32(call->text, &s->burst);
		if (s->burst < 0)
			s->burst = INT32_MAX;
		break;
	}
	if (!good)
		return errh_error(call->errh, "syntax error");
	if (s->active && !task_scheduled(&s->task) &&
	    (s->limit < 0 || s->count < (uint32_t)s->limit))
		task_schedule(&s->task);
	return 0;
}

static void
unqueue_add_handlers(struct element *e)
{
	struct unqueue *s = element_state(e);
	handler_fn *write = unqueue_write;

	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &s->count);
	handler_add_data(e, "burst", HANDLER_READ, DATA_I32, &s->burst);
	handler_add_data(e, "limit", HANDLER_READ, DATA_I32, &s->limit);
	handler_add_write(e, "active", write, UNQUEUE_ACTIVE, HANDLER_CHECKBOX);
	handler_add_write(e, "reset", write, UNQUEUE_RESET, HANDLER_BUTTON);
	handler_add_write(e, "reset_counts", write, UNQUEUE_RESET,
	    HANDLER_BUTTON | HANDLER_UNCOMMON);
	handler_add_write(e, "burst", write, UNQUEUE_BURST, 0);
	handler_add_write(e, "limit", write, UNQUEUE_LIMIT, 0);
	handler_add_task(e, &s->task, false);
}

const struct element_class element_unqueue = {
	.name = "Unqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct unqueue),
	.configure = unqueue_configure,
	.initialize = unqueue_initialize,
	.cleanup = unqueue_cleanup,
	.add_handlers = unqueue_add_handlers,
};
