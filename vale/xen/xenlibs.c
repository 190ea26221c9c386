/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xenlibs.c -- vale/xenhost.h over Xen's libraries: the whole of
 * libvale-xen.so.  These three have stable interfaces, but are on Xen hosts
 * only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

/* want the types of those before */
#include <xen/sys/evtchn.h>
#include <xen/sys/gntdev.h>

#include "base/compiler.h"
#include "base/err.h"
#include "vale/xenhost.h"

enum { COPY_AT_ONCE = 256, EVENTS_AT_ONCE = 16 };

struct xenhost {
	struct xs_handle *xs;
	xengnttab_handle *grants;
};

struct xenhost_events {
	xenevtchn_handle *handle;
	/* Read and not yet told. */
	uint32_t port[EVENTS_AT_ONCE];
	unsigned int at, n;
};

static void
libs_close(struct xenhost *h)
{
	if (h->grants != NULL)
		xengnttab_close(h->grants);
	if (h->xs != NULL)
		xs_close(h->xs);
	free(h);
}

static struct xenhost *
libs_open(struct diag *why)
{
	struct xenhost *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->xs = xs_open(0);
	h->grants = xengnttab_open(NULL, 0);
	if (h->xs != NULL && h->grants != NULL)
		return h;
	(void)diag(why, ERR_IO, "xen: no connection to %s",
	    h->xs == NULL ? "XenStore" : "/dev/xen/gntdev");
	libs_close(h);
	return NULL;
}

/* ---- store ---- */

static char *
libs_read(struct xenhost *h, const char *path)
{
	unsigned int n;

	return xs_read(h->xs, XBT_NULL, path, &n); /* ends with a NUL */
}

static bool
libs_write(struct xenhost *h, const char *path, const char *value)
{
	return xs_write(
	    h->xs, XBT_NULL, path, value, (unsigned int)strlen(value));
}

static void
libs_rm(struct xenhost *h, const char *path)
{
	(void)xs_rm(h->xs, XBT_NULL, path); /* it may be gone */
}

static char **
libs_list(struct xenhost *h, const char *path, unsigned int *n)
{
	return xs_directory(h->xs, XBT_NULL, path, n);
}

static bool
libs_watch(struct xenhost *h, const char *path)
{
	return xs_watch(h->xs, path, "vale");
}

static void
libs_unwatch(struct xenhost *h, const char *path)
{
	(void)xs_unwatch(h->xs, path, "vale"); /* it may be gone */
}

static int
libs_watch_fd(struct xenhost *h)
{
	return xs_fileno(h->xs);
}

static char *
libs_fired(struct xenhost *h)
{
	char **vec = xs_check_watch(h->xs), *path;

	if (vec == NULL)
		return NULL;
	path = strdup(vec[XS_WATCH_PATH]);
	free(vec);
	return path;
}

static bool
libs_alive(struct xenhost *h, uint32_t domid)
{
	return xs_is_domain_introduced(h->xs, domid);
}

/* ---- grants ---- */

static void *
libs_map(struct xenhost *h, uint32_t domid, const uint32_t *ref, uint32_t n)
{
	uint32_t *refs = malloc(n * sizeof(*refs));
	void *p = NULL;

	if (refs != NULL) {
		memcpy(refs, ref, n * sizeof(*refs));
		p = xengnttab_map_domain_grant_refs(
		    h->grants, n, domid, refs, PROT_READ | PROT_WRITE);
	}
	free(refs);
	return p;
}

static void
libs_unmap(struct xenhost *h, void *p, uint32_t n)
{
	/* It can fail only if p is not what map gave. */
	(void)xengnttab_unmap(h->grants, p, n);
}

static void
libs_segment(xengnttab_grant_copy_segment_t *s, uint32_t domid,
    const struct xenhost_copy *c)
{
	memset(s, 0, sizeof(*s));
	s->len = c->length;
	if (c->to_guest) {
		s->source.virt = c->local;
		s->dest.foreign.ref = c->ref;
		s->dest.foreign.offset = c->offset;
		s->dest.foreign.domid = (uint16_t)domid;
		s->flags = GNTCOPY_dest_gref;
	} else {
		s->dest.virt = c->local;
		s->source.foreign.ref = c->ref;
		s->source.foreign.offset = c->offset;
		s->source.foreign.domid = (uint16_t)domid;
		s->flags = GNTCOPY_source_gref;
	}
}

static bool
libs_copy(
    struct xenhost *h, uint32_t domid, struct xenhost_copy *c, unsigned int n)
{
	xengnttab_grant_copy_segment_t s[COPY_AT_ONCE];

	while (n > 0) {
		unsigned int now = n < COPY_AT_ONCE ? n : COPY_AT_ONCE;

		for (unsigned int i = 0; i < now; i++)
			libs_segment(&s[i], domid, &c[i]);
		if (xengnttab_grant_copy(h->grants, now, s) != 0)
			return false;
		for (unsigned int i = 0; i < now; i++)
			c[i].status = s[i].status;
		c += now;
		n -= now;
	}
	return true;
}

/* ---- events ---- */

static struct xenhost_events *
libs_events_open(struct xenhost *h, int fd)
{
	struct xenhost_events *e = calloc(1, sizeof(*e));

	(void)h;
	if (e != NULL)
		e->handle = xenevtchn_fdopen(NULL, fd, 0);
	if (e == NULL || e->handle == NULL) {
		free(e);
		close(fd);
		return NULL;
	}
	return e;
}

static void
libs_events_close(struct xenhost_events *e)
{
	xenevtchn_close(e->handle);
	free(e);
}

static int
libs_events_fd(const struct xenhost_events *e)
{
	return xenevtchn_fd(e->handle);
}

static int
libs_bind(struct xenhost_events *e, uint32_t domid, uint32_t port)
{
	return xenevtchn_bind_interdomain(e->handle, domid, port);
}

static void
libs_notify(struct xenhost_events *e, int port)
{
	(void)xenevtchn_notify(e->handle, (evtchn_port_t)port);
}

/*
 * All that the device has by one call each to read and to unmask them, where
 * libxenevtchn has one for each port and another that finds none
 * (linux/drivers/xen/evtchn.c): on a PV host a system call is a hypercall.
 */
static int
libs_pending(struct xenhost_events *e)
{
	int fd = xenevtchn_fd(e->handle);
	ssize_t bytes;

	if (e->at < e->n)
		return (int)e->port[e->at++];
	e->at = 0;
	if (e->n > 0 && e->n < EVENTS_AT_ONCE) {
		e->n = 0;
		return -1; /* that was all */
	}
	bytes = read(fd, e->port, sizeof(e->port));
	e->n = bytes < 0 ? 0 : (unsigned int)bytes / sizeof(e->port[0]);
	if (e->n == 0)
		return -1;
	/* It can fail only for ports that are not ours. */
	(void)!write(fd, e->port, e->n * sizeof(e->port[0]));
	return (int)e->port[e->at++];
}

/* What the three libraries ask of their devices for the functions above. */
static const uint32_t requests[] = {
	IOCTL_GNTDEV_MAP_GRANT_REF,
	IOCTL_GNTDEV_UNMAP_GRANT_REF,
	IOCTL_GNTDEV_GET_OFFSET_FOR_VADDR, /* before it unmaps */
	IOCTL_GNTDEV_GRANT_COPY,
	IOCTL_EVTCHN_BIND_INTERDOMAIN,
	IOCTL_EVTCHN_NOTIFY,
};

/* The one symbol that is to be seen. */
__attribute__((visibility("default")))
const struct xenhost_ops vale_xenhost_3 = {
	.open = libs_open,
	.close = libs_close,
	.read = libs_read,
	.write = libs_write,
	.rm = libs_rm,
	.list = libs_list,
	.watch = libs_watch,
	.unwatch = libs_unwatch,
	.watch_fd = libs_watch_fd,
	.fired = libs_fired,
	.alive = libs_alive,
	.map = libs_map,
	.unmap = libs_unmap,
	.copy = libs_copy,
	.requests = requests,
	.nrequests = ARRAY_SIZE(requests),
	.events_need = "evtchn",
	.events_open = libs_events_open,
	.events_close = libs_events_close,
	.events_fd = libs_events_fd,
	.bind = libs_bind,
	.notify = libs_notify,
	.pending = libs_pending,
};
