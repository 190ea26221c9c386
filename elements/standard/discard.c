/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Discard() -- kills all packets
 *
 *   in 0          any packets (push or pull)
 *
 *   BURST         packets that it pulls at a time, default 1; 0: all there are
 *   ACTIVE        false: does not pull for now; default true
 *
 *   count         read: packets killed
 *   reset_counts  write: sets count to 0
 *   active        read/write: ACTIVE, when it pulls
 *   scheduled, tickets
 *                 the task's, when it pulls
 *
 *     FromDevice(0) -> Counter -> Discard;
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/notifier.h"

struct discard {
	uint64_t count;
	uint32_t burst;
	bool active;
	struct task task;
	struct signal nonempty;
};

static int
discard_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct discard *s = element_state(e);
	struct args a;

	s->burst = 1;
	s->active = true;
	args_init(&a, conf, e, errh);
	args_bool(&a, "ACTIVE", 0, &s->active);
	args_u32(&a, "BURST", 0, &s->burst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (!s->active && input_is_push(e, 0))
		return errh_error(
		    errh, "ACTIVE is meaningless in push context");
	if (s->burst == 0)
		s->burst = UINT32_MAX;
	return 0;
}

static void
discard_push(struct element *e, unsigned int port, struct batch *b)
{
	struct discard *s = element_state(e);

	(void)port;
	counter_add(&s->count, b->thread, b->count);
	batch_kill(b);
}

static bool
discard_run(struct element *e, struct task *task, struct thread *t)
{
	struct discard *s = element_state(e);
	uint32_t room = s->burst < BATCH_MAX ? s->burst : BATCH_MAX;
	uint32_t left = s->burst;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, room);
	bool worked;

	while (left > 0) {
		uint32_t n = input_pull(e, 0, b, left < room ? left : room);

		if (n == 0)
			break;
		left -= n;
		discard_push(e, 0, b);
		batch_reset(b);
	}
	scratch_release(t, m);
	worked = left != s->burst;
	if (s->active && (worked || signal_active(&s->nonempty)))
		task_reschedule(task);
	return worked;
}

static int
discard_initialize(struct element *e, struct errh *errh)
{
	struct discard *s = element_state(e);

	if (input_is_push(e, 0))
		return 0;
	if (s->active)
		task_init_scheduled(&s->task, e, discard_run, errh);
	else
		task_init(&s->task, e, discard_run, errh);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	return 0;
}

static void
discard_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct discard *s = element_state(e);

	(void)stage;
	signal_fini(&s->nonempty);
}

static int
discard_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct discard *s = element_state(e);

	(void)user;
	(void)call;
	s->count = 0;
	return 0;
}

static int
discard_write_active(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct discard *s = element_state(e);

	(void)user;
	if (!conf_bool(call->text, &s->active))
		return errh_error(call->errh, "syntax error");
	if (s->active)
		task_schedule(&s->task);
	else
		task_unschedule(&s->task);
	return 0;
}

static void
discard_add_handlers(struct element *e)
{
	struct discard *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_write(
	    e, "reset_counts", discard_write_reset, 0, HANDLER_BUTTON);
	if (input_is_push(e, 0))
		return;
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(
	    e, "active", discard_write_active, 0, HANDLER_CHECKBOX);
	handler_add_task(e, &s->task, false);
}

const struct element_class element_discard = {
	.name = "Discard",
	.ports = "1/0",
	.state_size = sizeof(struct discard),
	.flags = ELEMENT_SHAREABLE,
	.configure = discard_configure,
	.initialize = discard_initialize,
	.cleanup = discard_cleanup,
	.add_handlers = discard_add_handlers,
	.push = discard_push,
};
