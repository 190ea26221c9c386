/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_keys.c -- the keys of a guest: Xen's own (docs/misc/xenstore-paths) and
 * the control protocol's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/xen.h"

enum { TRIES = 100, CONSOLE_LIMIT = 1048576 };

const char *
xen_path(char path[static XEN_PATH], uint32_t domid, const char *below)
{
	snprintf(path, XEN_PATH, "/local/domain/%u%s%s", domid,
	    below[0] != '\0' ? "/" : "", below);
	return path;
}

char *
xen_read(struct xen_host *h, xs_transaction_t t, const char *path)
{
	unsigned int n;
	char *value = xs_read(h->xs, t, path, &n);

	return value != NULL ? value : strdup("");
}

bool
xen_write(
    struct xen_host *h, xs_transaction_t t, const char *path, const char *value)
{
	return xs_write(h->xs, t, path, value, (unsigned int)strlen(value));
}

/* One of the domain's own keys. */
static bool
keys_own(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g,
    const char *below, const char *value)
{
	char path[XEN_PATH];

	return xen_write(h, t, xen_path(path, g->domid, below), value);
}

static bool
keys_own_number(struct xen_host *h, xs_transaction_t t,
    const struct xen_guest *g, const char *below, unsigned long x)
{
	char value[24];

	snprintf(value, sizeof(value), "%lu", x);
	return keys_own(h, t, g, below, value);
}

/* A folder or key that the guest may write, and all below it. */
static bool
keys_given(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g,
    const char *below)
{
	struct xs_permissions own = { .id = g->domid, .perms = XS_PERM_NONE };
	char path[XEN_PATH];

	xen_path(path, g->domid, below);
	return xs_mkdir(h->xs, t, path) &&
	       xs_set_permissions(h->xs, t, path, &own, 1);
}

/* The domain's folder: ours, and it may read it. */
static bool
keys_home(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g)
{
	struct xs_permissions read[] = {
		{ .id = 0, .perms = XS_PERM_NONE },
		{ .id = g->domid, .perms = XS_PERM_READ },
	};
	char path[XEN_PATH];

	xen_path(path, g->domid, "");
	return xs_rm(h->xs, t, path) && xs_mkdir(h->xs, t, path) &&
	       xs_set_permissions(h->xs, t, path, read, ARRAY_SIZE(read));
}

static bool
keys_domain(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g)
{
	char vm[64];

	snprintf(vm, sizeof(vm), "/vm/%s", g->uuid);
	return keys_own(h, t, g, "vm", vm) &&
	       keys_own(h, t, g, "name", g->spec->name) &&
	       keys_own_number(h, t, g, "domid", g->domid) &&
	       keys_own_number(h, t, g, "memory/target", g->memory_kb) &&
	       keys_own_number(h, t, g, "memory/static-max", g->memory_kb) &&
	       keys_own(h, t, g, "cpu/0/availability", "online") &&
	       keys_own_number(h, t, g, "store/port", g->store_port) &&
	       keys_own_number(h, t, g, "store/ring-ref", g->store_frame) &&
	       keys_own_number(h, t, g, "console/port", g->console_port) &&
	       keys_own_number(h, t, g, "console/ring-ref", g->console_frame) &&
	       keys_own_number(h, t, g, "console/limit", CONSOLE_LIMIT) &&
	       keys_own(h, t, g, "console/type", "xenconsoled") &&
	       keys_own(h, t, g, "console/output", "pty") &&
	       keys_given(h, t, g, "console/tty") &&
	       keys_given(h, t, g, "control/shutdown") &&
	       keys_own(
	           h, t, g, "control/platform-feature-xs_reset_watches", "1") &&
	       keys_given(h, t, g, "device/suspend/event-channel") &&
	       keys_given(h, t, g, "data") && keys_given(h, t, g, "error") &&
	       keys_given(h, t, g, "drivers");
}

/* Who has the name now: 0 for nobody. */
static uint32_t
keys_holder(struct xen_host *h, xs_transaction_t t, const char *name)
{
	char path[XEN_PATH], *value, *now;
	unsigned int n;
	uint32_t domid;

	snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
	value = xs_read(h->xs, t, path, &n);
	if (value == NULL)
		return 0;
	domid = (uint32_t)strtoul(value, NULL, 10);
	free(value);
	now = xs_read(h->xs, t, xen_path(path, domid, "name"), &n);
	if (now == NULL || strcmp(now, name) != 0)
		domid = 0;
	free(now);
	return domid;
}

static bool
keys_name(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g)
{
	char path[XEN_PATH], value[12];

	snprintf(path, sizeof(path), XEN_NAMES "/%s", g->spec->name);
	snprintf(value, sizeof(value), "%u", g->domid);
	return xen_write(h, t, path, value);
}

int
xen_keys_write(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	unsigned int tries;
	xs_transaction_t t;
	uint32_t holder;

	for (tries = 0; tries < TRIES; tries++) {
		t = xs_transaction_start(h->xs);
		if (t == XBT_NULL)
			break;
		holder = keys_holder(h, t, g->spec->name);
		if (holder != 0) {
			xs_transaction_end(h->xs, t, true);
			return cosmos_fail(c, COSMOS_E_EXISTS,
			    "%s: domain %u has that name already",
			    g->spec->name, holder);
		}
		if (!keys_home(h, t, g) || !keys_domain(h, t, g) ||
		    !xen_libxl_keys(h, t, g) || !xen_vifs_write(h, t, g) ||
		    !keys_name(h, t, g)) {
			int error = errno;

			xs_transaction_end(h->xs, t, true);
			errno = error;
			break;
		}
		if (xs_transaction_end(h->xs, t, false))
			return COSMOS_OK;
		if (errno != EAGAIN)
			break;
	}
	return xen_fail(c, h, "%s: its keys in XenStore", g->spec->name);
}

void
xen_keys_remove(
    struct xen_host *h, uint32_t domid, const char *name, const char *uuid)
{
	char path[XEN_PATH];

	snprintf(path, sizeof(path), "/local/domain/0/backend/vif/%u", domid);
	xs_rm(h->xs, XBT_NULL, path);
	snprintf(path, sizeof(path), "/local/domain/0/backend/vale/%u", domid);
	xs_rm(h->xs, XBT_NULL, path);
	xs_rm(h->xs, XBT_NULL, xen_path(path, domid, ""));
	snprintf(path, sizeof(path), "/libxl/%u", domid);
	xs_rm(h->xs, XBT_NULL, path);
	if (uuid != NULL && uuid[0] != '\0') {
		xen_libxl_file_remove(domid, uuid);
		snprintf(path, sizeof(path), "/vm/%s", uuid);
		xs_rm(h->xs, XBT_NULL, path);
	}
	if (name != NULL && name[0] != '\0') {
		snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
		xs_rm(h->xs, XBT_NULL, path);
	}
}
