/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BalancedThreadSched([INTERVAL, INCREASING]) -- moves tasks between threads so
 * that all have as much to do
 *
 *   INTERVAL    milliseconds between two looks, default 1000
 *   INCREASING  true (the default): small tasks move first; false: large ones
 *
 * A task counts as much as it has run since the last look.  A task stays where
 * it is when its elements cannot be shared with those of the other thread.
 *
 *     BalancedThreadSched(100);
 */
#include <stdlib.h>

#include "base/stamp.h"
#include "click/element.h"
#include "click/router.h"

enum { BALANCE_FIRST_MS = 10 };

struct balanced_task {
	struct task *task;
	uint64_t runs; /* at the last look */
	uint64_t load; /* since then */
};

struct balanced_thread_sched {
	int32_t interval_ms;
	bool increasing;
	struct balanced_task *tasks;
	size_t ntasks;
	uint64_t *load; /* by thread */
	struct timer timer;
};

static int
balanced_thread_sched_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct balanced_thread_sched *s = element_state(e);
	struct args a;

	s->interval_ms = 1000;
	s->increasing = true;
	args_init(&a, conf, e, errh);
	args_i32(&a, "INTERVAL", ARG_POS, &s->interval_ms);
	args_bool(&a, "INCREASING", ARG_POS, &s->increasing);
	return args_complete(&a);
}

static int
balanced_increasing(const void *a, const void *b)
{
	const struct balanced_task *x = a, *y = b;

	return (x->load > y->load) - (x->load < y->load);
}

static int
balanced_decreasing(const void *a, const void *b)
{
	return balanced_increasing(b, a);
}

/* Lists the router's tasks, at the first look; ERR_NOMEM. */
static int
balanced_list(struct element *e)
{
	struct balanced_thread_sched *s = element_state(e);
	struct router *r = e->router;
	size_t n = 0;

	if (s->tasks != NULL)
		return 0;
	s->tasks = calloc((size_t)r->ntasks + 1, sizeof(*s->tasks));
	s->load = calloc(master_nthreads(r->master), sizeof(*s->load));
	if (s->tasks == NULL || s->load == NULL)
		return ERR_NOMEM;
	for (struct task *k = r->tasks; k != NULL; k = k->next_of_router)
		s->tasks[n++].task = k;
	s->ntasks = n;
	return 0;
}

/* Sums up what ran since the last look; returns the average of a thread. */
static uint64_t
balanced_measure(struct balanced_thread_sched *s, unsigned int nthreads)
{
	uint64_t total = 0;

	memset(s->load, 0, nthreads * sizeof(*s->load));
	for (size_t i = 0; i < s->ntasks; i++) {
		struct balanced_task *k = &s->tasks[i];
		uint64_t runs = load_relaxed(&k->task->runs);

		k->load = runs - k->runs;
		k->runs = runs;
		s->load[task_home(k->task)] += k->load;
		total += k->load;
	}
	return total / nthreads;
}

/* Moves tasks from the busiest thread to the idlest; false: all is well. */
static bool
balanced_round(
    struct balanced_thread_sched *s, unsigned int nthreads, uint64_t average)
{
	unsigned int min = 0, max = 0;

	for (unsigned int i = 1; i < nthreads; i++) {
		if (s->load[i] < s->load[min])
			min = i;
		if (s->load[i] > s->load[max])
			max = i;
	}
	if (average - s->load[min] < average / 8 &&
	    s->load[max] - average < average / 8)
		return false;
	for (size_t i = 0; i < s->ntasks; i++) {
		struct balanced_task *k = &s->tasks[i];

		if (task_home(k->task) != max ||
		    s->load[min] + k->load >= average + average / 4 ||
		    s->load[min] + 2 * k->load > s->load[max] ||
		    task_move(k->task, min) != 0)
			continue;
		s->load[min] += k->load;
		s->load[max] -= k->load;
	}
	return true;
}

static void
balanced_thread_sched_fire(
    struct element *e, struct timer *timer, struct thread *t)
{
	struct balanced_thread_sched *s = element_state(e);
	unsigned int n = master_nthreads(e->router->master);
	uint64_t average;

	(void)t;
	if (n > 1 && balanced_list(e) == 0) {
		average = balanced_measure(s, n);
		qsort(s->tasks, s->ntasks, sizeof(*s->tasks),
		    s->increasing ? balanced_increasing : balanced_decreasing);
		for (unsigned int i = 0; i < n; i++)
			if (!balanced_round(s, n, average))
				break;
	}
	timer_schedule_after(timer, s->interval_ms * NS_PER_MS);
}

static int
balanced_thread_sched_initialize(struct element *e, struct errh *errh)
{
	struct balanced_thread_sched *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, balanced_thread_sched_fire);
	timer_schedule_after(&s->timer, BALANCE_FIRST_MS * NS_PER_MS);
	return 0;
}

static void
balanced_thread_sched_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct balanced_thread_sched *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	free(s->tasks);
	free(s->load);
}

const struct element_class element_balanced_thread_sched = {
	.name = "BalancedThreadSched",
	.state_size = sizeof(struct balanced_thread_sched),
	.configure = balanced_thread_sched_configure,
	.initialize = balanced_thread_sched_initialize,
	.cleanup = balanced_thread_sched_cleanup,
};
