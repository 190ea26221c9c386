/* SPDX-License-Identifier: BSD-3-Clause */
/* handler_task.c -- the handlers of an element's task. */
#include "click/args.h"
#include "click/conf.h"
#include "click/internal.h"

static int
task_read_scheduled(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct task *task = (const struct task *)user;

	(void)e;
	sb_adds(call->out, task_scheduled(task) ? "true" : "false");
	return 0;
}

static int
task_write_scheduled(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct task *task = (struct task *)user;
	bool wanted;

	(void)e;
	if (!conf_bool(call->text, &wanted))
		return errh_error(call->errh, "syntax error");
	if (wanted)
		task_schedule(task);
	else
		task_unschedule(task);
	return 0;
}

static int
task_read_tickets(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	sb_u64(call->out, ((const struct task *)user)->tickets);
	return 0;
}

static int
task_write_tickets(struct element *e, uintptr_t user, struct handler_call *call)
{
	int64_t n;
	bool overflow = false;

	(void)e;
	if (!conf_i64(call->text, 0, &n, &overflow))
		return errh_error(call->errh, "syntax error");
	if (n < 1) {
		errh_warning(call->errh, "tickets pinned at 1");
		n = 1;
	} else if (n > TASK_TICKETS_MAX) {
		errh_warning(
		    call->errh, "tickets pinned at %d", TASK_TICKETS_MAX);
		n = TASK_TICKETS_MAX;
	}
	task_set_tickets((struct task *)user, (unsigned int)n);
	return 0;
}

static int
task_read_thread(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	sb_u64(call->out, task_home((const struct task *)user));
	return 0;
}

static int
task_write_thread(struct element *e, uintptr_t user, struct handler_call *call)
{
	int64_t id;
	bool overflow = false;

	if (!conf_i64(call->text, 0, &id, &overflow) || id < 0 ||
	    id >= (int64_t)master_nthreads(e->router->master))
		return errh_error(call->errh, "bad thread");
	if (task_move((struct task *)user, (unsigned int)id) != 0)
		return errh_error(call->errh,
		    "thread %d would run elements that cannot be shared",
		    (int)id);
	return 0;
}

void
handler_add_task(struct element *e, struct task *task, bool write_scheduled)
{
	uintptr_t user = (uintptr_t)task;

	handler_add_read(e, "scheduled", task_read_scheduled, user, 0);
	if (write_scheduled)
		handler_add_write(
		    e, "scheduled", task_write_scheduled, user, 0);
	handler_add_read(e, "tickets", task_read_tickets, user, 0);
	handler_add_write(e, "tickets", task_write_tickets, user, 0);
	if (master_nthreads(e->router->master) == 1)
		return;
	handler_add_read(e, "home_thread", task_read_thread, user, 0);
	handler_add_write(e, "home_thread", task_write_thread, user, 0);
}
