/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shared_switch.c -- see shared_internal.h: what the switch tells us, and how
 * the next one takes the region over when it has gone.
 */
#include <inttypes.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "host/shared_internal.h"
#include "os/os.h"

enum {
	RECONNECT_MS = 200,  /* how long a switch that is back may think */
	RETRY_NS = 20000000, /* how often we look for it */
	MS = 1000000,
};

static void shared_hangup(void *arg, unsigned int events);

/* ---- events ---- */

/*
 * Tells all ports; here is the waiter that we are called by, NULL if none is:
 * other threads tell theirs by themselves.
 */
static void
shared_tell(const struct os_waiter *here)
{
	static const uint64_t one = 1;

	for (unsigned int i = 0; i < SHARED_PORTS; i++) {
		struct shared_port *p = shared.port[i];

		if (p == NULL)
			continue;
		if (p->waiter == here)
			p->event(p);
		else
			(void)!write(
			    p->told, &one, sizeof(one)); /* full: told */
	}
}

void
shared_told(void *arg, unsigned int events)
{
	uint64_t count;

	(void)events;
	pthread_mutex_lock(&shared.life);
	/* It may have been closed while we were called. */
	for (unsigned int i = 0; i < SHARED_PORTS; i++) {
		struct shared_port *p = shared.port[i];

		if (p == NULL || p != arg)
			continue;
		(void)!read(p->told, &count, sizeof(count));
		p->event(p);
	}
	pthread_mutex_unlock(&shared.life);
}

static void
shared_event(void *arg, unsigned int events)
{
	const struct netring_head *h = (const void *)shared.guest.base;
	uint64_t count;

	(void)events;
	pthread_mutex_lock(&shared.life);
	if (shared.link.event >= 0)
		(void)!read(shared.link.event, &count, sizeof(count));
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL &&
		    load_acquire(&h->port[i].state) != NETRING_OPEN)
			store_release(&shared.port[i]->open, false);
	shared_tell(arg);
	pthread_mutex_unlock(&shared.life);
}

static int
shared_watch_link(struct os_waiter *w)
{
	int err =
	    os_watch_fd(w, shared.link.event, OS_FD_READ, shared_event, w);

	return err != 0 ? err
	                : os_watch_fd(w, shared.link.socket, OS_FD_READ,
	                      shared_hangup, NULL);
}

static void shared_retry(void *arg, unsigned int events);

int
shared_watch(void)
{
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			shared.waiter = shared.port[i]->waiter;
	if (shared.waiter == NULL)
		return 0; /* no port yet */
	if (shared.link.socket >= 0)
		return shared_watch_link(shared.waiter);
	if (shared.timer >= 0)
		return os_watch_fd(shared.waiter, shared.timer, OS_FD_READ,
		    shared_retry, NULL);
	return 0;
}

void
shared_unwatch(void)
{
	const int fd[] = { shared.link.event, shared.link.socket,
		shared.timer };

	for (size_t i = 0; shared.waiter != NULL && i < ARRAY_SIZE(fd); i++)
		if (fd[i] >= 0)
			(void)os_watch_fd(shared.waiter, fd[i], 0, NULL, NULL);
	shared.waiter = NULL;
}

void
shared_look_no_more(void)
{
	if (shared.timer < 0)
		return;
	shared_unwatch();
	close(shared.timer);
	shared.timer = -1;
}

static void
shared_lock_ports(bool locked)
{
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			shared.port[i]->lock(shared.port[i], locked);
}

/* ---- the next switch ---- */

/*
 * All rings from the start.  No switch serves any of them, and which of the
 * buffers that one held was in which ring nobody knows: first all of them are
 * collected, then each port gets its number.  *flying is how many frames were
 * in the rings.
 */
static void
shared_restart(uint32_t *buffers, uint64_t *flying)
{
	struct shared_port *p;

	*flying = 0;

	for (unsigned int i = 0; i < SHARED_PORTS; i++) {
		p = shared.port[i];
		if (p == NULL)
			continue;
		*flying -= p->lost.tx + p->lost.rx;
		netring_guest_port_stop(&p->ring.ring, &p->lost);
		*flying += p->lost.tx + p->lost.rx;
		shared_spare(p->ring.ring.spare, p->ring.ring.nspare);
	}
	shared_spare(buffers, netring_guest_collect(&shared.guest, buffers));
	for (unsigned int i = 0; i < SHARED_PORTS; i++) {
		p = shared.port[i];
		if (p == NULL)
			continue;
		/* They are there: the ports' own have just come back. */
		(void)shared_take(buffers, 2 * shared.guest.layout.slots);
		netring_guest_port_start(
		    &p->ring.ring, p->index, buffers, PACKET_HEADROOM);
	}
}

static void
shared_reopen(struct shared_port *p)
{
	struct diag why = { "" };
	int err = vale_link_port(
	    &shared.link, p->name, p->index, p->mac, &p->mtu, &why);

	if (err == 0)
		shared_opened(p);
	else
		os_log(str_of(why.text));
}

/* How long it was away, and what that cost. */
static void
shared_say(uint64_t flying)
{
	struct strbuf s = STRBUF_INIT;

	sb_printf(&s,
	    "vale: the switch is back after %" PRId64 " ms; %" PRIu64
	    " frames in flight were lost\n",
	    (os_steady_ns() - shared.gone_ns) / MS, flying);
	if (!s.oom)
		os_log(sb_str(&s));
	sb_fini(&s);
}

/* Offers region and ports to the switch that link.socket is connected to. */
static int
shared_return(struct diag *why)
{
	uint32_t *buffers =
	    malloc(shared.guest.layout.buffers * sizeof(*buffers));
	uint64_t flying;
	int err;

	if (buffers == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = vale_link_guest(&shared.link, &shared.guest.layout,
	    NETRING_F_SEGMENTS, RECONNECT_MS, &shared.memfd, why);
	if (err != 0) {
		free(buffers);
		return err;
	}
	shared_lock_ports(true);
	shared_restart(buffers, &flying);
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			shared_reopen(shared.port[i]);
	shared_lock_ports(false);
	free(buffers);
	shared_look_no_more();
	(void)shared_watch(); /* out of memory: the ports are only polled */
	shared_say(flying);
	shared_tell(NULL);
	return 0;
}

static void
shared_retry(void *arg, unsigned int events)
{
	struct diag why = { "" };
	uint64_t count;
	int err;

	(void)arg;
	(void)events;
	pthread_mutex_lock(&shared.life);
	if (shared.timer >= 0 && shared.link.socket < 0) {
		(void)!read(shared.timer, &count, sizeof(count));
		err = vale_link_connect(&shared.link, &why);
		if (err == 0)
			(void)shared_return(&why); /* else: the next time */
	}
	pthread_mutex_unlock(&shared.life);
}

/* A timer for looking for the next switch; false: not in a sandbox. */
static bool
shared_look(void)
{
	struct itimerspec often = { { 0, RETRY_NS }, { 0, RETRY_NS } };

	shared.timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return shared.timer >= 0 &&
	       timerfd_settime(shared.timer, 0, &often, NULL) == 0;
}

/* The switch has gone. */
static void
shared_gone(void)
{
	shared.gone_ns = os_steady_ns();
	shared_unwatch();
	shared_lock_ports(true);
	vale_link_close(&shared.link);
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			store_release(&shared.port[i]->open, false);
	shared_lock_ports(false);
	if (shared.nports > 0 && (!shared_look() || shared_watch() != 0))
		os_log(STR("vale: the switch has gone; a connection to the "
		           "next one must be brought (cosmos reconnect)\n"));
	shared_tell(NULL);
}

static void
shared_hangup(void *arg, unsigned int events)
{
	(void)arg;
	(void)events;
	pthread_mutex_lock(&shared.life);
	if (shared.link.socket >= 0 && !vale_link_alive(&shared.link))
		shared_gone();
	pthread_mutex_unlock(&shared.life);
}

int
shared_given(int fd, struct diag *why)
{
	if (shared.link.socket >= 0 && !vale_link_alive(&shared.link))
		shared_gone();
	if (shared.guest.base == NULL || shared.link.socket >= 0) {
		close(fd);
		return 0;
	}
	shared.link.socket = fd;
	return shared_return(why);
}

int
shared_give(int fd, struct diag *why)
{
	int err;

	pthread_mutex_lock(&shared.life);
	err = shared_given(fd, why);
	pthread_mutex_unlock(&shared.life);
	return err;
}
