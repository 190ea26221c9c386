/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * timer.h -- calls at a point in time, on the element's home thread.
 *
 * A 4-ary heap a thread: scheduling costs O(log n), thousands are cheap.
 * Times are those of thread_steady_ns(), which with --simtime jumps to the
 * next timer when nothing else is to do.
 */
#ifndef CLICK_TIMER_H
#define CLICK_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct element;
struct thread;
struct timer;

typedef void timer_fn(struct element *e, struct timer *timer, struct thread *t);

struct timer {
	timer_fn *fire;
	struct element *e;
	int64_t expiry_ns;
	uint32_t heap_index; /* 1.. while scheduled */
	uint32_t turn;       /* first come, first served among equals */
};

/* Ties it to e and its home thread.  Not before initialize. */
void timer_init(struct timer *timer, struct element *e, timer_fn *fire);
/* Unschedules; must have happened before its memory goes. */
void timer_fini(struct timer *timer);

/* (Re)schedules at an absolute time, or in so many ns from now. */
void timer_schedule_at(struct timer *timer, int64_t steady_ns);
void timer_schedule_after(struct timer *timer, int64_t ns);
/* So many ns after its last expiry: for a steady beat. */
void timer_reschedule_after(struct timer *timer, int64_t ns);
void timer_unschedule(struct timer *timer);

static inline bool
timer_scheduled(const struct timer *timer)
{
	return timer->heap_index != 0;
}

#endif
