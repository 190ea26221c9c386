/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * share.c -- which threads run which elements: an element that two of them can
 * reach must be made for it (ELEMENT_SHAREABLE).
 *
 * A task runs its own element, whatever that pushes into and whatever it
 * pulls from, and so on: the active connections.  Timers and watched
 * descriptors call their element on its home thread, too.  Where no task
 * that reaches an element with timers runs there, its home becomes the thread
 * of one that does, unless the configuration has said where that shall be.
 */
#include <stdlib.h>

#include "click/internal.h"

enum { NOBODY = -1 };

struct share {
	struct router *r;
	int32_t *by;    /* by element: thread id or NOBODY */
	int32_t *other; /* by element: the second thread, for the message */
	uint32_t *todo;
	uint32_t ntodo;
	int32_t thread; /* whose reach is being marked */
	uint8_t *seen;  /* in this walk */
};

static void
share_reach(struct share *s, struct element *e)
{
	if (s->seen[e->index])
		return;
	s->seen[e->index] = 1;
	s->todo[s->ntodo++] = e->index;
	if (s->by[e->index] == NOBODY) {
		s->by[e->index] = s->thread;
	} else if (s->by[e->index] != s->thread &&
	           s->other[e->index] == NOBODY) {
		s->other[e->index] = s->thread;
	}
}

/* Marks all that a thread reaches which runs e. */
static void
share_walk(struct share *s, struct element *from, unsigned int thread)
{
	memset(s->seen, 0, s->r->nelements);
	s->ntodo = 0;
	s->thread = (int32_t)thread;
	share_reach(s, from);
	for (uint32_t i = 0; i < s->ntodo; i++) {
		struct element *e = s->r->elements[s->todo[i]];

		for (unsigned int p = 0; p < e->nout; p++)
			if (e->out[p].active)
				share_reach(s, e->out[p].peer);
		for (unsigned int p = 0; p < e->nin; p++)
			if (e->in[p].active)
				share_reach(s, e->in[p].peer);
	}
}

static int
share_alloc(struct share *s)
{
	size_t n = (size_t)s->r->nelements + 1;

	s->by = malloc(n * sizeof(*s->by));
	s->other = malloc(n * sizeof(*s->other));
	s->todo = malloc(n * sizeof(*s->todo));
	s->seen = malloc(n);
	if (s->by == NULL || s->other == NULL || s->todo == NULL ||
	    s->seen == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		s->by[i] = s->other[i] = NOBODY;
	return 0;
}

/*
 * What calls e on its home thread, where that is not among those that reach
 * it.  Tasks of its own are there anyhow, or were moved since, with e's
 * consent.
 */
static void
share_home(struct share *s, struct element *e, bool runs)
{
	int32_t home = (int32_t)e->thread->id, by = s->by[e->index];

	if ((!e->has_timers && !e->has_watches) || e->has_tasks || by == home ||
	    s->other[e->index] == home)
		return;
	if (by != NOBODY && !e->has_watches && !runs &&
	    s->r->thread_wish[e->index] < 0)
		timers_move(e, master_thread(s->r->master, (unsigned int)by));
	else
		share_walk(s, e, e->thread->id);
}

static void
share_mark(struct share *s, const struct task *moved, unsigned int thread)
{
	struct router *r = s->r;

	for (struct task *k = r->tasks; k != NULL; k = k->next_of_router)
		share_walk(s, k->e, k == moved ? thread : task_home(k));
	for (uint32_t i = 0; i < r->nelements; i++)
		if (r->elements[i]->nin == 0 && s->by[i] == NOBODY)
			share_walk(
			    s, r->elements[i], r->elements[i]->thread->id);
	for (uint32_t i = 0; i < r->nelements; i++)
		share_home(s, r->elements[i], moved != NULL);
}

static int
share_report(struct share *s, struct errh *errh)
{
	int err = 0;

	for (uint32_t i = 0; i < s->r->nelements; i++) {
		struct element *e = s->r->elements[i];
		char buf[256];

		if (s->other[i] == NOBODY ||
		    (e->class->flags & ELEMENT_SHAREABLE) != 0)
			continue;
		err = errh_lerror(errh, e->landmark,
		    "'%.*s' is reached by threads %d and %d but cannot be "
		    "shared; put a Queue before it",
		    STR_ARG(element_declaration(e, buf)), (int)s->by[i],
		    (int)s->other[i]);
	}
	return err;
}

int
router_check_sharing(struct router *r, const struct task *moved,
    unsigned int thread, struct errh *errh)
{
	struct share s = { .r = r };
	int err = 0;

	if (master_nthreads(r->master) == 1)
		return 0;
	err = share_alloc(&s);
	if (err == 0) {
		share_mark(&s, moved, thread);
		err = share_report(&s, errh);
	}
	free(s.by);
	free(s.other);
	free(s.todo);
	free(s.seen);
	return err;
}
