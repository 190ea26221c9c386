/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_link.c -- the tool's end of a control link in XenStore, as
 * abi/control_store.h has it: chunks in windows, each deleted by its reader.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "abi/control_store.h"
#include "cosmos/xen.h"

enum { SILENCE_MS = 30000 };

struct xen_link {
	struct stream stream;
	struct xen_host *h;
	uint32_t domid;
	char base[XEN_PATH]; /* its folder */
	unsigned int out, acknowledged, in;
};

static struct xen_link *
link_of(struct stream *s)
{
	return container_of(s, struct xen_link, stream);
}

/* Sleeps until something below base changes. */
static int
link_wait(struct cosmos *c, struct xen_link *l)
{
	struct pollfd p = { .fd = xs_fileno(l->h->xs), .events = POLLIN };
	char **event;
	int n;

	event = xs_check_watch(l->h->xs);
	if (event == NULL) {
		do
			n = poll(&p, 1, SILENCE_MS);
		while (n < 0 && errno == EINTR);
		if (n == 0)
			return cosmos_fail(c, COSMOS_E_TIMEOUT,
			    "domain %u has not answered for %d s", l->domid,
			    SILENCE_MS / 1000);
		event = xs_check_watch(l->h->xs);
	}
	free(event);
	return COSMOS_OK;
}

static bool
link_there(struct xen_link *l, const char *way, unsigned int n)
{
	char path[XEN_PATH + 32], *value;
	unsigned int length;

	snprintf(path, sizeof(path), "%s/%s/%u", l->base, way, n);
	value = xs_read(l->h->xs, XBT_NULL, path, &length);
	free(value);
	return value != NULL;
}

/* Waits until the guest has taken enough for one chunk more. */
static int
link_room(struct cosmos *c, struct xen_link *l)
{
	int status;

	for (;;) {
		while (l->acknowledged < l->out &&
		       !link_there(l, "to", l->acknowledged))
			l->acknowledged++;
		if (l->out - l->acknowledged < CONTROL_STORE_WINDOW)
			return COSMOS_OK;
		status = link_wait(c, l);
		if (status != COSMOS_OK)
			return status;
	}
}

static int
link_send(struct cosmos *c, struct stream *s, struct str bytes)
{
	struct xen_link *l = link_of(s);
	char path[XEN_PATH + 32];
	struct str chunk;
	int status;

	while (bytes.n > 0) {
		status = link_room(c, l);
		if (status != COSMOS_OK)
			return status;
		chunk = str_sub(bytes, 0, CONTROL_STORE_CHUNK);
		snprintf(path, sizeof(path), "%s/to/%u", l->base, l->out);
		if (!xs_write(l->h->xs, XBT_NULL, path, chunk.s,
		        (unsigned int)chunk.n))
			return cosmos_fail_errno(c, "%s", path);
		l->out++;
		bytes = str_from(bytes, chunk.n);
	}
	return COSMOS_OK;
}

static int
link_receive(struct cosmos *c, struct stream *s, struct strbuf *in)
{
	struct xen_link *l = link_of(s);
	char path[XEN_PATH + 32], *value;
	unsigned int n;
	int status;

	snprintf(path, sizeof(path), "%s/from/%u", l->base, l->in);
	for (;;) {
		value = xs_read(l->h->xs, XBT_NULL, path, &n);
		if (value != NULL)
			break;
		status = link_wait(c, l);
		if (status != COSMOS_OK)
			return status;
	}
	sb_add(in, str_make(value, n));
	free(value);
	xs_rm(l->h->xs, XBT_NULL, path);
	l->in++;
	return COSMOS_OK;
}

/* A folder that is the guest's as well as ours; a name nobody else takes. */
static int
link_open(struct cosmos *c, struct xen_link *l)
{
	static unsigned int count;
	struct xs_permissions perms[] = {
		{ .id = l->domid, .perms = XS_PERM_NONE },
	};
	static const char *const below[] = { "", "/to", "/from" };
	char path[XEN_PATH + 32];
	unsigned int i;

	snprintf(l->base, sizeof(l->base),
	    "/local/domain/%u/data/clickos/v2/c%d-%u", l->domid, (int)getpid(),
	    count++);
	for (i = 0; i < ARRAY_SIZE(below); i++) {
		snprintf(path, sizeof(path), "%s%s", l->base, below[i]);
		if (!xs_mkdir(l->h->xs, XBT_NULL, path) ||
		    !xs_set_permissions(l->h->xs, XBT_NULL, path, perms, 1))
			return cosmos_fail_errno(c, "%s", path);
	}
	if (!xs_watch(l->h->xs, l->base, "link"))
		return cosmos_fail_errno(c, "%s", l->base);
	return COSMOS_OK;
}

static void
link_close(struct xen_link *l)
{
	char **event;

	xs_unwatch(l->h->xs, l->base, "link");
	while ((event = xs_check_watch(l->h->xs)) != NULL)
		free(event);
	xs_rm(l->h->xs, XBT_NULL, l->base);
}

int
xen_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	struct xen_link l = {
		.stream = { .send = link_send, .receive = link_receive },
		.h = xen_host(c),
		.domid = g->id,
	};
	int status;

	if (l.h == NULL)
		return -COSMOS_E_SYSTEM;
	status = -link_open(c, &l);
	if (status == 0)
		status =
		    control_ask(c, &l.stream, op, router, path, payload, reply);
	link_close(&l);
	return status;
}
