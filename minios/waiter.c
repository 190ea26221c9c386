/* SPDX-License-Identifier: BSD-3-Clause */
/* waiter.c -- os_wait() over threads; see os/os.h and waiter.h. */
#include "minios/waiter.h"

#include <stdlib.h>

#include "base/err.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "os/os.h"

struct os_waiter {
	struct waitq sleeper;
	struct list posted;
	bool woken;
};

struct os_waiter *
os_waiter_new(void)
{
	struct os_waiter *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		waitq_init(&w->sleeper);
		list_init(&w->posted);
	}
	return w;
}

void
os_waiter_free(struct os_waiter *w)
{
	while (list_pop(&w->posted) != NULL)
		;
	free(w);
}

void
os_wake(struct os_waiter *w)
{
	w->woken = true;
	waitq_wake(&w->sleeper);
}

void
waiter_source_init(struct waiter_source *s, struct os_waiter *w,
    void (*run)(struct waiter_source *))
{
	list_init(&s->node);
	s->waiter = w;
	s->run = run;
}

void
waiter_post(struct waiter_source *s)
{
	if (s->waiter == NULL)
		return;
	if (list_empty(&s->node))
		list_append(&s->waiter->posted, &s->node);
	waitq_wake(&s->waiter->sleeper);
}

void
waiter_cancel(struct waiter_source *s)
{
	list_remove(&s->node);
}

static bool
waiter_deliver(struct os_waiter *w)
{
	bool any = w->woken;
	struct list *node;

	w->woken = false;
	while ((node = list_pop(&w->posted)) != NULL) {
		struct waiter_source *s =
		    container_of(node, struct waiter_source, node);

		s->run(s);
		any = true;
	}
	return any;
}

bool
os_wait(struct os_waiter *w, int64_t deadline_ns)
{
	/* An urgent one would wait behind all others: it is woken in time. */
	if (!fiber_urgent())
		fiber_yield();
	if (waiter_deliver(w))
		return true;
	if (deadline_ns != INT64_MAX && deadline_ns <= machine->steady_ns())
		return false;
	/* Nothing can have come since: handlers run when we sleep. */
	waitq_sleep(&w->sleeper, deadline_ns);
	return waiter_deliver(w);
}

int
os_watch_fd(struct os_waiter *w, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg)
{
	(void)w, (void)fd, (void)events, (void)ready, (void)arg;
	return ERR_NOTSUP;
}

int
os_watch_signal(
    struct os_waiter *w, int signo, void (*ready)(void *arg), void *arg)
{
	(void)w, (void)signo, (void)ready, (void)arg;
	return ERR_NOTSUP;
}
