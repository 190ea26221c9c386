/* SPDX-License-Identifier: BSD-3-Clause */
/* timer.c -- the heap of timers of a thread. */
#include "click/timer.h"

#include <stdlib.h>

#include "base/err.h"
#include "click/element.h"
#include "click/heap.h"
#include "click/internal.h"
#include "click/router.h"
#include "os/os.h"

static bool
timer_before(const void *a, const void *b)
{
	const struct timer *x = a, *y = b;

	if (x->expiry_ns != y->expiry_ns)
		return x->expiry_ns < y->expiry_ns;
	return (int32_t)(x->turn - y->turn) < 0;
}

static void
timer_place(void *item, uint32_t place)
{
	((struct timer *)item)->heap_index = place;
}

void
timer_init(struct timer *timer, struct element *e, timer_fn *fire)
{
	*timer = (struct timer){ .fire = fire, .e = e };
	e->has_timers = true;
}

void
timer_fini(struct timer *timer)
{
	if (timer->e != NULL)
		timer_unschedule(timer);
}

/*
 * Timers of a thread are also set by handlers on another: the lock is free
 * while there is one thread.
 */
void
timer_schedule_at(struct timer *timer, int64_t steady_ns)
{
	struct thread *t = timer->e->thread;
	bool first;

	thread_lock(t, &t->timer_lock);
	timer->expiry_ns = steady_ns;
	timer->turn = t->timer_turn++;
	if (timer->heap_index == 0) {
		if (t->ntimers == t->timers_cap && thread_grow_timers(t) != 0) {
			/* No memory: it fires never, and says so. */
			thread_unlock(t, &t->timer_lock);
			os_log(STR("timer lost: no memory\n"));
			return;
		}
		t->timers[t->ntimers++] = timer;
		timer->heap_index = t->ntimers;
		heap_up((void **)t->timers, t->ntimers - 1, timer_before,
		    timer_place);
	} else {
		uint32_t i = timer->heap_index - 1;

		heap_up((void **)t->timers, i, timer_before, timer_place);
		heap_down((void **)t->timers, t->ntimers, timer->heap_index - 1,
		    timer_before, timer_place);
	}
	first = timer->heap_index == 1;
	thread_unlock(t, &t->timer_lock);
	if (!t->alone && first)
		os_wake(t->waiter);
}

void
timer_schedule_after(struct timer *timer, int64_t ns)
{
	timer_schedule_at(timer, thread_steady_ns(timer->e->thread) + ns);
}

void
timer_reschedule_after(struct timer *timer, int64_t ns)
{
	timer_schedule_at(timer, timer->expiry_ns + ns);
}

void
timer_unschedule(struct timer *timer)
{
	struct thread *t = timer->e->thread;

	thread_lock(t, &t->timer_lock);
	if (timer->heap_index != 0)
		heap_remove((void **)t->timers, &t->ntimers,
		    timer->heap_index - 1, timer_before, timer_place);
	thread_unlock(t, &t->timer_lock);
}

void
timers_move(struct element *e, struct thread *to)
{
	struct thread *from = e->thread;
	struct timer *timer;
	uint32_t i = 0;

	e->thread = to;
	thread_lock(from, &from->timer_lock);
	while (i < from->ntimers) {
		timer = from->timers[i];
		if (timer->e != e) {
			i++;
			continue;
		}
		heap_remove((void **)from->timers, &from->ntimers, i,
		    timer_before, timer_place);
		thread_unlock(from, &from->timer_lock);
		timer_schedule_at(timer, timer->expiry_ns);
		thread_lock(from, &from->timer_lock);
		i = 0; /* the heap is another one now */
	}
	thread_unlock(from, &from->timer_lock);
}

int
thread_grow_timers(struct thread *t)
{
	uint32_t cap = t->timers_cap == 0 ? 16 : 2 * t->timers_cap;
	struct timer **v = realloc(t->timers, cap * sizeof(*v));

	if (v == NULL)
		return ERR_NOMEM;
	t->timers = v;
	t->timers_cap = cap;
	return 0;
}

/* The first timer if it is due, taken out of the heap; or NULL. */
static struct timer *
thread_take_timer(struct thread *t, int64_t now)
{
	struct timer *timer = NULL;

	thread_lock(t, &t->timer_lock);
	if (t->ntimers > 0 && t->timers[0]->expiry_ns <= now) {
		timer = t->timers[0];
		heap_remove((void **)t->timers, &t->ntimers, 0, timer_before,
		    timer_place);
	}
	thread_unlock(t, &t->timer_lock);
	return timer;
}

/*
 * As many as there were at the beginning, or TIMERS_PER_ROUND: those that set
 * themselves again for now must not keep the tasks from running.
 */
enum { TIMERS_PER_ROUND = 64 };

bool
thread_run_timers(struct thread *t)
{
	uint32_t most, ran = 0;
	int64_t now;
	struct timer *timer;

	thread_lock(t, &t->timer_lock);
	most = t->ntimers;
	thread_unlock(t, &t->timer_lock);
	if (most == 0)
		return false;
	if (most < TIMERS_PER_ROUND)
		most = TIMERS_PER_ROUND;
	now = thread_steady_ns(t);
	while (ran < most && !master_interrupted(t->master) &&
	       (timer = thread_take_timer(t, now)) != NULL) {
		t->recent_old = true;
		timer->fire(timer->e, timer, t);
		if (t->deferred->count > 0)
			deferred_run(t);
		ran++;
	}
	return ran > 0;
}

int64_t
thread_next_timer(struct thread *t)
{
	int64_t ns;

	thread_lock(t, &t->timer_lock);
	ns = t->ntimers > 0 ? t->timers[0]->expiry_ns : INT64_MAX;
	thread_unlock(t, &t->timer_lock);
	return ns;
}

void
router_drop_timers(struct router *r)
{
	for (unsigned int i = 0; i < master_nthreads(r->master); i++) {
		struct thread *t = master_thread(r->master, i);

		for (uint32_t k = t->ntimers; k-- > 0;)
			if (t->timers[k]->e->router == r) {
				heap_remove((void **)t->timers, &t->ntimers, k,
				    timer_before, timer_place);
				k = t->ntimers;
			}
	}
}
