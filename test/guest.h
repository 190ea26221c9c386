/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guest.h -- a set of routers (clickos/guest.h) inside a unit test, over
 * threads of the system, with a clock to wait by.
 */
#ifndef TEST_GUEST_H
#define TEST_GUEST_H

#include <pthread.h>
#include <stdlib.h>

#include "base/compiler.h"
#include "base/err.h"
#include "clickos/guest.h"
#include "os/os.h"

enum { TGUEST_PATIENCE_S = 20 };

struct tguest_thread {
	pthread_t id;
	void (*fn)(void *arg);
	void *arg;
};

static struct {
	unsigned int spawned;
	int left; /* threads that may be started; < 0: any number */
} tguest_threads = { 0, -1 };

UNUSED static void *
tguest_thread_main(void *arg)
{
	struct tguest_thread *t = arg;

	t->fn(t->arg);
	return NULL;
}

UNUSED static int
tguest_spawn(const char *name, void (*fn)(void *arg), void *arg, void **handle)
{
	struct tguest_thread *t;

	(void)name;
	if (tguest_threads.left == 0)
		return ERR_NOMEM;
	t = malloc(sizeof(*t));
	if (t == NULL)
		return ERR_NOMEM;
	t->fn = fn;
	t->arg = arg;
	if (pthread_create(&t->id, NULL, tguest_thread_main, t) != 0) {
		free(t);
		return ERR_NOMEM;
	}
	tguest_threads.left -= tguest_threads.left > 0;
	tguest_threads.spawned++;
	*handle = t;
	return 0;
}

UNUSED static void
tguest_join(void *handle)
{
	struct tguest_thread *t = handle;

	pthread_join(t->id, NULL);
	free(t);
}

/* NULL when there is no memory; options as far as the caller has set them. */
UNUSED static struct guest *
tguest_new(struct guest_options options, struct os_waiter **w)
{
	*w = os_waiter_new();
	options.spawn = tguest_spawn;
	options.join = tguest_join;
	options.waiter = *w;
	return *w == NULL ? NULL : guest_new(&options);
}

/* Calls step(arg) until it says true (so does this) or patience is at end. */
UNUSED static bool
tguest_until(struct os_waiter *w, bool (*step)(void *arg), void *arg)
{
	int64_t end = os_steady_ns() + (int64_t)TGUEST_PATIENCE_S * 1000000000;

	while (!step(arg)) {
		if (os_steady_ns() >= end)
			return false;
		(void)os_wait(w, os_steady_ns() + 1000000);
	}
	return true;
}

/*
 * For fuzzing: a guest with router 0 running, which is the only one there will
 * be.
 */
UNUSED static struct guest *
tguest_single(struct os_waiter **w)
{
	const struct guest_options options = { .packets = 1000 };
	const struct guest_done nobody = { NULL, NULL };
	struct guest *g = tguest_new(options, w);
	unsigned int id = 0;

	(void)guest_install(g, &id, STR("fuzz"),
	    STR("s :: Switch(0); Idle -> s -> q :: Queue(5) -> Idle;"), true,
	    nobody, NULL);
	while (guest_state(g, 0) != GUEST_RUNNING) {
		guest_poll(g);
		(void)os_wait(*w, os_steady_ns() + 1000000);
	}
	tguest_threads.left = 0;
	return g;
}

/*
 * Of messages that begin anywhere in s: no operation is left that would take
 * that router away, or be under way when who asked is freed.
 */
UNUSED static void
tguest_tame(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == CONTROL_STOP || s[i] == CONTROL_REMOVE ||
		    s[i] == CONTROL_SWAP)
			s[i] = CONTROL_STATUS;
}

#endif
