/* SPDX-License-Identifier: BSD-3-Clause */
/* loop.c -- see loop.h. */
#include "vale/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"
#include "base/steady.h"
#include "base/vec.h"
#include "vale/port.h"

enum { EVENTS_AT_ONCE = 32 };

struct watch {
	void (*ready)(void *arg, unsigned int events);
	void *arg;
	uint32_t generation; /* tells an event of a watch that has ended */
};

struct vale_loop {
	int epoll, event;
	uint32_t generation;
	VEC(struct watch) watches; /* by descriptor */
	struct vale_timer *timers; /* in no order: there are few */
};

static const uint64_t EVENT_WAKE = UINT64_MAX;

struct vale_loop *
loop_new(void)
{
	struct vale_loop *l = calloc(1, sizeof(*l));
	struct epoll_event ev = { .events = EPOLLIN };

	if (l == NULL)
		return NULL;
	ev.data.u64 = EVENT_WAKE;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->epoll < 0 || l->event < 0 ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->event, &ev) != 0) {
		loop_free(l);
		return NULL;
	}
	return l;
}

void
loop_free(struct vale_loop *l)
{
	if (l == NULL)
		return;
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->event >= 0)
		close(l->event);
	vec_fini(&l->watches);
	free(l);
}

static int
loop_room(struct vale_loop *l, size_t fd)
{
	size_t had = l->watches.n;

	if (fd < had)
		return 0;
	if (vec_reserve(&l->watches, fd + 1) != 0)
		return ERR_NOMEM;
	memset(l->watches.v + had, 0, (fd + 1 - had) * sizeof(struct watch));
	l->watches.n = fd + 1;
	return 0;
}

int
loop_watch(struct vale_loop *l, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg)
{
	struct epoll_event ev = { .events = 0 };
	struct watch *w;
	int op;

	if (fd < 0 || loop_room(l, (size_t)fd) != 0)
		return fd < 0 ? ERR_INVAL : ERR_NOMEM;
	w = &l->watches.v[fd];
	op = w->ready != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	if (events == 0) {
		if (w->ready != NULL)
			(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
		*w = (struct watch){ NULL, NULL, 0 };
		return 0;
	}
	*w = (struct watch){ ready, arg, ++l->generation };
	ev.events = (events & VALE_READ ? (uint32_t)EPOLLIN : 0) |
	            (events & VALE_WRITE ? (uint32_t)EPOLLOUT : 0);
	ev.data.u64 = (uint64_t)w->generation << 32 | (uint32_t)fd;
	if (epoll_ctl(l->epoll, op, fd, &ev) == 0)
		return 0;
	w->ready = NULL;
	return errno == ENOMEM ? ERR_NOMEM : ERR_IO;
}

/* ---- timers ---- */

void
loop_never(struct vale_timer *t)
{
	if (t->link == NULL)
		return;
	*t->link = t->next;
	if (t->next != NULL)
		t->next->link = t->link;
	t->link = NULL;
}

void
loop_later(struct vale_loop *l, struct vale_timer *t, int64_t ns)
{
	loop_never(t);
	t->when_ns = steady_ns() + ns;
	t->next = l->timers;
	t->link = &l->timers;
	if (t->next != NULL)
		t->next->link = &t->next;
	l->timers = t;
}

/* Calls what is due; one at a time, for a call may change the list. */
static void
loop_expire(struct vale_loop *l)
{
	int64_t now = l->timers != NULL ? steady_ns() : 0;
	struct vale_timer *t = l->timers;

	while (t != NULL) {
		if (t->when_ns > now) {
			t = t->next;
			continue;
		}
		loop_never(t);
		t->expire(t->arg);
		t = l->timers; /* what it sets anew is later than now */
	}
}

/* timeout_ms, or less when a timer wants it; rounded up. */
static int
loop_timeout(const struct vale_loop *l, int timeout_ms)
{
	int64_t now = l->timers != NULL ? steady_ns() : 0;

	for (const struct vale_timer *t = l->timers; t != NULL; t = t->next) {
		int64_t ms = (t->when_ns - now + 999999) / 1000000;

		if (ms < 0)
			ms = 0;
		if (timeout_ms < 0 || ms < timeout_ms)
			timeout_ms = ms < INT_MAX ? (int)ms : INT_MAX;
	}
	return timeout_ms;
}

/* ---- waiting ---- */

static void
loop_deliver(struct vale_loop *l, const struct epoll_event *ev)
{
	uint32_t fd = (uint32_t)ev->data.u64;
	unsigned int events = 0;
	uint64_t count;

	if (ev->data.u64 == EVENT_WAKE) {
		(void)!read(l->event, &count, sizeof(count));
		return;
	}
	if (fd >= l->watches.n || l->watches.v[fd].ready == NULL ||
	    l->watches.v[fd].generation != ev->data.u64 >> 32)
		return;
	if ((ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		events |= VALE_READ;
	if ((ev->events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		events |= VALE_WRITE;
	l->watches.v[fd].ready(l->watches.v[fd].arg, events);
}

void
loop_wait(struct vale_loop *l, int timeout_ms)
{
	struct epoll_event ev[EVENTS_AT_ONCE];
	int n = epoll_wait(
	    l->epoll, ev, EVENTS_AT_ONCE, loop_timeout(l, timeout_ms));

	loop_expire(l);
	for (int i = 0; i < n; i++)
		loop_deliver(l, &ev[i]);
}

void
loop_wake(struct vale_loop *l)
{
	static const uint64_t one = 1;
	int e = errno; /* a signal handler may be calling */

	(void)!write(l->event, &one, sizeof(one)); /* a full one wakes, too */
	errno = e;
}
