/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * worker.c -- a thread that moves frames, and how it goes to sleep.
 *
 * A round gives each active port one burst.  A port without frames for a
 * while is armed and leaves the active ones; an event brings it back.  The
 * while is options.poll_ns, or less where that was in vain: it is halved each
 * time, and whole again when an event came so soon that it would have been of
 * use: where the peer runs only while we sleep (one processor for both) it is
 * of none.
 *
 * With no active port the worker sleeps in epoll; with some it looks for events
 * now and then.  A round without any frame yields the processor at once, for
 * the peer that we wait for may need it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/steady.h"
#include "vale/internal.h"

enum {
	EVENTS_AT_ONCE = 64,
	LOOK_EVERY_NS = 20000, /* for events, while busy, but */
	LOOK_EVERY = 512,      /* not before so many frames */
	WAKE_EVERY_NS = 5000,  /* at least, under load */
	FULL_ROUND = 16,       /* frames in a round: load */
	EMPTY_PAUSES = 8,      /* empty rounds before the processor is left */
	VAIN_MAX = 30,         /* halvings of poll_ns, a second at most */
};

/* ---- active and sleeping ports ---- */

static void
worker_activate(struct vale_worker *w, struct vale_slot *s)
{
	if (s->active)
		return;
	if (w->now_ns - s->left_ns < w->vale->options.poll_ns)
		s->vain = 0; /* it left too early */
	s->busy_ns = w->now_ns;
	s->active = vec_push(&w->active, s) == 0; /* else: the next event */
}

void
vale_port_activate(struct vale_port *p)
{
	worker_activate(p->slot->worker, p->slot);
}

/* The pinned slots have changed: all of them are active for a start. */
static void
worker_adopt(struct vale_worker *w, const struct vale_pinned *pinned)
{
	w->known = pinned;
	for (size_t i = 0; i < w->active.n; i++)
		w->active.v[i]->active = false;
	w->active.n = 0;
	for (uint32_t i = 0; pinned != NULL && i < pinned->n; i++)
		worker_activate(w, pinned->slot[i]);
}

/* ---- events for peers that sleep ---- */

void
vale_worker_dirty(struct vale_worker *w, struct vale_slot *d)
{
	for (size_t i = 0; i < w->dirty.n; i++)
		if (w->dirty.v[i] == d)
			return;
	if (vec_push(&w->dirty, d) == 0)
		return;
	/* Out of memory: at once, with a barrier of its own. */
	fence_full();
	d->port->ops->wake(d->port, VALE_TX);
}

/*
 * Wakes whom the last rounds concerned; also ports that are being stopped,
 * which is not over before the next round (vale_sync).
 */
static void
worker_wake_peers(struct vale_worker *w)
{
	if (w->dirty.n == 0 && !w->rx_dirty)
		return;
	w->woken_ns = w->now_ns;
	/* Indices are out before wake_at is read: ops->wake (port.h). */
	fence_full();
	for (size_t i = 0; i < w->dirty.n; i++) {
		struct vale_slot *d = w->dirty.v[i];

		slot_lock(w, d);
		if (load_relaxed(&d->port->link) == VALE_UP)
			d->port->ops->wake(d->port, VALE_TX);
		slot_unlock(w, d);
	}
	w->dirty.n = 0;
	for (size_t i = 0; w->rx_dirty && i < w->active.n; i++) {
		struct vale_slot *s = w->active.v[i];

		if (s->rx_dirty && load_relaxed(&s->port->link) == VALE_UP)
			s->port->ops->wake(s->port, VALE_RX);
		s->rx_dirty = false;
	}
	w->rx_dirty = false;
}

/*
 * The same after a round that moved frames.  While rounds are full it is put
 * off a little: the barrier waits for all stores, and whoever sleeps takes
 * longer than that to wake.
 */
static void
worker_wake_due(struct vale_worker *w, unsigned int moved)
{
	if (moved < FULL_ROUND || w->now_ns - w->woken_ns >= WAKE_EVERY_NS)
		worker_wake_peers(w);
}

/* ---- what the control thread does ---- */

void
vale_worker_wake(struct vale_worker *w)
{
	static const uint64_t one = 1;

	fence_full(); /* what we did is out before sleeping is read */
	if (load_relaxed(&w->sleeping) != 0)
		(void)!write(w->event, &one, sizeof(one)); /* full wakes too */
}

/*
 * The beginning of a round: whatever was published before it is in force, and
 * what it replaced is out of our hands (vale_sync).
 */
static void
worker_begin(struct vale_worker *w)
{
	uint32_t wanted = load_acquire(&w->wanted);
	const struct vale_pinned *pinned = load_acquire(&w->pinned);

	if (likely(wanted == w->reached && pinned == w->known))
		return;
	worker_wake_peers(w); /* slots that it knows may go */
	if (pinned != w->known)
		worker_adopt(w, pinned);
	store_release(&w->reached, wanted);
}

void
vale_sync(struct vale *v)
{
	for (unsigned int i = 0; i < v->nworkers; i++) {
		store_release(&v->workers[i].wanted, v->workers[i].wanted + 1);
		vale_worker_wake(&v->workers[i]);
	}
	for (unsigned int i = 0; i < v->nworkers; i++) {
		struct vale_worker *w = &v->workers[i];

		if (w->thread == 0)
			worker_begin(w);
		while (load_acquire(&w->reached) != w->wanted)
			sched_yield();
	}
}

/* Publishes a copy of w's pinned slots with s added or removed. */
static int
worker_repin(struct vale_worker *w, struct vale_slot *s, bool add)
{
	struct vale_pinned *old = w->pinned, *new;
	uint32_t n = old != NULL ? old->n : 0;

	new = malloc(sizeof(*new) + (n + 1) * sizeof(new->slot[0]));
	if (new == NULL)
		return ERR_NOMEM;
	new->n = 0;
	for (uint32_t i = 0; i < n; i++)
		if (old->slot[i] != s)
			new->slot[new->n++] = old->slot[i];
	if (add)
		new->slot[new->n++] = s;
	store_release(&w->pinned, new);
	vale_sync(w->vale);
	free(old);
	return 0;
}

/*
 * Takes s out of the table in place, for when there is no memory for another:
 * workers are in no round that has seen it after the sync.
 */
static void
worker_unpin_in_place(struct vale_worker *w, struct vale_slot *s)
{
	struct vale_pinned *p = w->pinned;

	store_release(&w->pinned, (struct vale_pinned *)NULL);
	vale_sync(w->vale);
	for (uint32_t i = 0; i < p->n; i++)
		if (p->slot[i] == s)
			p->slot[i] = p->slot[--p->n];
	store_release(&w->pinned, p);
	vale_sync(w->vale);
}

int
vale_worker_add(struct vale_worker *w, struct vale_slot *s)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = s };
	int err;

	s->worker = w;
	if (s->port->fd >= 0 &&
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, s->port->fd, &ev) != 0)
		return errno == ENOMEM ? ERR_NOMEM : ERR_IO;
	err = worker_repin(w, s, true);
	if (err != 0 && s->port->fd >= 0)
		(void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, s->port->fd, NULL);
	return err;
}

void
vale_worker_remove(struct vale_worker *w, struct vale_slot *s)
{
	/* Fails when the kind has closed it already: then it is out, too. */
	if (s->port->fd >= 0)
		(void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, s->port->fd, NULL);
	if (worker_repin(w, s, false) != 0)
		worker_unpin_in_place(w, s);
}

/* Whether s, which has no frame now, may leave the active ones. */
static bool
worker_may_leave(struct vale_worker *w, struct vale_slot *s)
{
	struct vale_port *p = s->port;

	if (s->rx_dirty)
		return false; /* its peer has not been told yet */
	if (!vale_slot_usable(s) || (p->features & VALE_F_NO_RX) != 0)
		return true;
	if ((p->features & VALE_F_POLL_ONLY) != 0)
		return false;
	if (p->ops->arm == NULL)
		return true; /* its fd says when */
	if (w->now_ns - s->busy_ns < w->vale->options.poll_ns >> s->vain)
		return false;
	if (p->ops->arm(p))
		return false;
	s->left_ns = w->now_ns;
	if (s->vain < VAIN_MAX)
		s->vain++;
	return true;
}

/* One turn of every active slot; frames moved. */
static unsigned int
worker_turns(struct vale_worker *w)
{
	unsigned int moved = 0;

	for (size_t i = 0; i < w->active.n;) {
		struct vale_slot *s = w->active.v[i];
		int n = 0;

		if (vale_slot_usable(s) &&
		    (s->port->features & VALE_F_NO_RX) == 0)
			n = vale_burst(w, s);
		if (n > 0) {
			moved += (unsigned int)n;
			s->busy_ns = w->now_ns;
			w->rx_dirty |= s->rx_dirty;
		} else if (worker_may_leave(w, s)) {
			s->active = s->rx_dirty = false;
			w->active.v[i] = w->active.v[--w->active.n];
			continue;
		}
		i++;
	}
	return moved;
}

/* Looks for events, sleeping up to timeout_ms (-1: for ever). */
static void
worker_events(struct vale_worker *w, int timeout_ms)
{
	struct epoll_event ev[EVENTS_AT_ONCE];
	int n = epoll_wait(w->epoll, ev, EVENTS_AT_ONCE, timeout_ms);

	w->now_ns = w->looked_ns = steady_ns();
	w->unseen = 0;
	for (int i = 0; i < n; i++) {
		struct vale_slot *s = ev[i].data.ptr;
		uint64_t count;

		if (s == NULL) {
			(void)!read(w->event, &count, sizeof(count));
		} else if (vale_slot_usable(s)) {
			if (s->port->ops->event != NULL)
				s->port->ops->event(s->port);
			worker_activate(w, s);
		}
	}
}

unsigned int
vale_worker_round(struct vale_worker *w)
{
	unsigned int moved;

	worker_begin(w);
	w->rounds++;
	w->now_ns = steady_ns();
	if (w->thread == 0)
		worker_events(w, 0); /* nobody else looks */
	moved = worker_turns(w);
	w->unseen += moved;
	worker_wake_due(w, moved);
	return moved;
}

/* Nothing is active: sleeps until an event. */
static void
worker_sleep(struct vale_worker *w)
{
	store_relaxed(&w->sleeping, 1);
	fence_full(); /* vale_worker_wake() sees it, or we see what it did */
	if (load_acquire(&w->wanted) == w->reached &&
	    load_acquire(&w->stop) == 0) {
		w->sleeps++;
		worker_events(w, -1);
	}
	store_relaxed(&w->sleeping, 0);
}

/*
 * Whether some port is active, and it is time to see about the others: a look
 * costs as much as some ten frames.
 */
static bool
worker_must_look(const struct vale_worker *w, bool moving)
{
	return w->now_ns - w->looked_ns >= LOOK_EVERY_NS &&
	       (!moving || w->unseen >= LOOK_EVERY);
}

static void *
worker_run(void *arg)
{
	struct vale_worker *w = arg;
	unsigned int empty = 0;

	while (load_acquire(&w->stop) == 0) {
		empty = vale_worker_round(w) > 0 ? 0 : empty + 1;
		if (w->active.n == 0) {
			worker_sleep(w);
		} else if (worker_must_look(w, empty == 0)) {
			worker_events(w, 0);
		} else if (empty > EMPTY_PAUSES) {
			sched_yield();
		} else if (empty > 0) {
			cpu_relax();
		}
	}
	return NULL;
}

/* ---- life ---- */

static int
worker_open(struct vale_worker *w, struct diag *why)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->epoll < 0 || w->event < 0 ||
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->event, &ev) != 0)
		return diag(why, ERR_IO, "worker: %s", strerror(errno));
	w->scratch = aligned_alloc(CACHE_LINE, sizeof(*w->scratch));
	if (w->scratch == NULL)
		return diag(why, ERR_NOMEM, "worker: out of memory");
	return 0;
}

int
vale_worker_start(struct vale_worker *w, struct diag *why)
{
	pthread_attr_t attr;
	cpu_set_t cpus;
	int err = worker_open(w, why);

	/* Without threads the caller turns the wheel: vale_round(). */
	if (err != 0 || w->vale->options.workers == 0)
		return err;
	pthread_attr_init(&attr);
	if (w->cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET((size_t)w->cpu, &cpus);
		pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	}
	err = pthread_create(&w->thread, &attr, worker_run, w);
	pthread_attr_destroy(&attr);
	if (err == 0)
		return 0;
	w->thread = 0;
	return diag(
	    why, ERR_IO, "worker on processor %d: %s", w->cpu, strerror(err));
}

void
vale_worker_stop(struct vale_worker *w)
{
	if (w->thread != 0) {
		store_release(&w->stop, 1);
		vale_worker_wake(w);
		pthread_join(w->thread, NULL);
	}
	if (w->epoll >= 0)
		close(w->epoll);
	if (w->event >= 0)
		close(w->event);
	free(w->pinned);
	vec_fini(&w->active);
	vec_fini(&w->dirty);
	free(w->scratch);
}
