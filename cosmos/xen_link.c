/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_link.c -- the tool's end of a control link in XenStore, as
 * abi/control_store.h has it: chunks in windows, each deleted by its reader.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/control_store.h"
#include "cosmos/xen.h"

enum { SILENCE_MS = 30000 };

struct xen_link {
	struct stream stream;
	struct xen_host *h;
	uint32_t domid;
	char base[XEN_PATH]; /* its folder */
	unsigned int out, acknowledged, in, cleared;
	bool watched_to, watched_from;
	unsigned int first; /* events to come that say nothing */
};

static struct xen_link *
link_of(struct stream *s)
{
	return container_of(s, struct xen_link, stream);
}

/* Sleeps until something below base changes: each watch begins with an event.
 */
static int
link_wait(struct cosmos *c, struct xen_link *l)
{
	char *event = xen_store_event(l->h->store, SILENCE_MS);

	for (; event != NULL && l->first > 0; l->first--) {
		free(event);
		event = xen_store_event(l->h->store, SILENCE_MS);
	}
	if (event == NULL)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "domain %u has not answered for %d s", l->domid,
		    SILENCE_MS / 1000);
	free(event);
	return COSMOS_OK;
}

static bool
link_there(struct xen_link *l, const char *way, unsigned int n)
{
	char path[XEN_PATH + 32], *value;

	snprintf(path, sizeof(path), "%s/%s/%u", l->base, way, n);
	value = xen_store_read(l->h->store, 0, path, NULL);
	free(value);
	return value != NULL;
}

/* Once for each way, when it is needed: an event is a wake-up more. */
static void
link_watch(struct xen_link *l, const char *way)
{
	bool *watched = way[0] == 't' ? &l->watched_to : &l->watched_from;
	char path[XEN_PATH + 32];

	snprintf(path, sizeof(path), "%s/%s", l->base, way);
	if (*watched)
		return;
	xen_store_watch(l->h->store, path);
	l->first++;
	*watched = true;
}

/* Waits until the guest has taken enough for one chunk more. */
static int
link_room(struct cosmos *c, struct xen_link *l)
{
	int status;

	for (;;) {
		if (l->out - l->acknowledged < CONTROL_STORE_WINDOW)
			return COSMOS_OK;
		/* First: what goes from now on is told. */
		link_watch(l, "to");
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

/* The chunks go out with what is asked next. */
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
		xen_store_write_bytes(
		    l->h->store, 0, path, chunk.s, (uint32_t)chunk.n);
		l->out++;
		bytes = str_from(bytes, chunk.n);
	}
	return COSMOS_OK;
}

/* Chunks that were read go; the last one goes with the folder. */
static void
link_clear(struct xen_link *l)
{
	char path[XEN_PATH + 32];

	for (; l->cleared < l->in; l->cleared++) {
		snprintf(path, sizeof(path), "%s/from/%u", l->base, l->cleared);
		xen_store_rm(l->h->store, 0, path);
	}
}

/* All was answered, or nothing will be. */
static int
link_hear(struct cosmos *c, struct xen_link *l)
{
	if (!xen_store_done(l->h->store))
		return cosmos_fail_errno(c, "%s", l->base);
	return link_wait(c, l);
}

static int
link_receive(struct cosmos *c, struct stream *s, struct strbuf *in)
{
	struct xen_link *l = link_of(s);
	char path[XEN_PATH + 32], *value = NULL;
	uint32_t n;
	int status;

	link_clear(l);
	/* What is asked has to be sent before there is a first word. */
	status = l->in == 0 ? link_hear(c, l) : COSMOS_OK;
	snprintf(path, sizeof(path), "%s/from/%u", l->base, l->in);
	while (status == COSMOS_OK &&
	       (value = xen_store_read(l->h->store, 0, path, &n)) == NULL)
		status = link_hear(c, l);
	if (status != COSMOS_OK)
		return status;
	sb_add(in, str_make(value, n));
	free(value);
	l->in++;
	return COSMOS_OK;
}

/*
 * A name nobody else takes.  Its folder is made by the first chunk, and the
 * guest's as what it lies in: what is made takes its rights from there.
 */
static void
link_open(struct xen_link *l)
{
	static unsigned int count;

	snprintf(l->base, sizeof(l->base),
	    "/local/domain/%u/data/clickos/v2/c%d-%u", l->domid, (int)getpid(),
	    count++);
	link_watch(l, "from");
}

static void
link_close(struct xen_link *l)
{
	char path[XEN_PATH + 32];

	snprintf(path, sizeof(path), "%s/from", l->base);
	xen_store_unwatch(l->h->store, path);
	snprintf(path, sizeof(path), "%s/to", l->base);
	if (l->watched_to)
		xen_store_unwatch(l->h->store, path);
	xen_store_rm(l->h->store, 0, l->base);
	(void)xen_store_done(l->h->store); /* the guest, too, clears it */
	xen_store_forget(l->h->store);
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
	link_open(&l);
	status = control_ask(c, &l.stream, op, router, path, payload, reply);
	link_close(&l);
	return status;
}
