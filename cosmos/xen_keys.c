/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_keys.c -- the keys of a guest: Xen's own (docs/misc/xenstore-paths) and
 * the control protocol's.  Each costs time at every create, so that those which
 * no guest of ours and no tool on our guests reads are not made.
 *
 * A key that is new costs nearly nothing beside other guests, one that is not,
 * or whose rights change, a look for each of them in xenstored, and in a
 * transaction each costs two.  So there is none but for what must be seen at
 * once; who gives names holds a lock instead.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/steady.h"
#include "cosmos/xen.h"

enum { TRIES = 100, CONSOLE_LIMIT = 1048576, MS = 1000000, PATIENCE = 6 };

const char *
xen_path(char path[static XEN_PATH], uint32_t domid, const char *below)
{
	snprintf(path, XEN_PATH, "/local/domain/%u%s%s", domid,
	    below[0] != '\0' ? "/" : "", below);
	return path;
}

char *
xen_read(struct xen_host *h, uint32_t t, const char *path)
{
	char *value = xen_store_read(h->store, t, path, NULL);

	return value != NULL ? value : strdup("");
}

/* One of the domain's own keys. */
static void
keys_own(struct xen_store *s, const struct xen_guest *g, const char *below,
    const char *value)
{
	char path[XEN_PATH];

	xen_store_write(s, 0, xen_path(path, g->domid, below), value);
}

static void
keys_own_number(struct xen_store *s, const struct xen_guest *g,
    const char *below, unsigned long x)
{
	char value[24];

	snprintf(value, sizeof(value), "%lu", x);
	keys_own(s, g, below, value);
}

/* A folder or key that the guest may write, and all below it. */
static void
keys_given(struct xen_store *s, const struct xen_guest *g, const char *below)
{
	char path[XEN_PATH];

	xen_path(path, g->domid, below);
	xen_store_mkdir(s, 0, path);
	xen_store_give(s, 0, path, g->domid, g->domid);
}

/*
 * All of its console but the ring, which xenconsoled waits for.  Its type is
 * xenconsoled's unless a key says otherwise.
 */
static void
keys_console(struct xen_store *s, const struct xen_guest *g)
{
	keys_own_number(s, g, "console/port", g->console_port);
	keys_own_number(s, g, "console/limit", CONSOLE_LIMIT);
}

int
xen_keys_ring(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	keys_own_number(h->store, g, "console/ring-ref", g->console_frame);
	return xen_store_done(h->store)
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: its console", g->spec->name);
}

/* What the guest boots by.  Its folder is ours, and it may read it. */
static void
keys_guest(struct xen_store *s, const struct xen_guest *g)
{
	char path[XEN_PATH];

	xen_path(path, g->domid, "");
	xen_store_rm(s, 0, path);
	keys_given(s, g, "data");
	xen_store_give(s, 0, path, 0, g->domid);
	keys_own(s, g, "name", g->spec->name);
	if (g->shell)
		keys_own(s, g, XEN_SHELL_KEY, g->spec->name);
	xen_vifs_ask(s, 0, g);
}

uint32_t
xen_keys_holder(struct xen_store *s, const char *name)
{
	char path[XEN_PATH], *value, *now;
	uint32_t domid;

	snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
	value = xen_store_read(s, 0, path, NULL);
	if (value == NULL)
		return 0;
	domid = (uint32_t)strtoul(value, NULL, 10);
	free(value);
	/* It may be of one that has gone: ids come again. */
	now = xen_store_read(s, 0, xen_path(path, domid, "name"), NULL);
	if (now == NULL || strcmp(now, name) != 0)
		domid = 0;
	free(now);
	return domid;
}

void
xen_keys_name(struct xen_store *s, const struct xen_guest *g)
{
	char path[XEN_PATH], value[12];

	snprintf(path, sizeof(path), XEN_NAMES "/%s", g->spec->name);
	snprintf(value, sizeof(value), "%u", g->domid);
	xen_store_write(s, 0, path, value);
}

/* Who changes the same keys again and again is let go first, out of step. */
static void
keys_give_way(unsigned int tries)
{
	int64_t ns = (int64_t)MS << (tries < PATIENCE ? tries : PATIENCE);
	const struct timespec pause = { .tv_nsec = ns + steady_ns() % ns };

	nanosleep(&pause, NULL);
}

bool
xen_keys_tell(struct xen_host *h, const struct xen_guest *g,
    void (*tell)(struct xen_store *, uint32_t, const struct xen_guest *))
{
	unsigned int tries;
	uint32_t t;

	for (tries = 0; tries < TRIES; tries++) {
		t = xen_store_begin(h->store);
		if (t == 0)
			return false;
		tell(h->store, t, g);
		if (xen_store_commit(h->store, t))
			return true;
		if (errno != EAGAIN)
			return false;
		keys_give_way(tries);
	}
	return false;
}

/*
 * The backends' in a transaction, for each wants to find all of its keys; it
 * is of nothing else, so that it never meets what the guest says meanwhile.
 */
int
xen_keys_offer(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	struct xen_store *s = h->store;

	if (g->vifs > 0 && !xen_keys_tell(h, g, xen_vifs_offer))
		return xen_fail(c, h, "%s: the keys of its ports in XenStore",
		    g->spec->name);
	xen_vifs_record(s, 0, g);
	xen_libxl_keys(s, 0, g);
	keys_given(s, g, "control/shutdown");
	keys_own_number(s, g, "memory/target", g->memory_kb);
	keys_own_number(s, g, "memory/static-max", g->memory_kb);
	keys_console(s, g);
	return xen_store_done(s)
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: its keys in XenStore", g->spec->name);
}

int
xen_keys_taken(struct cosmos *c, const char *name, uint32_t holder)
{
	return cosmos_fail(c, COSMOS_E_EXISTS,
	    "%s: domain %u has that name already", name, holder);
}

static int
keys_begin(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	const char *name = g->spec->name;
	uint32_t holder = g->shell ? 0 : xen_keys_holder(h->store, name);

	if (holder != 0)
		return xen_keys_taken(c, name, holder);
	keys_guest(h->store, g);
	if (!g->shell)
		xen_keys_name(h->store, g);
	if (xen_store_done(h->store))
		return COSMOS_OK;
	return xen_fail(c, h, "%s: its keys in XenStore", name);
}

int
xen_keys_write(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	int lock = g->shell ? -1 : xen_names_lock();
	int status = keys_begin(c, h, g);

	xen_names_unlock(lock);
	if (status != COSMOS_OK)
		xen_keys_remove(h, g->domid, g->spec->name, g->uuid);
	return status;
}

/* A name is given up by whose it is. */
static void
keys_unname(struct xen_store *s, uint32_t domid, const char *name)
{
	int lock = xen_names_lock();
	char path[XEN_PATH], *value;

	snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
	value = xen_store_read(s, 0, path, NULL);
	if (value != NULL && strtoul(value, NULL, 10) == domid)
		xen_store_rm(s, 0, path);
	(void)xen_store_done(s);
	free(value);
	xen_names_unlock(lock);
}

void
xen_keys_remove(
    struct xen_host *h, uint32_t domid, const char *name, const char *uuid)
{
	char path[XEN_PATH];

	snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%u", domid);
	xen_store_rm(h->store, 0, path);
	snprintf(path, sizeof(path), "/local/domain/0/vale/%u", domid);
	xen_store_rm(h->store, 0, path);
	xen_store_rm(h->store, 0, xen_path(path, domid, ""));
	snprintf(path, sizeof(path), XEN_POOL "/%u", domid);
	xen_store_rm(h->store, 0, path);
	snprintf(path, sizeof(path), "/libxl/%u", domid);
	xen_store_rm(h->store, 0, path);
	if (uuid != NULL && uuid[0] != '\0') {
		xen_libxl_file_remove(domid, uuid);
		snprintf(path, sizeof(path), "/vm/%s", uuid);
		xen_store_rm(h->store, 0, path);
	}
	if (name != NULL && name[0] != '\0')
		keys_unname(h->store, domid, name);
	(void)xen_store_done(h->store); /* as far as it goes */
}
