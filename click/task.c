/* SPDX-License-Identifier: BSD-3-Clause */
/* task.c -- stride scheduling, and tasks that other threads wake. */
#include "click/task.h"

#include <stdlib.h>

#include "base/err.h"
#include "click/element.h"
#include "click/heap.h"
#include "click/internal.h"
#include "click/router.h"
#include "os/os.h"

static bool
task_before(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	if (x->pass != y->pass)
		return (int32_t)(x->pass - y->pass) < 0;
	return (int32_t)(x->turn - y->turn) < 0;
}

static void
task_place(void *item, uint32_t place)
{
	((struct task *)item)->heap_index = place;
}

/* Into its thread's heap, a stride behind what runs first. */
static void
task_insert(struct task *task)
{
	struct thread *t = task->thread;

	task->pass = (t->ntasks > 0 ? t->tasks[0]->pass : 0) + task->stride;
	task->turn = t->turns++;
	t->tasks[t->ntasks++] = task;
	heap_up((void **)t->tasks, t->ntasks - 1, task_before, task_place);
}

static void
task_remove(struct task *task)
{
	struct thread *t = task->thread;

	if (task->heap_index != 0)
		heap_remove((void **)t->tasks, &t->ntasks, task->heap_index - 1,
		    task_before, task_place);
}

int
thread_reserve_tasks(struct thread *t, uint32_t n)
{
	struct task **v;

	if (n <= t->tasks_cap)
		return 0;
	v = realloc(t->tasks, n * sizeof(*v));
	if (v == NULL)
		return ERR_NOMEM;
	t->tasks = v;
	t->tasks_cap = n;
	return 0;
}

/* Puts a task of another thread on that thread's list, and wakes it. */
static void
task_send(struct task *task)
{
	struct thread *t = load_acquire(&task->thread);
	struct task *head;

	if (exchange(&task->pending, 1) != 0)
		return;
	head = load_relaxed(&t->pending);
	do
		task->next = head;
	while (!compare_exchange(&t->pending, &head, task));
	os_wake(t->waiter);
}

/* What ScheduleInfo has given e. */
static unsigned int
task_tickets(struct element *e, struct errh *errh)
{
	int32_t tickets = e->router->tickets[e->index];

	if (tickets > TASK_TICKETS_MAX)
		errh_warning(errh, "ScheduleInfo too high; reduced to %d",
		    TASK_TICKETS_MAX / TASK_TICKETS_DEFAULT);
	return tickets < 0 ? TASK_TICKETS_DEFAULT : (unsigned int)tickets;
}

void
task_init(struct task *task, struct element *e, task_fn *run, struct errh *errh)
{
	struct router *r = e->router;

	ASSERT(!task->added);
	*task = (struct task){ .run = run, .e = e, .thread = e->thread };
	e->has_tasks = true;
	task->home_wanted = -1;
	task->added = true;
	task_set_tickets(task, task_tickets(e, errh));
	if (r->last_task != NULL)
		r->last_task->next_of_router = task;
	else
		r->tasks = task;
	r->last_task = task;
	r->ntasks++;
	/* Room in every heap it may be moved to: scheduling cannot fail. */
	if (master_reserve_tasks(r->master) != 0)
		r->out_of_memory = true;
}

void
task_init_scheduled(
    struct task *task, struct element *e, task_fn *run, struct errh *errh)
{
	task_init(task, e, run, errh);
	if (e->router->tickets[e->index] != 0)
		task_schedule(task);
}

void
task_fini(struct task *task)
{
	struct router *r;
	struct task **pp, *before = NULL;

	if (!task->added)
		return;
	task_unschedule(task);
	task_drop_pending(task);
	task_remove(task);
	r = task->e->router;
	for (pp = &r->tasks; *pp != task; pp = &(*pp)->next_of_router)
		before = *pp;
	*pp = task->next_of_router;
	if (r->last_task == task)
		r->last_task = before;
	r->ntasks--;
	task->added = false;
}

void
task_schedule(struct task *task)
{
	if (!load_relaxed(&task->thread)->alone) {
		/*
		 * Always exchanged: what the caller wrote before (a notifier
		 * made active) is seen by the run that this finds over, or
		 * that begins by task_begin().
		 */
		if (exchange(&task->scheduled, 1) == 0)
			task_send(task);
		return;
	}
	if (load_relaxed(&task->scheduled) != 0)
		return;
	store_relaxed(&task->scheduled, 1);
	if (task->heap_index == 0 && !task->e->router->frozen)
		task_insert(task);
}

void
task_reschedule(struct task *task)
{
	store_relaxed(&task->scheduled, 1);
}

void
task_unschedule(struct task *task)
{
	/* It stays in its heap, where its turn finds it unwanted. */
	store_relaxed(&task->scheduled, 0);
}

void
task_set_tickets(struct task *task, unsigned int tickets)
{
	if (tickets > TASK_TICKETS_MAX)
		tickets = TASK_TICKETS_MAX;
	if (tickets < 1)
		tickets = 1;
	task->tickets = (uint16_t)tickets;
	task->stride = TASK_STRIDE1 / tickets;
}

unsigned int
task_home(const struct task *task)
{
	int32_t wanted = load_acquire(&task->home_wanted);

	return wanted >= 0 ? (unsigned int)wanted
	                   : load_acquire(&task->thread)->id;
}

int
task_move(struct task *task, unsigned int thread_id)
{
	struct master *m = task->e->router->master;
	struct errh silent;
	int err;

	if (thread_id >= master_nthreads(m))
		return ERR_RANGE;
	if (task_home(task) == thread_id)
		return 0;
	errh_silent_init(&silent);
	err = router_check_sharing(task->e->router, task, thread_id, &silent);
	errh_fini(&silent);
	if (err != 0)
		return err;
	store_release(&task->home_wanted, (int32_t)thread_id);
	task_send(task);
	return 0;
}

/* Its thread lets go of it and hands it to the one that it shall move to. */
static void
task_rehome(struct task *task)
{
	struct master *m = task->e->router->master;
	int32_t id = exchange(&task->home_wanted, -1);

	task_remove(task);
	store_release(&task->thread, master_thread(m, (unsigned int)id));
	task_send(task);
}

void
thread_collect_pending(struct thread *t)
{
	struct task *task = exchange(&t->pending, NULL), *next;

	for (; task != NULL; task = next) {
		next = task->next;
		/* Before the looks below, or a sender's wish would be lost. */
		(void)exchange(&task->pending, 0);
		if (load_acquire(&task->thread) != t)
			task_send(task); /* it moved while it was sent here */
		else if (load_acquire(&task->home_wanted) >= 0)
			task_rehome(task);
		else if (load_relaxed(&task->scheduled) != 0 &&
		         task->heap_index == 0 && !task->e->router->frozen)
			task_insert(task);
	}
}

/* Takes task off the pending list of its thread, which does not run now. */
void
task_drop_pending(struct task *task)
{
	struct task **pp = &task->thread->pending;

	if (task->pending == 0)
		return;
	while (*pp != NULL && *pp != task)
		pp = &(*pp)->next;
	if (*pp == task)
		*pp = task->next;
	task->pending = 0;
}

/* One that found nothing to do lets the next one go first. */
static void
task_yield(struct task *task)
{
	struct thread *t = task->thread;
	struct task *next = NULL;

	for (uint32_t i = 1; i < t->ntasks && i <= 4; i++)
		if (next == NULL || task_before(t->tasks[i], next))
			next = t->tasks[i];
	if (next != NULL && (int32_t)(next->pass - task->pass) > 0)
		task->pass = next->pass;
}

/*
 * What the run looks at next (is the notifier active?) must not be read before
 * scheduled is 0 for all: else another thread, finding it 1, sends nothing, and
 * the run, finding nothing, sleeps.  The partner is in task_schedule().
 */
static inline void
task_begin(struct thread *t, struct task *task)
{
	if (likely(t->alone))
		store_relaxed(&task->scheduled, 0);
	else
		(void)exchange(&task->scheduled, 0);
}

bool
thread_run_task(struct thread *t)
{
	struct task *task = t->tasks[0];
	bool worked = false;

	if (load_relaxed(&task->scheduled) != 0) {
		task_begin(t, task);
		worked = task->run(task->e, task, t);
		store_relaxed(&task->runs, task->runs + 1);
		t->task_runs++;
		if (t->deferred->count > 0)
			deferred_run(t);
	}
	/* It may have ended itself, or been moved in the heap. */
	if (t->tasks_changed) {
		t->tasks_changed = false;
		return worked;
	}
	task->pass += task->stride;
	task->turn = t->turns++;
	if (task->heap_index == 0)
		return worked;
	if (!worked)
		task_yield(task);
	if (load_relaxed(&task->scheduled) == 0)
		task_remove(task);
	else if (task->heap_index == 1 && t->ntasks > 1)
		heap_down(
		    (void **)t->tasks, t->ntasks, 0, task_before, task_place);
	return worked;
}

void
router_freeze_tasks(struct router *r)
{
	r->frozen = true;
	for (struct task *k = r->tasks; k != NULL; k = k->next_of_router) {
		task_drop_pending(k);
		task_remove(k);
	}
}

/* Oldest first: with equal passes they run in the order of declaration. */
void
router_thaw_tasks(struct router *r)
{
	r->frozen = false;
	for (struct task *k = r->tasks; k != NULL; k = k->next_of_router)
		if (k->scheduled != 0 && k->heap_index == 0)
			task_insert(k);
}
