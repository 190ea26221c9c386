/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unqueue2([BURST]) -- pulls packets and pushes them while there is room
 * (deprecated: use Unqueue)
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   BURST      the most packets each time it is scheduled, default 1; 0: as
 *              many as there is room for
 *   QUEUES     the queues that must have room, by name; the default is those
 *              that its packets reach first
 *   QUIET      true: do not say that it is deprecated; default false
 *
 *   packets    read: packets moved
 *   scheduled, tickets
 *              the task's
 *
 *     FromDevice(0) -> Queue -> Unqueue2(8, QUIET true) -> Queue(10)
 *       -> ToDevice(1);
 */
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/storages.h"

struct unqueue2 {
	int32_t burst;
	uint32_t count;
	bool named; /* QUEUES was given */
	struct storages queues;
	struct task task;
	struct signal nonempty;
};

static int
unqueue2_set_queues(struct element *e, struct str names, struct errh *errh)
{
	struct unqueue2 *s = element_state(e);
	struct errh silent;
	int err;

	errh_silent_init(&silent);
	err = storages_named(&s->queues, names, e, &silent);
	if (err == 0)
		err = storages_check(&s->queues, &silent);
	errh_fini(&silent);
	if (err == 0 || err == ERR_NOMEM)
		return err;
	return errh_error(errh, "bad QUEUES");
}

static int
unqueue2_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct unqueue2 *s = element_state(e);
	struct str names = { NULL, 0 };
	bool quiet = false;
	struct args a;
	int err;

	s->burst = 1;
	args_init(&a, conf, e, errh);
	args_i32(&a, "BURST", ARG_POS, &s->burst);
	s->named = args_raw(&a, "QUEUES", 0, &names);
	args_bool(&a, "QUIET", 0, &quiet);
	err = args_complete(&a);
	if (err == 0)
		err = unqueue2_set_queues(e, names, errh);
	str_free(&names);
	if (err != 0)
		return ERR_INVAL;
	if (s->burst == 0)
		s->burst = INT32_MAX;
	if (!quiet)
		errh_error(errh, "Unqueue2 is deprecated, "
		                 "you should probably use Unqueue");
	return 0;
}

/* How many packets there is room for everywhere. */
static uint32_t
unqueue2_allowed(const struct unqueue2 *s)
{
	uint32_t n = s->burst < 0 ? INT32_MAX : (uint32_t)s->burst;

	for (size_t i = 0; i < s->queues.n; i++) {
		uint32_t room = storage_room(s->queues.v[i].store);

		if (room < n)
			n = room;
	}
	return n;
}

static bool
unqueue2_run(struct element *e, struct task *task, struct thread *t)
{
	struct unqueue2 *s = element_state(e);
	uint32_t allowed = unqueue2_allowed(s), left = allowed;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, BATCH_MAX);
	bool asleep = false;

	while (left > 0) {
		uint32_t n = left < BATCH_MAX ? left : BATCH_MAX;

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
unqueue2_initialize(struct element *e, struct errh *errh)
{
	struct unqueue2 *s = element_state(e);

	if (!s->named && storages_downstream(&s->queues, e) != 0)
		return errh_error(errh, "out of memory");
	task_init_scheduled(&s->task, e, unqueue2_run, errh);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	return 0;
}

static void
unqueue2_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct unqueue2 *s = element_state(e);

	(void)stage;
	storages_fini(&s->queues);
	signal_fini(&s->nonempty);
}

static int
unqueue2_read_packets(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct unqueue2 *s = element_state(e);

	(void)user;
	sb_printf(call->out, "%u packets\n", s->count);
	return 0;
}

static void
unqueue2_add_handlers(struct element *e)
{
	struct unqueue2 *s = element_state(e);

	handler_add_read(e, "packets", unqueue2_read_packets, 0, 0);
	handler_add_task(e, &s->task, false);
}

const struct element_class element_unqueue2 = {
	.name = "Unqueue2",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct unqueue2),
	.configure = unqueue2_configure,
	.initialize = unqueue2_initialize,
	.cleanup = unqueue2_cleanup,
	.add_handlers = unqueue2_add_handlers,
};
