/* SPDX-License-Identifier: BSD-3-Clause */
/* fiber.c -- see fiber.h. */
#include "minios/fiber.h"

#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"

struct fiber {
	void *sp; /* while it does not run */
	struct list ready;
	struct list asleep;   /* among those with a deadline */
	struct list on_queue; /* on the wait queue it sleeps on */
	int64_t deadline_ns;
	int64_t ready_ns; /* urgent: woken not before, in the guest's time */
	bool woken, urgent;
	char *stack; /* the faulting page, then the stack */
	void (*fn)(void *arg);
	void *arg;
	char name[24];
};

static struct {
	struct fiber first; /* the one that booted */
	struct fiber *running;
	struct fiber *ended; /* its stack is free once another runs */
	struct list ready, asleep;
	bool choosing; /* who is next; handlers run on the last one's stack */
	int64_t next_deadline_ns;
	int64_t turn_ns;     /* when the running one's began */
	int64_t turn_run_ns; /* the same in the guest's own time */
	struct fiber_stats stats;
} fibers;

/* fiber_switch.S */
void fiber_switch(void **save_sp, void *load_sp);

void
fiber_init(void)
{
	list_init(&fibers.ready);
	list_init(&fibers.asleep);
	fibers.next_deadline_ns = INT64_MAX;
	fibers.running = &fibers.first;
	list_init(&fibers.first.ready);
	list_init(&fibers.first.asleep);
	list_init(&fibers.first.on_queue);
	strcpy(fibers.first.name, "boot");
	fibers.stats.fibers = 1;
}

struct fiber *
fiber_self(void)
{
	return fibers.running;
}

const char *
fiber_name(void)
{
	return fibers.running != NULL ? fibers.running->name : "none";
}

bool
fiber_may_sleep(void)
{
	return fibers.running != NULL && !fibers.choosing;
}

size_t
fiber_stack_left(void)
{
	const char *frame = __builtin_frame_address(0);

	if (fibers.running->stack == NULL)
		return SIZE_MAX; /* the boot's, which no router runs on */
	return (size_t)(frame - (fibers.running->stack + PAGE_SIZE));
}

void
fiber_set_urgent(struct fiber *t)
{
	t->urgent = true;
}

static void
fiber_wake(struct fiber *t, bool woken)
{
	t->woken = woken;
	t->ready_ns = fibers.turn_run_ns;
	list_remove(&t->on_queue);
	list_remove(&t->asleep);
	if (!t->urgent)
		list_append(&fibers.ready, &t->ready);
	else if (t == fibers.running && !list_empty(&fibers.ready))
		/* It has just had its turn: another one first. */
		list_prepend(fibers.ready.next, &t->ready);
	else
		list_prepend(&fibers.ready, &t->ready);
}

/* Wakes those whose deadline has passed and finds the next one. */
static void
fiber_wake_due(void)
{
	struct list *node, *next;
	struct fiber *t;
	int64_t now;

	if (fibers.next_deadline_ns == INT64_MAX)
		return;
	now = machine->steady_ns();
	if (now < fibers.next_deadline_ns)
		return;
	fibers.next_deadline_ns = INT64_MAX;
	for (node = fibers.asleep.next; node != &fibers.asleep; node = next) {
		next = node->next;
		t = container_of(node, struct fiber, asleep);
		if (t->deadline_ns <= now)
			fiber_wake(t, false);
		else if (t->deadline_ns < fibers.next_deadline_ns)
			fibers.next_deadline_ns = t->deadline_ns;
	}
}

static void
fiber_idle(void)
{
	int64_t before = machine->steady_ns();

	machine->idle(fibers.next_deadline_ns);
	fibers.stats.idle_ns += machine->steady_ns() - before;
	fibers.turn_run_ns = machine->run_ns();
}

/* Frees a thread that has ended; never the one whose stack this runs on. */
static void
fiber_bury(void)
{
	struct fiber *t = fibers.ended;

	if (t == NULL || t == fibers.running)
		return;
	fibers.ended = NULL;
	paging_protect(t->stack, 1, PAGING_WRITE);
	pages_free(t->stack);
	free(t);
	fibers.stats.fibers--;
}

/* What nobody can take away is at least known. */
static void
fiber_turn_ends(void)
{
	int64_t turn = machine->steady_ns() - fibers.turn_ns;
	int64_t run = machine->run_ns() - fibers.turn_run_ns;

	if (fibers.turn_ns == 0)
		return;
	if (turn > fibers.stats.longest_ns)
		fibers.stats.longest_ns = turn;
	if (run > fibers.stats.longest_run_ns)
		fibers.stats.longest_run_ns = run;
}

static void
fiber_turn_begins(void)
{
	int64_t wait;

	fibers.turn_ns = machine->steady_ns();
	fibers.turn_run_ns = machine->run_ns();
	if (!fibers.running->urgent)
		return;
	wait = fibers.turn_run_ns - fibers.running->ready_ns;
	fibers.stats.waits++;
	if (wait > FIBER_LATE_NS)
		fibers.stats.late_waits++;
	if (wait > fibers.stats.longest_wait_ns)
		fibers.stats.longest_wait_ns = wait;
}

/* Runs the next thread that is ready, perhaps the caller's own. */
static void
fiber_schedule(void)
{
	struct fiber *from = fibers.running;
	struct list *node;

	ASSERT(!fibers.choosing);
	fiber_turn_ends();
	fibers.choosing = true;
	for (;;) {
		machine->poll();
		fiber_wake_due();
		node = list_pop(&fibers.ready);
		if (node != NULL)
			break;
		fiber_idle();
	}
	fibers.choosing = false;
	fibers.running = container_of(node, struct fiber, ready);
	fiber_turn_begins();
	if (fibers.running != from) {
		fibers.stats.switches++;
		fiber_switch(&from->sp, fibers.running->sp);
	}
	fiber_bury();
}

void
fiber_exit(void)
{
	fibers.ended = fibers.running;
	fiber_schedule();
	ASSERT(!"an ended thread runs");
	__builtin_unreachable();
}

static void
fiber_main(void)
{
	fiber_bury();
	fibers.running->fn(fibers.running->arg);
	fiber_exit();
}

struct fiber *
fiber_new(const char *name, size_t stack_size, void (*fn)(void *arg), void *arg)
{
	size_t pages = 1 + (stack_size + PAGE_SIZE - 1) / PAGE_SIZE;
	struct fiber *t = calloc(1, sizeof(*t));
	uint64_t *sp;

	if (t == NULL)
		return NULL;
	t->stack = pages_alloc(pages);
	if (t->stack == NULL)
		goto free_fiber;
	if (paging_protect(t->stack, 1, PAGING_NONE) != 0)
		goto free_stack;
	strncpy(t->name, name, sizeof(t->name) - 1);
	t->fn = fn;
	t->arg = arg;
	t->ready_ns = fibers.turn_run_ns;
	list_init(&t->ready);
	list_init(&t->asleep);
	list_init(&t->on_queue);
	/* What fiber_switch pops: six registers, then where to go; one word
	 * above, for the alignment that a function expects on entry. */
	sp = (uint64_t *)(void *)(t->stack + pages * PAGE_SIZE) - 8;
	memset(sp, 0, 8 * sizeof(*sp));
	sp[6] = (uintptr_t)fiber_main;
	t->sp = sp;
	list_append(&fibers.ready, &t->ready);
	fibers.stats.fibers++;
	return t;

free_stack:
	pages_free(t->stack);
free_fiber:
	free(t);
	return NULL;
}

void
fiber_yield(void)
{
	fibers.running->ready_ns = machine->run_ns();
	list_append(&fibers.ready, &fibers.running->ready);
	fiber_schedule();
}

bool
fiber_urgent(void)
{
	return fibers.running->urgent;
}

bool
waitq_sleep(struct waitq *q, int64_t deadline_ns)
{
	struct fiber *t = fibers.running;

	t->deadline_ns = deadline_ns;
	if (deadline_ns != INT64_MAX) {
		list_append(&fibers.asleep, &t->asleep);
		if (deadline_ns < fibers.next_deadline_ns)
			fibers.next_deadline_ns = deadline_ns;
	}
	list_append(&q->sleepers, &t->on_queue);
	fiber_schedule();
	return t->woken;
}

void
waitq_wake(struct waitq *q)
{
	while (!list_empty(&q->sleepers))
		fiber_wake(
		    container_of(q->sleepers.next, struct fiber, on_queue),
		    true);
}

void
fiber_sleep_until(int64_t deadline_ns)
{
	struct waitq nobody;

	waitq_init(&nobody);
	waitq_sleep(&nobody, deadline_ns);
}

void
fiber_stats(struct fiber_stats *s)
{
	*s = fibers.stats;
}

void
mutex_lock(struct mutex *m)
{
	while (m->holder != NULL)
		waitq_sleep(&m->waiters, INT64_MAX);
	m->holder = fibers.running;
}

void
mutex_unlock(struct mutex *m)
{
	ASSERT(m->holder == fibers.running);
	m->holder = NULL;
	waitq_wake(&m->waiters);
}
