/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * waiter.c -- os_wait() over epoll.
 *
 * A sleep is one epoll_pwait2(), exact to the microsecond.  A look without
 * sleeping costs nothing while no descriptor is watched and no one has called
 * os_wake(), and otherwise at most one system call in LOOK_EVERY_NS: a busy
 * router polls its ports itself, and what else there is may wait that long.
 *
 * Sleeper and waker meet in two words, each written before the other is read:
 *
 *	sleeper: sleeping = 1; read woken; sleep        waker: woken = 1;
 *	                                                read sleeping; event
 *
 * so that either the sleeper sees woken or the waker sees sleeping.
 */
#define _GNU_SOURCE
#include "base/atomic.h"
#include "host/host.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64, LOOK_EVERY_NS = 20000 };

struct watch {
	void (*ready)(void *arg, unsigned int events);
	void *arg;
	uint32_t generation; /* tells a stale event from a fresh one */
	uint8_t events;      /* OS_FD_*; 0: not watched */
	uint8_t always;      /* a plain file, which epoll does not take */
};

struct os_waiter {
	uint32_t woken, sleeping; /* see above */
	int epoll, event;
	int64_t look_ns; /* no look before that */

	struct spinlock lock;  /* of all below */
	struct watch *watches; /* by descriptor */
	uint32_t cap;
	uint32_t nwatches, nalways; /* the second are among the first */
	uint32_t generation;
};

/* The event that os_wake() writes to, among those of descriptors. */
static const uint64_t EVENT_WAKE = UINT64_MAX;

struct os_waiter *
os_waiter_new(void)
{
	struct os_waiter *w = calloc(1, sizeof(*w));
	struct epoll_event ev = { .events = EPOLLIN };

	if (w == NULL)
		return NULL;
	ev.data.u64 = EVENT_WAKE;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0)
		goto free_waiter;
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->event < 0)
		goto close_epoll;
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->event, &ev) != 0)
		goto close_event;
	/* Sleeps as long as asked, not 50 us more; threads inherit it. */
	(void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	return w;

close_event:
	close(w->event);
close_epoll:
	close(w->epoll);
free_waiter:
	free(w);
	return NULL;
}

void
os_waiter_free(struct os_waiter *w)
{
	if (w == NULL)
		return;
	signals_forget(w);
	close(w->event);
	close(w->epoll);
	free(w->watches);
	free(w);
}

void
os_wake(struct os_waiter *w)
{
	static const uint64_t one = 1;

	store_relaxed(&w->woken, 1);
	fence_full(); /* woken is out before sleeping is read; see the head */
	if (load_relaxed(&w->sleeping) != 0) {
		int e = errno; /* a signal handler may be calling */

		/* Fails only when it is full, which wakes as well. */
		if (write(w->event, &one, sizeof(one)) < 0)
			errno = e;
	}
}

/* Calls the watch of fd if it still is the one that the event is about. */
static bool
waiter_call(
    struct os_waiter *w, uint32_t fd, uint32_t generation, unsigned int events)
{
	struct watch copy = { NULL, NULL, 0, 0, 0 };

	spin_lock(&w->lock);
	if (fd < w->cap && w->watches[fd].generation == generation)
		copy = w->watches[fd];
	spin_unlock(&w->lock);
	events &= copy.events;
	if (events == 0)
		return false;
	copy.ready(copy.arg, events);
	return true;
}

static bool
waiter_event(struct os_waiter *w, const struct epoll_event *ev)
{
	unsigned int events = 0;
	uint64_t count;

	if (ev->data.u64 == EVENT_WAKE)
		return read(w->event, &count, sizeof(count)) > 0;
	/* Errors show themselves to whoever reads or writes. */
	if ((ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
		events |= OS_FD_READ;
	if ((ev->events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		events |= OS_FD_WRITE;
	return waiter_call(
	    w, (uint32_t)ev->data.u64, (uint32_t)(ev->data.u64 >> 32), events);
}

/* Plain files are always ready. */
static bool
waiter_call_always(struct os_waiter *w)
{
	bool called = false;

	for (uint32_t fd = 0; load_relaxed(&w->nalways) > 0; fd++) {
		struct watch copy = { NULL, NULL, 0, 0, 0 };
		bool end;

		spin_lock(&w->lock);
		end = fd >= w->cap;
		if (!end)
			copy = w->watches[fd];
		spin_unlock(&w->lock);
		if (end)
			break;
		if (copy.always != 0)
			called |=
			    waiter_call(w, fd, copy.generation, copy.events);
	}
	return called;
}

/* Looks at the descriptors, sleeping at most timeout; NULL: for ever. */
static bool
waiter_look(struct os_waiter *w, const struct timespec *timeout)
{
	struct epoll_event ev[EVENTS_AT_ONCE];
	/* Not every C library has epoll_pwait2(). */
	int n = (int)syscall(
	    SYS_epoll_pwait2, w->epoll, ev, EVENTS_AT_ONCE, timeout, NULL, 0);
	bool delivered = false;

	for (int i = 0; i < n; i++)
		delivered |= waiter_event(w, &ev[i]);
	if (load_relaxed(&w->nalways) > 0)
		delivered |= waiter_call_always(w);
	return delivered;
}

static bool
waiter_sleep(struct os_waiter *w, int64_t now, int64_t deadline_ns)
{
	int64_t ns = deadline_ns - now;
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };
	const struct timespec *timeout = deadline_ns == INT64_MAX ? NULL : &ts;
	bool delivered;

	store_relaxed(&w->sleeping, 1);
	fence_full(); /* sleeping is out before woken is read; see the head */
	if (load_relaxed(&w->woken) != 0 || load_relaxed(&w->nalways) > 0) {
		ts = (struct timespec){ 0, 0 };
		timeout = &ts;
	}
	delivered = waiter_look(w, timeout);
	store_relaxed(&w->sleeping, 0);
	return delivered;
}

/* True if somebody had called os_wake(). */
static bool
waiter_take_wake(struct os_waiter *w)
{
	if (load_relaxed(&w->woken) == 0 || exchange(&w->woken, 0) == 0)
		return false;
	signals_deliver(w);
	return true;
}

bool
os_wait(struct os_waiter *w, int64_t deadline_ns)
{
	bool happened = waiter_take_wake(w);
	int64_t now;

	if (load_relaxed(&w->nwatches) == 0 &&
	    (happened || deadline_ns == INT64_MIN))
		return happened;
	now = os_steady_ns();
	if (!happened && deadline_ns > now) {
		happened = waiter_sleep(w, now, deadline_ns);
		w->look_ns = 0; /* after a sleep there may be more */
	} else if (load_relaxed(&w->nwatches) > 0 && now >= w->look_ns) {
		static const struct timespec zero;

		happened |= waiter_look(w, &zero);
		w->look_ns = now + LOOK_EVERY_NS;
	}
	return waiter_take_wake(w) || happened;
}

/* Makes room for descriptor fd. */
static int
waiter_grow(struct os_waiter *w, uint32_t fd)
{
	uint32_t cap = w->cap == 0 ? 16 : w->cap;
	struct watch *more;

	while (cap <= fd)
		cap *= 2;
	if (cap == w->cap)
		return 0;
	more = realloc(w->watches, cap * sizeof(*more));
	if (more == NULL)
		return ERR_NOMEM;
	memset(more + w->cap, 0, (cap - w->cap) * sizeof(*more));
	w->watches = more;
	w->cap = cap;
	return 0;
}

static void
waiter_unwatch(struct os_waiter *w, uint32_t fd)
{
	struct watch *watch;

	if (fd >= w->cap || w->watches[fd].events == 0)
		return;
	watch = &w->watches[fd];
	if (watch->always != 0)
		store_relaxed(&w->nalways, w->nalways - 1);
	else
		/* Fails when fd was closed first, and then it is gone too. */
		(void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, (int)fd, NULL);
	store_relaxed(&w->nwatches, w->nwatches - 1);
	*watch = (struct watch){ NULL, NULL, ++w->generation, 0, 0 };
}

/* Registers fd, which is not watched; ERR_IO with errno. */
static int
waiter_watch(struct os_waiter *w, uint32_t fd, struct watch *watch)
{
	struct epoll_event ev = { .events = 0 };

	watch->generation = ++w->generation;
	if ((watch->events & OS_FD_READ) != 0)
		ev.events |= EPOLLIN;
	if ((watch->events & OS_FD_WRITE) != 0)
		ev.events |= EPOLLOUT;
	ev.data.u64 = (uint64_t)watch->generation << 32 | fd;
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, (int)fd, &ev) != 0) {
		if (errno != EPERM)
			return ERR_IO;
		watch->always = 1;
		store_relaxed(&w->nalways, w->nalways + 1);
	}
	w->watches[fd] = *watch;
	store_relaxed(&w->nwatches, w->nwatches + 1);
	return 0;
}

int
os_watch_fd(struct os_waiter *w, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg)
{
	struct watch watch = { ready, arg, 0, (uint8_t)events, 0 };
	int err = 0;

	if (fd < 0)
		return ERR_INVAL;
	spin_lock(&w->lock);
	if (events == 0) {
		waiter_unwatch(w, (uint32_t)fd);
	} else if ((err = waiter_grow(w, (uint32_t)fd)) == 0) {
		waiter_unwatch(w, (uint32_t)fd);
		err = waiter_watch(w, (uint32_t)fd, &watch);
	}
	spin_unlock(&w->lock);
	return err;
}
