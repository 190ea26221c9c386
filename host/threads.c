/* SPDX-License-Identifier: BSD-3-Clause */
/* threads.c -- the system's threads for -j, and the CPUs they are pinned to. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "host/driver.h"

struct thread_start {
	pthread_t id;
	void (*fn)(void *arg);
	void *arg;
	int cpu; /* -1: any */
};

/* The next CPU to pin a thread to; one program, one command line. */
static struct {
	int next_cpu; /* -1: threads are not pinned */
} threads = { -1 };

static void
thread_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0 || cpu >= CPU_SETSIZE)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	/* A wish: a machine with fewer CPUs runs it all the same. */
	(void)pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

void
driver_pin(int first_cpu)
{
	thread_pin(first_cpu);
	threads.next_cpu = first_cpu < 0 ? -1 : first_cpu + 1;
}

static void *
thread_begin(void *arg)
{
	struct thread_start *s = arg;

	thread_pin(s->cpu);
	s->fn(s->arg);
	return NULL;
}

int
driver_spawn(void (*fn)(void *arg), void *arg, void **handle)
{
	struct thread_start *s = malloc(sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	*s = (struct thread_start){ .fn = fn, .arg = arg, .cpu = -1 };
	if (threads.next_cpu >= 0)
		s->cpu = threads.next_cpu++;
	if (pthread_create(&s->id, NULL, thread_begin, s) != 0) {
		free(s);
		return ERR_NOMEM;
	}
	*handle = s;
	return 0;
}

void
driver_join(void *handle)
{
	struct thread_start *s = handle;

	pthread_join(s->id, NULL);
	free(s);
}
