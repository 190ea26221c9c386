/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fiber.h -- the kernel's cooperative threads: one runs until it yields,
 * sleeps or ends.  (struct thread is Click's, a thing that runs elements.)
 *
 *	running --yield--> ready queue --> running
 *	   |                    ^
 *	   +--waitq_sleep----> asleep (until woken or the deadline)
 *
 * Each time a thread gives up the processor, the machine's events are handed
 * to their handlers, which may wake threads but must not sleep.  With nobody
 * ready the machine idles.  Every stack has a page below it that faults.
 */
#ifndef MINIOS_FIBER_H
#define MINIOS_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "minios/list.h"

struct fiber;

/* Threads that sleep until somebody wakes them. */
struct waitq {
	struct list sleepers;
};

#define WAITQ_INIT(q)                                                          \
	{                                                                      \
		LIST_INIT((q).sleepers)                                        \
	}

static inline void
waitq_init(struct waitq *q)
{
	list_init(&q->sleepers);
}

enum { FIBER_LATE_NS = 10000000 };

struct fiber_stats {
	uint64_t switches;
	int64_t idle_ns;    /* slept in the hypervisor since the start */
	int64_t longest_ns; /* that one had the processor, by the clock */
	/*
	 * By the guest's own time, less what the hypervisor gave to others: the
	 * same; and how long urgent threads waited for their turn, from the
	 * beginning of the turn within which they were woken.
	 */
	int64_t longest_run_ns, longest_wait_ns;
	uint64_t waits, late_waits; /* late: longer than FIBER_LATE_NS */
	unsigned int fibers;
};

/* Makes the boot stack's owner the first thread. */
void fiber_init(void);

/*
 * Starts fn(arg) on a stack of stack_size bytes (rounded up to pages); it ends
 * when fn returns.  name is kept, at most 23 bytes.  NULL: no memory.
 */
struct fiber *fiber_new(
    const char *name, size_t stack_size, void (*fn)(void *arg), void *arg);

/* Ends the running thread, as the return of its function does. */
NORETURN void fiber_exit(void);

/*
 * An urgent thread is the next to run once it is woken or its deadline has
 * passed; but one that sleeps for less time than a switch takes does not run
 * twice before another that is ready.
 */
void fiber_set_urgent(struct fiber *t);

/* Lets all that are ready run first; returns at once if none is. */
void fiber_yield(void);

/*
 * Sleeps on q until it is woken (true) or the machine's clock says deadline_ns
 * (false).  Nothing can happen between the caller's last look and the sleep.
 */
bool waitq_sleep(struct waitq *q, int64_t deadline_ns);

/* Makes all sleepers ready; for handlers and fibers. */
void waitq_wake(struct waitq *q);

void fiber_sleep_until(int64_t deadline_ns);

struct fiber *fiber_self(void);
/* True if the caller is (fiber_set_urgent()). */
bool fiber_urgent(void);
const char *fiber_name(void);
/* False in an event handler, and before there are threads. */
bool fiber_may_sleep(void);
/* Bytes of its stack that the caller has left. */
size_t fiber_stack_left(void);
void fiber_stats(struct fiber_stats *s);

/* A lock for what several threads use across sleeps. */
struct mutex {
	struct waitq waiters;
	struct fiber *holder;
};

#define MUTEX_INIT(m)                                                          \
	{                                                                      \
		WAITQ_INIT((m).waiters), NULL                                  \
	}

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

#endif
