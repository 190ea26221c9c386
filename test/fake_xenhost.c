/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_xenhost.c -- see fake_xenhost.h. */
#include "test/fake_xenhost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "test/fake_store.h"
#include "test/fake_xen.h"

enum { PAGE = 4096, FIRED = 512, MAPS = 64, WATCHED = 32 };

struct xenhost {
	int fd;
};

struct xenhost_events {
	struct xenhost_events *next;
	int fd;
	uint32_t port[2];
	unsigned int seen[2], n;
};

static struct {
	struct xenhost host;
	char *fired[FIRED];
	unsigned int first, last;
	char *watch[WATCHED];
	struct {
		void *p;
		uint32_t n, *ref;
	} map[MAPS];
	unsigned int mapped, bound, pieces, copies, asked, fail;
	bool dead;
	struct xenhost_events *events;
} fake;

static bool
fake_fails(void)
{
	return fake.fail > 0 && --fake.fail == 0;
}

static void
fake_fire(const char *path)
{
	static const uint64_t one = 1;

	fake.fired[fake.last++ % FIRED] = strdup(path);
	(void)!write(fake.host.fd, &one, sizeof(one)); /* full wakes, too */
}

static void
fake_changed(const char *path)
{
	for (unsigned int i = 0; i < WATCHED; i++) {
		size_t n = fake.watch[i] != NULL ? strlen(fake.watch[i]) : 0;

		if (n > 0 && strncmp(path, fake.watch[i], n) == 0) {
			fake_fire(path);
			return;
		}
	}
}

/* The guest has signalled its port: whoever is bound to it shall see. */
static void
fake_signalled(uint32_t port)
{
	static const uint64_t one = 1;
	struct xenhost_events *e = fake.events;

	for (; e != NULL; e = e->next)
		for (unsigned int i = 0; i < e->n; i++)
			if (e->port[i] == port)
				(void)!write(e->fd, &one, sizeof(one));
}

void
fake_xenhost_init(void)
{
	fake.dead = false;
	fake.fail = fake.pieces = fake.copies = fake.asked = 0;
	fake_store_hook(fake_changed);
	fake_xen_hook(fake_signalled);
}

void
fake_xenhost_alive(bool alive)
{
	fake.dead = !alive;
	if (!alive)
		fake_fire("@releaseDomain");
}

unsigned int
fake_xenhost_mapped(void)
{
	return fake.mapped;
}

unsigned int
fake_xenhost_bound(void)
{
	return fake.bound;
}

unsigned int
fake_xenhost_pieces(void)
{
	return fake.pieces;
}

unsigned int
fake_xenhost_copies(void)
{
	return fake.copies;
}

unsigned int
fake_xenhost_asked(void)
{
	return fake.asked;
}

void
fake_xenhost_fail(unsigned int n)
{
	fake.fail = n;
}

static struct xenhost *
fake_open(struct diag *why)
{
	(void)why;
	fake.host.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return &fake.host;
}

static char *
fake_fired(struct xenhost *h)
{
	uint64_t count;

	if (fake.first == fake.last) {
		(void)!read(h->fd, &count, sizeof(count)); /* none left */
		return NULL;
	}
	return fake.fired[fake.first++ % FIRED];
}

/* As a process that dies: nothing is taken back in the store. */
static void
fake_close(struct xenhost *h)
{
	char *path;

	while ((path = fake_fired(h)) != NULL)
		free(path);
	for (unsigned int i = 0; i < WATCHED; i++) {
		free(fake.watch[i]);
		fake.watch[i] = NULL;
	}
	close(h->fd);
}

static char *
fake_read(struct xenhost *h, const char *path)
{
	const char *value = fake_store_get(path);

	(void)h;
	fake.asked++;
	return value != NULL ? strdup(value) : NULL;
}

static bool
fake_write(struct xenhost *h, const char *path, const char *value)
{
	(void)h;
	fake_store_set(path, value);
	return true;
}

static void
fake_rm(struct xenhost *h, const char *path)
{
	(void)h;
	fake_store_set(path, NULL);
}

static char **
fake_list(struct xenhost *h, const char *path, unsigned int *n)
{
	char **names = malloc(16 * (sizeof(char *) + 32));
	char *text = (char *)(names + 16);

	(void)h;
	for (*n = 0; *n < 16; (*n)++, text += 32) {
		if (!fake_store_name(path, *n, text))
			break;
		names[*n] = text;
	}
	return names;
}

static bool
fake_watch(struct xenhost *h, const char *path)
{
	(void)h;
	for (unsigned int i = 0; i < WATCHED; i++)
		if (fake.watch[i] == NULL) {
			fake.watch[i] = strdup(path);
			fake_fire(path);
			return true;
		}
	return false;
}

static void
fake_unwatch(struct xenhost *h, const char *path)
{
	(void)h;
	for (unsigned int i = 0; i < WATCHED; i++)
		if (fake.watch[i] != NULL && strcmp(fake.watch[i], path) == 0) {
			free(fake.watch[i]);
			fake.watch[i] = NULL;
			return;
		}
}

static int
fake_watch_fd(struct xenhost *h)
{
	return h->fd;
}

static bool
fake_alive(struct xenhost *h, uint32_t domid)
{
	(void)h;
	return domid == 7 && !fake.dead;
}

/* ---- grants ---- */

static void *
fake_map(struct xenhost *h, uint32_t domid, const uint32_t *ref, uint32_t n)
{
	uint8_t *first = n > 0 ? fake_xen_page(ref[0], NULL) : NULL;
	unsigned int m = 0;

	(void)h;
	if (domid != 7 || first == NULL || fake_fails())
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		if (fake_xen_page(ref[i], NULL) != first + (size_t)i * PAGE)
			return NULL;
	while (fake.map[m].p != NULL)
		m++;
	fake.map[m].p = first;
	fake.map[m].n = n;
	fake.map[m].ref = malloc(n * sizeof(*ref));
	memcpy(fake.map[m].ref, ref, n * sizeof(*ref));
	for (uint32_t i = 0; i < n; i++)
		fake_xen_map(ref[i], true);
	fake.mapped += n;
	return first;
}

static void
fake_unmap(struct xenhost *h, void *p, uint32_t n)
{
	unsigned int m = 0;

	(void)h;
	while (fake.map[m].p != p || fake.map[m].n != n)
		m++;
	for (uint32_t i = 0; i < n; i++)
		fake_xen_map(fake.map[m].ref[i], false);
	free(fake.map[m].ref);
	memset(&fake.map[m], 0, sizeof(fake.map[m]));
	fake.mapped -= n;
}

static bool
fake_copy(
    struct xenhost *h, uint32_t domid, struct xenhost_copy *c, unsigned int n)
{
	(void)h;
	if (domid != 7 || fake_fails())
		return false;
	fake.copies++;
	for (; n-- > 0; c++) {
		bool read_only = false;
		uint8_t *page = fake_xen_page(c->ref, &read_only);

		fake.pieces++;
		c->status = -1;
		if (page == NULL || c->offset + c->length > PAGE ||
		    (c->to_guest && read_only))
			continue;
		if (c->to_guest)
			memcpy(page + c->offset, c->local, c->length);
		else
			memcpy(c->local, page + c->offset, c->length);
		c->status = 0;
	}
	return true;
}

/* ---- events ---- */

static struct xenhost_events *
fake_events_open(struct xenhost *h, int fd)
{
	struct xenhost_events *e;

	(void)h;
	(void)fd;
	if (fake_fails())
		return NULL;
	e = calloc(1, sizeof(*e));
	e->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	e->next = fake.events;
	fake.events = e;
	return e;
}

static void
fake_events_close(struct xenhost_events *e)
{
	struct xenhost_events **at = &fake.events;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	fake.bound -= e->n;
	close(e->fd);
	free(e);
}

static int
fake_events_fd(const struct xenhost_events *e)
{
	return e->fd;
}

static int
fake_bind(struct xenhost_events *e, uint32_t domid, uint32_t port)
{
	if (domid != 7 || !fake_xen_is_open(port) || fake_fails())
		return -1;
	e->port[e->n] = port;
	e->seen[e->n] = fake_xen_signalled(port);
	fake.bound++;
	return (int)e->n++;
}

static void
fake_notify(struct xenhost_events *e, int port)
{
	fake_xen_signal(e->port[port]);
}

static int
fake_pending(struct xenhost_events *e)
{
	uint64_t count;

	for (unsigned int i = 0; i < e->n; i++)
		if (e->seen[i] != fake_xen_signalled(e->port[i])) {
			e->seen[i] = fake_xen_signalled(e->port[i]);
			return (int)i;
		}
	(void)!read(e->fd, &count, sizeof(count)); /* none is left */
	return -1;
}

const struct xenhost_ops fake_xenhost = {
	.open = fake_open,
	.close = fake_close,
	.read = fake_read,
	.write = fake_write,
	.rm = fake_rm,
	.list = fake_list,
	.watch = fake_watch,
	.unwatch = fake_unwatch,
	.watch_fd = fake_watch_fd,
	.fired = fake_fired,
	.alive = fake_alive,
	.map = fake_map,
	.unmap = fake_unmap,
	.copy = fake_copy,
	.events_open = fake_events_open,
	.events_close = fake_events_close,
	.events_fd = fake_events_fd,
	.bind = fake_bind,
	.notify = fake_notify,
	.pending = fake_pending,
};
