/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * thread.h -- the thread that runs elements, and what it owns.
 *
 * Every batch, task and handler call carries a pointer to the struct thread
 * that runs it; there is no thread-local storage and no global state.  A
 * thread owns its clock, its scratch memory, its tasks and timers, and points
 * to a packet pool: one a thread in a process, one for all threads of a guest.
 *
 *	master --+-- thread 0 -- pool      (click -j 2: two of each)
 *	         +-- thread 1 -- pool      (guest: one thread a router)
 *	         +-- router (and, while a hot swap goes on, the next one)
 */
#ifndef CLICK_THREAD_H
#define CLICK_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/rand.h"
#include "click/packet.h"

struct batch;
struct master;
struct os_waiter;
struct task;
struct timer;
struct deferred;
struct depot;

/* Memory in the manner of a stack, for batches on their way. */
struct scratch {
	char *base, *top, *end;
};

/* Packets ready for use, and what became of memory. */
struct pool {
	struct packet *
	    *ready; /* headers with a pool buffer, last in first out */
	uint32_t nready;
	uint32_t cap;
	struct packet *bare; /* headers without one (clones), linked */
	struct depot *depot; /* shared with other pools */
	uint64_t failures;   /* allocations refused */
	uint64_t copied;     /* lent packets whose user wanted to write */
	uint32_t owned; /* packets taken from the depot and not given back */
	uint32_t limit; /* of those; 0: none */
};

struct thread {
	struct pool *pool;
	struct scratch scratch;
	struct master *master;
	struct os_waiter *waiter;
	struct os_waiter *park; /* for when it must not run; NULL if alone */
	int64_t recent_ns;      /* thread_recent_ns() */
	uint32_t recent_ms;     /* thread_recent_ms() */
	int64_t epoch_ns;       /* wall clock less steady one at the start */
	bool recent_old;        /* to be looked at anew */
	bool simtime;           /* each look at the clock counts */
	bool alone;  /* no other thread runs elements of this router */
	uint16_t id; /* 0.. */
	struct rand_state rand;

	/* the scheduler's own: task.h, timer.h */
	struct task **tasks; /* heap by pass */
	uint32_t ntasks, tasks_cap;
	uint32_t turns;        /* given to tasks so far */
	struct timer **timers; /* heap by expiry */
	uint32_t ntimers, timers_cap, timer_turn;
	struct task *pending;      /* from other threads, by exchange */
	struct deferred *deferred; /* batches cut off a cyclic push */
	uint64_t deferred_drops;
	uint32_t calls; /* of handlers, one within the other, under way */
	uint64_t task_runs, idle_waits;
	struct spinlock timer_lock;
	uint64_t measured_cycles; /* by calls within the one measured now */
	int64_t round_end_ns;     /* thread_overdue(); INT64_MAX: never */
	int in_loop; /* atomic: between the beginning and end of its run */
	int resting; /* atomic: in os_wait() between two rounds */
	bool tasks_changed; /* the running task's router went away */
};

/* Wall clock, ns since 1970; simulated with --simtime (each look: 1 ns). */
int64_t thread_wall_ns(struct thread *t);
/* The clock of timers; never steps. */
int64_t thread_steady_ns(struct thread *t);
/*
 * True when the running task has had its share of time (in a guest, where
 * nobody can take it away): then it should go on another time.  For loops that
 * may be long; costs a look at the clock.
 */
bool thread_overdue(const struct thread *t);
/* Slow part of the next two: looks at the clock. */
void thread_look(struct thread *t);
/*
 * The same, as it was when the running timer or handler, or what came from
 * outside since, first asked, or the running task or one of the seven before
 * it: for rates and timeouts, which packets look at one by one.
 */
static inline int64_t
thread_recent_ns(struct thread *t)
{
	if (unlikely(t->recent_old))
		thread_look(t);
	return t->recent_ns;
}

/* The same on the wall clock, in milliseconds (modulo 2^32). */
static inline uint32_t
thread_recent_ms(struct thread *t)
{
	if (unlikely(t->recent_old))
		thread_look(t);
	return t->recent_ms;
}

/*
 * A count that several threads may raise: plain while one thread runs the
 * router, atomic otherwise.  Call once a batch, not once a packet.
 */
static inline void
counter_add(uint64_t *c, const struct thread *t, uint64_t n)
{
	if (likely(t->alone))
		*c += n;
	else
		__atomic_fetch_add(c, n, __ATOMIC_RELAXED);
}

/*
 * For those who spin on a lock that another thread may hold for long: lets a
 * third one call a handler meanwhile, which is done while all others rest.
 */
void thread_give_way(struct thread *t);

/* A lock that costs nothing while one thread runs the router. */
static inline void
thread_lock(const struct thread *t, struct spinlock *l)
{
	if (unlikely(!t->alone))
		spin_lock(l);
}

static inline void
thread_unlock(const struct thread *t, struct spinlock *l)
{
	if (unlikely(!t->alone))
		spin_unlock(l);
}

#endif
