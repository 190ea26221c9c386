/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DiscardNoFree() -- makes all packets disappear
 *
 *   in 0       any packets (push or pull)
 *
 *   scheduled, tickets
 *              the task's, when it pulls
 *
 * In Click it drops packets without giving their memory back, to measure what
 * freeing costs.  Here memory comes from a pool, and packets that never return
 * would only measure how soon that is empty: it frees them, one at a time when
 * it pulls, without counting them.
 *
 *     InfiniteSource(LIMIT 1000) -> DiscardNoFree;
 */
#include "click/element.h"

struct discard_no_free {
	struct task task;
};

static void
discard_no_free_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)e;
	(void)port;
	batch_kill(b);
}

static bool
discard_no_free_run(struct element *e, struct task *task, struct thread *t)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);
	bool worked = input_pull(e, 0, b, 1) > 0;

	if (worked)
		batch_kill(b);
	scratch_release(t, m);
	task_reschedule(task);
	return worked;
}

static int
discard_no_free_initialize(struct element *e, struct errh *errh)
{
	struct discard_no_free *s = element_state(e);

	if (!input_is_push(e, 0))
		task_init_scheduled(&s->task, e, discard_no_free_run, errh);
	return 0;
}

static void
discard_no_free_add_handlers(struct element *e)
{
	struct discard_no_free *s = element_state(e);

	if (!input_is_push(e, 0))
		handler_add_task(e, &s->task, false);
}

const struct element_class element_discard_no_free = {
	.name = "DiscardNoFree",
	.ports = "1/0",
	.state_size = sizeof(struct discard_no_free),
	.flags = ELEMENT_SHAREABLE,
	.initialize = discard_no_free_initialize,
	.add_handlers = discard_no_free_add_handlers,
	.push = discard_no_free_push,
};
