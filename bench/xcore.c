/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xcore.c -- how many frames a second two processors can pass to each other
 * and back if there were no protocol: the roofline of bench/vale.c.
 *
 *	bench-xcore [--cpu N] [--switch-cpu N] [--size BYTES] [--burst N]
 *	            [--slots N] [--seconds S] [--samples N]
 *
 * The thread on --cpu writes bursts of frames into one ring of buffers and
 * reads what comes out of another; the thread on --switch-cpu copies from the
 * first to the second.  Buffers are as far apart and frames begin where those
 *of netring do; each ring has the two indices that any ring needs, published
 *once a burst; no slots, no lookups, no checks.  Each sample is tagged as
 * bench/vale.c's are.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/copy.h"
#include "base/steady.h"
#include "bench/cores.h"

enum { BUFFER = 33 * CACHE_LINE };

struct index {
	uint32_t value CACHE_ALIGNED;
};

struct way {
	struct index in, out; /* written by its producer, its consumer */
	uint8_t *buffers;
	uint32_t slots;
};

struct xcore {
	struct way there, back;
	uint32_t size, burst;
	int cpu, switch_cpu;
	int stop;
	copy_fn *copy;
};

static uint8_t *
way_frame(const struct way *w, uint32_t i)
{
	i %= w->slots;
	return w->buffers + (size_t)i * BUFFER + 64;
}

static inline uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Copies bursts from there to back until told to stop. */
static void *
xcore_switch(void *arg)
{
	struct xcore *x = arg;
	uint32_t got = 0, put = 0;

	cores_pin(x->switch_cpu);
	while (load_acquire(&x->stop) == 0) {
		uint32_t n = load_acquire(&x->there.in.value) - got;
		uint32_t room =
		    x->back.slots - (put - load_acquire(&x->back.out.value));

		n = least(least(n, room), x->burst);
		for (uint32_t i = 0; i < n; i++) {
			prefetch_read(way_frame(&x->there, got + i));
			prefetch_write(way_frame(&x->back, put + i));
		}
		for (uint32_t i = 0; i < n; i++)
			x->copy(way_frame(&x->back, put + i),
			    way_frame(&x->there, got + i), x->size);
		if (n == 0)
			continue;
		store_release(&x->there.out.value, got += n);
		store_release(&x->back.in.value, put += n);
	}
	return NULL;
}

static void
xcore_send(struct xcore *x, uint32_t *put, uint32_t *seen)
{
	uint32_t n;

	if (x->there.slots - (*put - *seen) < x->burst)
		*seen = load_acquire(&x->there.out.value);
	n = least(x->burst, x->there.slots - (*put - *seen));
	for (uint32_t i = 0; i < n; i++)
		prefetch_write(way_frame(&x->there, *put + i));
	for (uint32_t i = 0; i < n; i++)
		memset(way_frame(&x->there, *put + i), (int)i, 64);
	if (n > 0)
		store_release(&x->there.in.value, *put += n);
}

static uint64_t
xcore_receive(struct xcore *x, uint32_t *got)
{
	uint32_t n = least(load_acquire(&x->back.in.value) - *got, x->burst);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		prefetch_read(way_frame(&x->back, *got + i));
	for (uint32_t i = 0; i < n; i++)
		sum += *way_frame(&x->back, *got + i);
	if (n > 0)
		store_release(&x->back.out.value, *got += n);
	return sum;
}

/* Million frames a second, there and back. */
static double
xcore_run(struct xcore *x, double seconds)
{
	uint32_t put = 0, seen = 0, got = 0, loops = 0;
	int64_t length = (int64_t)(seconds * 1e9), start, now;
	volatile uint64_t sum = 0;
	pthread_t t;

	x->there.in.value = x->there.out.value = 0;
	x->back.in.value = x->back.out.value = 0;
	x->stop = 0;
	/* A new thread begins where its parent is. */
	cores_pin(x->switch_cpu);
	if (pthread_create(&t, NULL, xcore_switch, x) != 0)
		exit(1);
	cores_pin(x->cpu);
	start = now = steady_ns();
	while (now - start < length) {
		xcore_send(x, &put, &seen);
		sum += xcore_receive(x, &got);
		if ((++loops & 31) == 0)
			now = steady_ns();
	}
	store_release(&x->stop, 1);
	pthread_join(t, NULL);
	return (double)got / (double)(now - start) * 1e3;
}

static void
way_new(struct way *w, uint32_t slots)
{
	w->slots = slots;
	w->buffers = mmap(NULL, (size_t)slots * BUFFER, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (w->buffers == MAP_FAILED)
		exit(1);
}

int
main(int argc, char **argv)
{
	struct xcore *x = aligned_alloc(CACHE_LINE, sizeof(*x));
	uint32_t slots = 256, samples = 5;
	double seconds = 0.1;

	if (x == NULL)
		return 1;
	*x = (struct xcore){ .size = 64, .burst = 32, .cpu = 1 };
	for (int i = 1; i + 1 < argc; i += 2) {
		uint32_t v = (uint32_t)atoi(argv[i + 1]);

		if (strcmp(argv[i], "--cpu") == 0)
			x->cpu = (int)v;
		else if (strcmp(argv[i], "--switch-cpu") == 0)
			x->switch_cpu = (int)v;
		else if (strcmp(argv[i], "--size") == 0)
			x->size = v;
		else if (strcmp(argv[i], "--burst") == 0)
			x->burst = v;
		else if (strcmp(argv[i], "--slots") == 0)
			slots = v;
		else if (strcmp(argv[i], "--seconds") == 0)
			seconds = atof(argv[i + 1]);
		else if (strcmp(argv[i], "--samples") == 0)
			samples = v;
	}
	if (x->size < 64 || x->size > 1514 || x->burst > slots)
		return 2;
	x->copy = copy_choose();
	way_new(&x->there, slots);
	way_new(&x->back, slots);
	while (samples-- > 0) {
		double before = cores_line_ns(x->cpu, x->switch_cpu), after;
		int64_t waited, start = steady_ns();
		double rate;

		waited = cores_waited_ns(0, 0);
		rate = xcore_run(x, seconds);
		waited = cores_waited_ns(0, 0) - waited;
		start = steady_ns() - start;
		after = cores_line_ns(x->cpu, x->switch_cpu);
		printf("%.3f Mp/s  %.2f Gb/s  line %.0f %.0f ns %s  ran %.2f\n",
		    rate, rate * x->size * 8 / 1e3, before, after,
		    cores_tag(before, after),
		    1 - (double)waited / (double)start);
		fflush(stdout);
	}
	return 0;
}
