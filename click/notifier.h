/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * notifier.h -- how a pulling task sleeps while there is nothing to pull, and
 * a pushing one while there is no room.
 *
 * An element that knows (a queue, a shaper) owns a notifier and answers to
 * "empty_notifier" (upstream, for pullers) or "full_notifier" (downstream, for
 * pushers) in its cast.  A task looks for the notifiers that it depends on
 * once, in initialize:
 *
 *	signal_upstream_empty(&s->signal, e, 0, &s->task);
 *
 * and in its run reschedules itself only while signal_active().  When a
 * notifier becomes active it schedules the tasks that listen.
 */
#ifndef CLICK_NOTIFIER_H
#define CLICK_NOTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/vec.h"

struct element;
struct task;

enum notifier_search {
	NOTIFIER_STOP,          /* what lies beyond does not matter */
	NOTIFIER_CONTINUE,      /* look beyond as well, sleep allowed */
	NOTIFIER_CONTINUE_WAKE, /* beyond as well; must be woken by both */
};

struct notifier {
	uint32_t active; /* atomic */
	enum notifier_search search;
	/* Called when somebody starts to listen; may be NULL. */
	void (*listen)(struct notifier *n, struct task *task);
	VEC(struct task *) listeners;
	VEC(struct notifier *) dependents; /* made active when this one is */
};

void notifier_init(struct notifier *n, enum notifier_search search);
void notifier_fini(struct notifier *n);

/* Slow part: schedules the listeners. */
void notifier_wake_listeners(struct notifier *n);

static inline bool
notifier_active(const struct notifier *n)
{
	return load_relaxed(&n->active) != 0;
}

/* Something is there: wakes whoever sleeps.  Cheap when active already. */
static inline void
notifier_wake(struct notifier *n)
{
	if (unlikely(!notifier_active(n))) {
		store_release(&n->active, 1);
		notifier_wake_listeners(n);
	}
}

/* Nothing is there. */
static inline void
notifier_sleep(struct notifier *n)
{
	store_release(&n->active, 0);
}

/*
 * What a task (or another notifier) depends on: active when any of its
 * notifiers is, and always when a path has none.
 */
struct signal {
	VEC(struct notifier *) of;
	bool always; /* some path cannot tell */
};

void signal_init_always(struct signal *s);
void signal_fini(struct signal *s);

static inline bool
signal_active(const struct signal *s)
{
	if (s->always)
		return true;
	for (size_t i = 0; i < s->of.n; i++)
		if (notifier_active(s->of.v[i]))
			return true;
	return false;
}

/*
 * Finds the notifiers beyond input or output port of e and makes task listen
 * to them; task NULL: only looks.  dependent, if not NULL, is woken too.
 */
void signal_upstream_empty(
    struct signal *s, struct element *e, unsigned int port, struct task *task);
void signal_downstream_full(
    struct signal *s, struct element *e, unsigned int port, struct task *task);
void signal_upstream_empty_to(struct signal *s, struct element *e,
    unsigned int port, struct notifier *dependent);

#endif
