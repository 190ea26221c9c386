/* SPDX-License-Identifier: BSD-3-Clause */
/* thread.c -- see thread.h. */
#include "minios/thread.h"

#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"

struct thread {
	void *sp; /* while it does not run */
	struct list ready;
	struct list asleep;   /* among those with a deadline */
	struct list on_queue; /* on the wait queue it sleeps on */
	int64_t deadline_ns;
	bool woken, urgent;
	char *stack; /* the faulting page, then the stack */
	void (*fn)(void *arg);
	void *arg;
	char name[24];
};

static struct {
	struct thread first; /* the one that booted */
	struct thread *running;
	struct thread *ended; /* its stack is free once another runs */
	struct list ready, asleep;
	int64_t next_deadline_ns;
	struct thread_stats stats;
} threads;

/* thread_switch.S */
void thread_switch(void **save_sp, void *load_sp);

void
thread_init(void)
{
	list_init(&threads.ready);
	list_init(&threads.asleep);
	threads.next_deadline_ns = INT64_MAX;
	threads.running = &threads.first;
	list_init(&threads.first.ready);
	list_init(&threads.first.asleep);
	list_init(&threads.first.on_queue);
	strcpy(threads.first.name, "boot");
	threads.stats.threads = 1;
}

struct thread *
thread_self(void)
{
	return threads.running;
}

const char *
thread_name(void)
{
	return threads.running != NULL ? threads.running->name : "none";
}

void
thread_set_urgent(struct thread *t)
{
	t->urgent = true;
}

static void
thread_wake(struct thread *t, bool woken)
{
	t->woken = woken;
	list_remove(&t->on_queue);
	list_remove(&t->asleep);
	if (t->urgent)
		list_prepend(&threads.ready, &t->ready);
	else
		list_append(&threads.ready, &t->ready);
}

/* Wakes those whose deadline has passed and finds the next one. */
static void
thread_wake_due(void)
{
	struct list *node, *next;
	struct thread *t;
	int64_t now;

	if (threads.next_deadline_ns == INT64_MAX)
		return;
	now = machine->steady_ns();
	if (now < threads.next_deadline_ns)
		return;
	threads.next_deadline_ns = INT64_MAX;
	for (node = threads.asleep.next; node != &threads.asleep; node = next) {
		next = node->next;
		t = container_of(node, struct thread, asleep);
		if (t->deadline_ns <= now)
			thread_wake(t, false);
		else if (t->deadline_ns < threads.next_deadline_ns)
			threads.next_deadline_ns = t->deadline_ns;
	}
}

static void
thread_idle(void)
{
	int64_t before = machine->steady_ns();

	machine->idle(threads.next_deadline_ns);
	threads.stats.idle_ns += machine->steady_ns() - before;
}

/* Frees a thread that has ended; never the one whose stack this runs on. */
static void
thread_bury(void)
{
	struct thread *t = threads.ended;

	if (t == NULL || t == threads.running)
		return;
	threads.ended = NULL;
	paging_protect(t->stack, 1, PAGING_WRITE);
	pages_free(t->stack);
	free(t);
	threads.stats.threads--;
}

/* Runs the next thread that is ready, perhaps the caller's own. */
static void
thread_schedule(void)
{
	struct thread *from = threads.running;
	struct list *node;

	for (;;) {
		machine->poll();
		thread_wake_due();
		node = list_pop(&threads.ready);
		if (node != NULL)
			break;
		thread_idle();
	}
	threads.running = container_of(node, struct thread, ready);
	if (threads.running != from) {
		threads.stats.switches++;
		thread_switch(&from->sp, threads.running->sp);
	}
	thread_bury();
}

static void
thread_main(void)
{
	thread_bury();
	threads.running->fn(threads.running->arg);
	threads.ended = threads.running;
	thread_schedule();
	ASSERT(!"an ended thread runs");
}

struct thread *
thread_new(
    const char *name, size_t stack_size, void (*fn)(void *arg), void *arg)
{
	size_t pages = 1 + (stack_size + PAGE_SIZE - 1) / PAGE_SIZE;
	struct thread *t = calloc(1, sizeof(*t));
	uint64_t *sp;

	if (t == NULL)
		return NULL;
	t->stack = pages_alloc(pages);
	if (t->stack == NULL)
		goto free_thread;
	if (paging_protect(t->stack, 1, PAGING_NONE) != 0)
		goto free_stack;
	strncpy(t->name, name, sizeof(t->name) - 1);
	t->fn = fn;
	t->arg = arg;
	list_init(&t->ready);
	list_init(&t->asleep);
	list_init(&t->on_queue);
	/* What thread_switch pops: six registers, then where to go; one word
	 * above, for the alignment that a function expects on entry. */
	sp = (uint64_t *)(void *)(t->stack + pages * PAGE_SIZE) - 8;
	memset(sp, 0, 8 * sizeof(*sp));
	sp[6] = (uintptr_t)thread_main;
	t->sp = sp;
	list_append(&threads.ready, &t->ready);
	threads.stats.threads++;
	return t;

free_stack:
	pages_free(t->stack);
free_thread:
	free(t);
	return NULL;
}

void
thread_yield(void)
{
	list_append(&threads.ready, &threads.running->ready);
	thread_schedule();
}

bool
waitq_sleep(struct waitq *q, int64_t deadline_ns)
{
	struct thread *t = threads.running;

	t->deadline_ns = deadline_ns;
	if (deadline_ns != INT64_MAX) {
		list_append(&threads.asleep, &t->asleep);
		if (deadline_ns < threads.next_deadline_ns)
			threads.next_deadline_ns = deadline_ns;
	}
	list_append(&q->sleepers, &t->on_queue);
	thread_schedule();
	return t->woken;
}

void
waitq_wake(struct waitq *q)
{
	while (!list_empty(&q->sleepers))
		thread_wake(container_of(q->sleepers.next, struct thread,
				on_queue),
		    true);
}

void
thread_sleep_until(int64_t deadline_ns)
{
	struct waitq nobody;

	waitq_init(&nobody);
	waitq_sleep(&nobody, deadline_ns);
}

void
thread_stats(struct thread_stats *s)
{
	*s = threads.stats;
}

void
mutex_lock(struct mutex *m)
{
	while (m->holder != NULL)
		waitq_sleep(&m->waiters, INT64_MAX);
	m->holder = threads.running;
}

void
mutex_unlock(struct mutex *m)
{
	ASSERT(m->holder == threads.running);
	m->holder = NULL;
	waitq_wake(&m->waiters);
}
