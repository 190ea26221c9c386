/* SPDX-License-Identifier: BSD-3-Clause */
/* rated_unqueue_base.c -- see rated_unqueue.h. */
#include "elements/standard/rated_unqueue.h"

int
rated_unqueue_setup(
    struct element *e, const struct strs *conf, bool bytes, struct errh *errh)
{
	struct rated_unqueue *s = element_state(e);

	s->bytes = bytes;
	if (e->stage != CLEANUP_INITIALIZED) /* not a live change */
		s->active = true;
	return rated_configure(e, conf, bytes, &s->tokens, errh);
}

static void
rated_unqueue_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct rated_unqueue *s = element_state(e);

	(void)timer;
	(void)t;
	task_schedule(&s->task);
}

void
rated_unqueue_start(struct element *e, task_fn *run, struct errh *errh)
{
	struct rated_unqueue *s = element_state(e);

	task_init_scheduled(&s->task, e, run, errh);
	timer_init(&s->timer, e, rated_unqueue_fire);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
}

void
rated_unqueue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct rated_unqueue *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	signal_fini(&s->nonempty);
}

void
rated_unqueue_unparse_config(struct element *e, struct strbuf *out)
{
	struct rated_unqueue *s = element_state(e);

	rated_print(&s->tokens, s->bytes, out);
}

static int
rated_unqueue_read_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	rated_unqueue_unparse_config(e, call->out);
	return 0;
}

static int
rated_unqueue_read_calls(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rated_unqueue *s = element_state(e);

	(void)user;
	sb_printf(call->out,
	    "%u calls to run_task()\n"
	    "%u empty runs\n"
	    "%u pushes\n"
	    "%u failed pulls\n",
	    s->runs, s->empty_runs, s->pushes, s->failed_pulls);
	return 0;
}

void
rated_unqueue_add_handlers(struct element *e)
{
	struct rated_unqueue *s = element_state(e);

	handler_add_read(e, "calls", rated_unqueue_read_calls, 0, 0);
	handler_add_read(e, "rate", rated_unqueue_read_rate, 0, 0);
	handler_add_rewrite_arg(e, "rate", 0, "RATE");
	handler_add_data(
	    e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL, &s->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX, 0);
	handler_add_task(e, &s->task, false);
}
