/* SPDX-License-Identifier: BSD-3-Clause */
/* shared.c -- see shared.h. */
#define _GNU_SOURCE
#include "host/shared.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/err.h"
#include "base/vec.h"
#include "click/packet.h"
#include "os/os.h"

_Static_assert((int)NETRING_BUFFER == (int)POOL_BUFFER, "pools in regions");

enum {
	SHARED_PORTS = 16,
	SHARED_BUFFERS = 16384,
	OPEN_MS = 2000,      /* how long the switch may take to answer */
	RECONNECT_MS = 200,  /* the same, when it has come back */
	RETRY_NS = 20000000, /* how often we look for it */
	COLOURS = 7,
};

static struct {
	struct spinlock lock; /* of buffers: pools grow on any thread */
	struct vale_link link;
	struct netring_guest guest; /* base NULL: there is no region */
	int memfd, timer;
	uint32_t next;       /* buffers from here on were never used */
	VEC(uint32_t) spare; /* those that came back */
	struct shared_port *port[SHARED_PORTS];
	unsigned int nports;
	bool kept; /* connected for ports that may come later */
	struct os_waiter *waiter;
} shared = { .link = { -1, -1, 0 }, .memfd = -1, .timer = -1 };

/*
 * Buffers lie 2048 bytes apart, and frames at one offset would all compete for
 * the same few sets of the first-level cache: they begin on different lines.
 */
uint32_t
shared_offset(uint32_t buffer)
{
	return PACKET_HEADROOM + buffer % COLOURS * CACHE_LINE;
}

uint32_t
shared_features(void)
{
	return shared.link.features;
}

void
shared_ring(void)
{
	vale_link_ring(&shared.link);
}

/* ---- buffers ---- */

void *
shared_buffers_alloc(size_t n)
{
	uint32_t count = (uint32_t)((n + NETRING_BUFFER - 1) / NETRING_BUFFER);
	uint8_t *p = NULL;

	if (load_acquire(&shared.guest.base) == NULL)
		return NULL;
	spin_lock(&shared.lock);
	if (count <= shared.guest.layout.buffers - shared.next) {
		p = netring_guest_buffer(&shared.guest, shared.next);
		shared.next += count;
	}
	spin_unlock(&shared.lock);
	/* A wish: else the pages come one by one. */
	if (p != NULL)
		(void)madvise(p, n, MADV_POPULATE_WRITE);
	return p;
}

/* The lock is held. */
static void
shared_spare(uint32_t buffer)
{
	/* Out of memory: that buffer is lost until the process ends. */
	(void)vec_push(&shared.spare, buffer);
}

bool
shared_buffers_free(void *p, size_t n)
{
	int64_t first;

	if (load_acquire(&shared.guest.base) == NULL)
		return false;
	first = netring_guest_number(&shared.guest, p);
	if (first < 0)
		return false;
	spin_lock(&shared.lock);
	for (size_t i = 0; i * NETRING_BUFFER < n; i++)
		shared_spare((uint32_t)first + (uint32_t)i);
	spin_unlock(&shared.lock);
	return true;
}

/* n buffers' numbers; ERR_NOMEM when there are not so many. */
static int
shared_take(uint32_t *out, uint32_t n)
{
	int err = 0;

	spin_lock(&shared.lock);
	if (n > shared.spare.n + shared.guest.layout.buffers - shared.next)
		err = ERR_NOMEM;
	for (uint32_t i = 0; err == 0 && i < n; i++)
		out[i] = shared.spare.n > 0 ? shared.spare.v[--shared.spare.n]
		                            : shared.next++;
	spin_unlock(&shared.lock);
	return err;
}

/* ---- events ---- */

static void
shared_tell(void)
{
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			shared.port[i]->event(shared.port[i]);
}

static void
shared_event(void *arg, unsigned int events)
{
	const struct netring_head *h = (const void *)shared.guest.base;
	uint64_t count;

	(void)arg;
	(void)events;
	(void)!read(shared.link.event, &count, sizeof(count));
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL &&
		    load_acquire(&h->port[i].state) != NETRING_OPEN)
			store_release(&shared.port[i]->open, false);
	shared_tell();
}

static void shared_hangup(void *arg, unsigned int events);

/* Watches the present link's descriptors. */
static int
shared_watch(void)
{
	int err = os_watch_fd(
	    shared.waiter, shared.link.event, OS_FD_READ, shared_event, NULL);

	if (err == 0)
		err = os_watch_fd(shared.waiter, shared.link.socket, OS_FD_READ,
		    shared_hangup, NULL);
	return err;
}

static void
shared_unwatch(void)
{
	(void)os_watch_fd(shared.waiter, shared.link.event, 0, NULL, NULL);
	(void)os_watch_fd(shared.waiter, shared.link.socket, 0, NULL, NULL);
}

/* ---- a switch that went, and the next one ---- */

static void
shared_reopen_port(struct shared_port *p)
{
	struct diag why = { "" };
	int err;

	p->lock(p, true);
	netring_guest_port_restart(&p->ring, p->index, shared_offset, &p->lost);
	err = vale_link_port(
	    &shared.link, p->name, p->index, p->mac, &p->mtu, &why);
	store_release(&p->open, err == 0);
	p->lock(p, false);
	if (err != 0)
		os_log(str_of(why.text));
}

static void
shared_retry(void *arg, unsigned int events)
{
	struct diag why = { "" };
	uint64_t count;

	(void)arg;
	(void)events;
	(void)!read(shared.timer, &count, sizeof(count));
	if (vale_link_open(&shared.link, &shared.guest.layout,
	        NETRING_F_SEGMENTS, RECONNECT_MS, &shared.memfd, &why) != 0)
		return; /* not yet */
	(void)os_watch_fd(shared.waiter, shared.timer, 0, NULL, NULL);
	close(shared.timer);
	shared.timer = -1;
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			shared_reopen_port(shared.port[i]);
	(void)shared_watch(); /* out of memory: the ports are only polled */
	shared_tell();
}

static void
shared_hangup(void *arg, unsigned int events)
{
	struct itimerspec often = { { 0, RETRY_NS }, { 0, RETRY_NS } };

	(void)arg;
	(void)events;
	if (vale_link_alive(&shared.link))
		return;
	shared_unwatch();
	vale_link_close(&shared.link);
	for (unsigned int i = 0; i < SHARED_PORTS; i++)
		if (shared.port[i] != NULL)
			store_release(&shared.port[i]->open, false);
	shared.timer =
	    timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (shared.timer < 0 ||
	    timerfd_settime(shared.timer, 0, &often, NULL) != 0 ||
	    os_watch_fd(shared.waiter, shared.timer, OS_FD_READ, shared_retry,
	        NULL) != 0)
		os_log(STR("vale: out of descriptors: the switch's return "
		           "will not be noticed\n"));
	shared_tell();
}

/* ---- opening and closing ---- */

static int
shared_map(struct diag *why)
{
	off_t size = lseek(shared.memfd, 0, SEEK_END);
	struct netring_layout l;
	uint8_t *base;
	int err;

	base = size <= 0 ? MAP_FAILED
	                 : mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE,
	                       MAP_SHARED, shared.memfd, 0);
	if (base == MAP_FAILED)
		return diag(why, ERR_IO, "region: %s", strerror(errno));
	err = netring_head_read(base, (uint64_t)size, &l, why);
	if (err == 0 && netring_guest_init(&shared.guest, base, &l) != 0)
		err = diag(why, ERR_NOMEM, "out of memory");
	if (err != 0)
		munmap(base, (size_t)size);
	return err;
}

static int
shared_connect(
    const struct shared_options *o, struct os_waiter *w, struct diag *why)
{
	struct netring_layout l = { .ports = SHARED_PORTS,
		.slots =
		    o->slots > 0 ? o->slots : (uint32_t)NETRING_SLOTS_DEFAULT,
		.buffers =
		    o->buffers > 0 ? o->buffers : (uint32_t)SHARED_BUFFERS };
	int err;

	if (shared.guest.base != NULL)
		l = shared.guest.layout; /* of an earlier connection */
	err = netring_layout_make(&l, why);
	if (err == 0)
		err = vale_link_open(&shared.link, &l, NETRING_F_SEGMENTS,
		    OPEN_MS, &shared.memfd, why);
	if (err == 0 && shared.guest.base == NULL)
		err = shared_map(why);
	if (err != 0) {
		vale_link_close(&shared.link);
		return err;
	}
	shared.waiter = w;
	return 0;
}

/* Gives p its rings, full of buffers of its own. */
static int
shared_new_port(struct shared_port *p, struct diag *why)
{
	uint32_t n = 2 * shared.guest.layout.slots, *buffers;
	int err = ERR_NOMEM;

	p->index = 0;
	while (p->index < SHARED_PORTS && shared.port[p->index] != NULL)
		p->index++;
	if (p->index == SHARED_PORTS)
		return diag(why, ERR_NOMEM, "%.*s: more than %d ports",
		    STR_ARG(p->name), SHARED_PORTS);
	buffers = malloc(n * sizeof(*buffers));
	if (buffers != NULL)
		err = shared_take(buffers, n);
	if (err == 0)
		err = netring_guest_port_init(
		    &p->ring, &shared.guest, p->index, buffers, shared_offset);
	free(buffers);
	if (err != 0)
		return diag(why, err, "%.*s: too few buffers in the region",
		    STR_ARG(p->name));
	shared.port[p->index] = p;
	shared.nports++;
	return 0;
}

/* The connection ends with its last port, unless it was made for later. */
static void
shared_let_go(void)
{
	if (shared.link.socket < 0)
		return;
	shared_unwatch();
	if (!shared.kept)
		vale_link_close(&shared.link);
}

/* Takes the buffers of p's rings back, whoever held them. */
static void
shared_old_port(struct shared_port *p)
{
	uint32_t n = netring_guest_port_end(&p->ring);

	spin_lock(&shared.lock);
	for (uint32_t i = 0; i < n; i++)
		shared_spare(p->ring.spare[i]);
	spin_unlock(&shared.lock);
	netring_guest_port_fini(&p->ring);
	shared.port[p->index] = NULL;
	if (--shared.nports > 0)
		return;
	/* The last: the switch need not keep the region for us. */
	if (shared.timer >= 0) {
		(void)os_watch_fd(shared.waiter, shared.timer, 0, NULL, NULL);
		close(shared.timer);
		shared.timer = -1;
	}
	shared_let_go();
}

int
shared_prepare(const struct shared_options *o, struct diag *why)
{
	int err = shared.link.socket < 0 ? shared_connect(o, NULL, why) : 0;

	if (err == 0)
		shared.kept = true;
	return err;
}

int
shared_open(struct shared_port *p, const struct shared_options *o,
    struct os_waiter *w, struct diag *why)
{
	bool first = shared.nports == 0;
	bool there = first && shared.kept && shared.link.socket >= 0;
	int err = first && !there ? shared_connect(o, w, why) : 0;

	if (there)
		shared.waiter = w;

	if (err == 0 && shared.link.socket < 0)
		err = diag(why, ERR_CLOSED, "%.*s: the switch has gone",
		    STR_ARG(p->name));
	if (err != 0)
		return err;
	if (first && shared_watch() != 0)
		err = diag(why, ERR_NOMEM, "out of memory");
	if (err == 0)
		err = shared_new_port(p, why);
	if (err != 0) {
		if (first)
			shared_let_go();
		return err;
	}
	err = vale_link_port(
	    &shared.link, p->name, p->index, p->mac, &p->mtu, why);
	if (err != 0)
		shared_old_port(p);
	else
		p->open = true;
	return err;
}

void
shared_close(struct shared_port *p)
{
	/* With the last port the whole connection goes. */
	if (p->open && (shared.nports > 1 || shared.kept))
		(void)vale_link_close_port(&shared.link, p->index, NULL);
	p->open = false;
	if (shared.nports == 1)
		shared_let_go();
	shared_old_port(p);
}
