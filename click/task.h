/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * task.h -- work that a router thread does again and again (sources,
 * unqueues, device polls), in proportion to tickets: stride scheduling
 * (Waldspurger and Weihl, 1995).
 *
 * A scheduled task runs once each time its turn comes and is unscheduled by
 * running; a run that wants another calls task_reschedule().  A task that
 * does not is asleep until somebody calls task_schedule(): a notifier, a
 * timer, a handler.
 */
#ifndef CLICK_TASK_H
#define CLICK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"

struct element;
struct errh;
struct thread;
struct task;

enum {
	TASK_TICKETS_DEFAULT = 1024,
	TASK_TICKETS_MAX = 1 << 15,
	TASK_STRIDE1 = 1 << 16,
};

/* Returns true if it did something (a packet moved). */
typedef bool task_fn(struct element *e, struct task *task, struct thread *t);

struct task {
	task_fn *run;
	task_fn *counted_run; /* behind run while calls are counted (stats.h) */
	struct element *e;
	struct thread *thread; /* home: runs here, nowhere else; atomic */
	uint32_t pass;         /* compared by subtraction */
	uint32_t turn;         /* orders those of one pass, likewise */
	uint32_t stride;       /* TASK_STRIDE1 / tickets */
	uint32_t heap_index;   /* 1.. while in the heap, 0 otherwise */
	uint16_t tickets;
	uint8_t scheduled;   /* wanted, atomic */
	uint8_t pending;     /* on thread->pending, atomic */
	struct task *next;   /* there */
	int32_t home_wanted; /* thread id to move to, -1: stay; atomic */
	bool added;          /* initialized and not yet removed */
	uint64_t runs;       /* written by its thread alone, atomic */
	struct task *next_of_router;
};

/*
 * Ties the task to e; home is the thread that StaticThreadSched and the like
 * gave the element, tickets what ScheduleInfo says (0 there: not scheduled;
 * more than there can be: a warning to errh).  Call from initialize (or,
 * unscheduled, from configure).
 */
void task_init(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
/* The same and schedules it unless ScheduleInfo forbids. */
void task_init_scheduled(
    struct task *task, struct element *e, task_fn *run, struct errh *errh);
/* Ends it; the router does this for tasks that are left. */
void task_fini(struct task *task);

/* Wants a run. From any thread; cheap when it is scheduled already. */
void task_schedule(struct task *task);
/* From within its own run only. */
void task_reschedule(struct task *task);
void task_unschedule(struct task *task);
void task_set_tickets(struct task *task, unsigned int tickets);
/* The thread that it runs on or is moving to, by number; from any thread. */
unsigned int task_home(const struct task *task);
/*
 * Moves it to another thread of the master (BalancedThreadSched, handlers).
 * ERR_RANGE (no such thread), ERR_INVAL (it would run an element that another
 * thread runs and that cannot be shared), ERR_NOMEM; then it stays.
 */
int task_move(struct task *task, unsigned int thread_id);

static inline bool
task_scheduled(const struct task *task)
{
	return load_relaxed(&task->scheduled) != 0;
}

#endif
