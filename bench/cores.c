/* SPDX-License-Identifier: BSD-3-Clause */
/* cores.c -- see cores.h. */
#define _GNU_SOURCE
#include "bench/cores.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/steady.h"

enum { ROUNDS = 2000, TRIES = 5, NEAR_NS = 200 };

struct line {
	uint32_t value CACHE_ALIGNED;
};

struct pong {
	struct line there, back;
	int cpu;
	int stop;
};

void
cores_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set) != 0) {
		fprintf(stderr, "cannot run on processor %d\n", cpu);
		exit(1);
	}
}

static void *
pong_run(void *arg)
{
	struct pong *p = arg;
	uint32_t seen = 0;

	cores_pin(p->cpu);
	while (load_acquire(&p->stop) == 0) {
		uint32_t v = load_acquire(&p->there.value);

		if (v != seen)
			store_release(&p->back.value, seen = v);
	}
	return NULL;
}

double
cores_line_ns(int a, int b)
{
	struct pong *p = aligned_alloc(CACHE_LINE, sizeof(*p));
	double best = 1e9;
	uint32_t i = 0;
	pthread_t t;

	if (p == NULL)
		exit(1);
	*p = (struct pong){ .cpu = b };
	/* A new thread is where its parent is: it must not begin behind us. */
	cores_pin(b);
	if (pthread_create(&t, NULL, pong_run, p) != 0)
		exit(1);
	cores_pin(a);
	/* The best of several: others use these processors, too. */
	for (int k = 0; k < TRIES; k++) {
		int64_t start = steady_ns();

		for (int r = 0; r < ROUNDS; r++) {
			store_release(&p->there.value, ++i);
			while (load_acquire(&p->back.value) != i)
				cpu_relax();
		}
		double ns = (double)(steady_ns() - start) / ROUNDS;
		best = ns < best ? ns : best;
	}
	store_release(&p->stop, 1);
	pthread_join(t, NULL);
	free(p);
	return best;
}

const char *
cores_tag(double before, double after)
{
	if ((before < NEAR_NS) != (after < NEAR_NS))
		return "moved";
	return before < NEAR_NS ? "near" : "far";
}

int64_t
cores_waited_ns(int pid, int tid)
{
	char path[64];
	long long ran, waited = 0;
	FILE *f;

	if (pid == 0) {
		pid = (int)getpid();
		tid = (int)gettid();
	}
	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, tid);
	f = fopen(path, "r");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%lld %lld", &ran, &waited) != 2)
		waited = 0;
	fclose(f);
	return waited;
}
