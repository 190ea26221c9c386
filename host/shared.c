/* SPDX-License-Identifier: BSD-3-Clause */
/* shared.c -- see shared.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "click/packet.h"
#include "host/host.h"
#include "host/shared_internal.h"
#include "os/os.h"

_Static_assert((int)NETRING_BUFFER == (int)POOL_BUFFER, "pools in regions");

enum {
	SHARED_BUFFERS = 16384,
	OPEN_MS = 2000, /* how long the switch may take to answer */
};

struct shared shared = { .life = PTHREAD_MUTEX_INITIALIZER,
	.link = { -1, -1, 0, 0 },
	.memfd = -1,
	.timer = -1 };

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
		(void)madvise(p, n, MADVISE_POPULATE);
	return p;
}

void
shared_spare(const uint32_t *buffers, uint32_t n)
{
	spin_lock(&shared.lock);
	memcpy(shared.spare + shared.nspare, buffers, n * sizeof(*buffers));
	shared.nspare += n;
	spin_unlock(&shared.lock);
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
		shared.spare[shared.nspare++] = (uint32_t)first + (uint32_t)i;
	spin_unlock(&shared.lock);
	return true;
}

int
shared_take(uint32_t *out, uint32_t n)
{
	int err = 0;

	spin_lock(&shared.lock);
	if (n > shared.nspare + shared.guest.layout.buffers - shared.next)
		err = ERR_NOMEM;
	for (uint32_t i = 0; err == 0 && i < n; i++)
		out[i] = shared.nspare > 0 ? shared.spare[--shared.nspare]
		                           : shared.next++;
	spin_unlock(&shared.lock);
	return err;
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
	if (err == 0) {
		/* Room for all, touched as far as it is used. */
		shared.spare = malloc(l.buffers * sizeof(*shared.spare));
		if (shared.spare == NULL ||
		    netring_guest_init(&shared.guest, base, &l) != 0)
			err = diag(why, ERR_NOMEM, "out of memory");
	}
	if (err != 0) {
		free(shared.spare);
		munmap(base, (size_t)size);
	}
	return err;
}

/* Over link.socket if that is connected; else it is looked for. */
static int
shared_connect(const struct shared_options *o, struct diag *why)
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
	if (err == 0 && shared.link.socket < 0)
		err = vale_link_connect(&shared.link, why);
	if (err == 0)
		err = vale_link_guest(&shared.link, &l, NETRING_F_SEGMENTS,
		    OPEN_MS, &shared.memfd, why);
	if (err == 0 && shared.guest.base == NULL)
		err = shared_map(why);
	if (err != 0)
		vale_link_close(&shared.link);
	return err;
}

static int
shared_watch_port(struct shared_port *p, struct diag *why)
{
	p->told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->told < 0)
		return diag(why, ERR_IO, "eventfd: %s", strerror(errno));
	if (os_watch_fd(p->waiter, p->told, OS_FD_READ, shared_told, p) == 0)
		return 0;
	close(p->told);
	return diag(why, ERR_NOMEM, "out of memory");
}

static void
shared_unwatch_port(struct shared_port *p)
{
	(void)os_watch_fd(p->waiter, p->told, 0, NULL, NULL);
	close(p->told);
}

/* Gives p its rings, full of buffers of its own. */
static int
shared_new_port(struct shared_port *p, struct diag *why)
{
	uint32_t n = 2 * shared.guest.layout.slots, *buffers;
	int err;

	p->index = 0;
	while (p->index < SHARED_PORTS && shared.port[p->index] != NULL)
		p->index++;
	if (p->index == SHARED_PORTS)
		return diag(why, ERR_NOMEM, "%.*s: more than %d ports",
		    STR_ARG(p->name), SHARED_PORTS);
	err = shared_watch_port(p, why);
	if (err != 0)
		return err;
	err = ERR_NOMEM;
	buffers = malloc(n * sizeof(*buffers));
	if (buffers != NULL)
		err = shared_take(buffers, n);
	if (err == 0) {
		err = netring_guest_port_init(&p->ring.ring, &shared.guest,
		    p->index, buffers, PACKET_HEADROOM);
		if (err != 0)
			shared_spare(buffers, n);
	}
	free(buffers);
	if (err != 0) {
		shared_unwatch_port(p);
		return diag(why, err, "%.*s: too few buffers in the region",
		    STR_ARG(p->name));
	}
	shared.port[p->index] = p;
	shared.nports++;
	return 0;
}

/* All buffers that no port can have any more; the last port has gone. */
static void
shared_collect(void)
{
	uint32_t n = shared.guest.layout.buffers;
	uint32_t *buffers = malloc(n * sizeof(*buffers));

	if (buffers == NULL)
		return; /* next time */
	shared_spare(buffers, netring_guest_collect(&shared.guest, buffers));
	free(buffers);
}

/*
 * Takes the buffers of p's rings back; closed says that the switch has let go
 * of them.  The connection ends with the last port, unless it was made for
 * later; else another port's thread waits for events from here on.
 */
static void
shared_old_port(struct shared_port *p, bool closed)
{
	if (closed)
		(void)netring_guest_port_end(&p->ring.ring);
	shared_spare(p->ring.ring.spare, p->ring.ring.nspare);
	netring_guest_port_fini(&p->ring.ring);
	shared_unwatch_port(p);
	shared.port[p->index] = NULL;
	shared.nports--;
	shared_unwatch();
	if (shared.nports > 0) {
		(void)shared_watch(); /* out of memory: they are only polled */
		return;
	}
	shared_look_no_more();
	if (!shared.kept)
		vale_link_close(&shared.link);
	if (closed)
		shared_collect();
}

void
shared_opened(struct shared_port *p)
{
	ringport_mtu(
	    &p->ring, p->mtu, (shared.link.features & NETRING_F_SEGMENTS) != 0);
	store_release(&p->open, true);
}

int
shared_prepare(const struct shared_options *o, struct diag *why)
{
	int err = shared.link.socket < 0 ? shared_connect(o, why) : 0;

	if (err == 0)
		shared.kept = true;
	return err;
}

int
shared_confine(struct str ports, struct diag *why)
{
	return vale_link_only(&shared.link, ports, why);
}

int
shared_attach(
    int fd, struct str token, const struct shared_options *o, struct diag *why)
{
	int err;

	pthread_mutex_lock(&shared.life);
	if (shared.link.socket >= 0 && vale_link_alive(&shared.link)) {
		close(fd);
		err = vale_link_take(&shared.link, token, why);
	} else if (shared.guest.base != NULL) {
		err = shared_given(fd, why);
	} else {
		shared.link.socket = fd;
		err = shared_connect(o, why);
	}
	if (err == 0)
		shared.kept = true;
	pthread_mutex_unlock(&shared.life);
	return err;
}

static int
shared_open_locked(
    struct shared_port *p, const struct shared_options *o, struct diag *why)
{
	bool first = shared.nports == 0;
	int err = 0;

	if (first && shared.link.socket >= 0 && !vale_link_alive(&shared.link))
		vale_link_close(&shared.link);
	if (first && shared.link.socket < 0)
		err = shared_connect(o, why);
	else if (shared.link.socket < 0)
		err = diag(why, ERR_CLOSED, "%.*s: the switch has gone",
		    STR_ARG(p->name));
	if (err == 0)
		err = shared_new_port(p, why);
	if (err != 0)
		return err;
	err = first && shared_watch() != 0
	          ? diag(why, ERR_NOMEM, "out of memory")
	          : vale_link_port(
	                &shared.link, p->name, p->index, p->mac, &p->mtu, why);
	if (err != 0) {
		shared_old_port(p, true);
		return err;
	}
	shared_opened(p);
	return 0;
}

int
shared_open(
    struct shared_port *p, const struct shared_options *o, struct diag *why)
{
	int err;

	pthread_mutex_lock(&shared.life);
	err = shared_open_locked(p, o, why);
	pthread_mutex_unlock(&shared.life);
	return err;
}

void
shared_close(struct shared_port *p)
{
	int err = 0;

	pthread_mutex_lock(&shared.life);
	/* Also the last: the switch must have let go before the next begins. */
	if (p->open)
		err = vale_link_close_port(&shared.link, p->index, NULL);
	p->open = false;
	shared_old_port(p, err == 0 || err == ERR_CLOSED);
	pthread_mutex_unlock(&shared.life);
}
