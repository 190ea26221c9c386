/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * thread.h -- cooperative threads: one runs until it yields, sleeps or ends.
 *
 *	running --yield--> ready queue --> running
 *	   |                    ^
 *	   +--waitq_sleep----> asleep (until woken or the deadline)
 *
 * Each time a thread gives up the processor, the machine's events are handed
 * to their handlers, which may wake threads but must not sleep.  With nobody
 * ready the machine idles.  Every stack has a page below it that faults.
 */
#ifndef MINIOS_THREAD_H
#define MINIOS_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "minios/list.h"

struct thread;

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

struct thread_stats {
	uint64_t switches;
	int64_t idle_ns; /* slept in the hypervisor since the start */
	unsigned int threads;
};

/* Makes the boot stack's owner the first thread. */
void thread_init(void);

/*
 * Starts fn(arg) on a stack of stack_size bytes (rounded up to pages); it ends
 * when fn returns.  name is kept, at most 23 bytes.  NULL: no memory.
 */
struct thread *thread_new(
    const char *name, size_t stack_size, void (*fn)(void *arg), void *arg);

/* An urgent thread is the next to run once it is woken. */
void thread_set_urgent(struct thread *t);

/* Lets all that are ready run first; returns at once if none is. */
void thread_yield(void);

/*
 * Sleeps on q until it is woken (true) or the machine's clock says deadline_ns
 * (false).  Nothing can happen between the caller's last look and the sleep.
 */
bool waitq_sleep(struct waitq *q, int64_t deadline_ns);

/* Makes all sleepers ready; for handlers and threads. */
void waitq_wake(struct waitq *q);

void thread_sleep_until(int64_t deadline_ns);

struct thread *thread_self(void);
const char *thread_name(void);
void thread_stats(struct thread_stats *s);

/* A lock for what several threads use across sleeps. */
struct mutex {
	struct waitq waiters;
	struct thread *holder;
};

#define MUTEX_INIT(m)                                                          \
	{                                                                      \
		WAITQ_INIT((m).waiters), NULL                                  \
	}

void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

#endif
