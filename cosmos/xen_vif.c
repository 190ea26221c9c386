/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vif.c -- network devices of a guest (xen's docs/misc/xenstore-paths and
 * io/netif.h).  No hotplug script runs: whoever made the keys joins the
 * backend's interface to its bridge itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/binding.h"
#include "cosmos/xen.h"

#include <xen/io/xenbus.h>

enum { DETACH_MS = 3000, LOOK_MS = 2 };

/* 00:16:3e is Xen's; the rest is chance (docs/misc/vif naming). */
static int
vif_mac(char mac[static 18])
{
	uint8_t random[3] = { 0 };
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
	          read(fd, random, sizeof(random)) == (ssize_t)sizeof(random);

	if (fd >= 0)
		close(fd);
	snprintf(mac, 18, "00:16:3e:%02x:%02x:%02x", random[0] & 0x7f,
	    random[1], random[2]);
	return ok ? 0 : -1;
}

/* "bridge:br0,mac=00:16:3e:..." or "vale0:fw.0+guard=off,mac=..." */
static int
vif_parse_kind(struct cosmos *c, const char *name, const char *port,
    const struct binding_text *b, struct xen_vif *v)
{
	struct str mac;

	v->vale = b->is_switch;
	if (!v->vale && !str_is(b->kind, "bridge"))
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: port %s: xen has vale0:NAME and bridge:NAME, each "
		    "with ,mac=ADDRESS",
		    name, port);
	if (b->what.n == 0 || !str_copy(b->what, v->bridge,
	                          v->vale ? sizeof(v->bridge) : IFNAMSIZ))
		return cosmos_fail(c, COSMOS_E_USAGE, "%s: '%.*s' is no %s",
		    name, STR_ARG(b->what), v->vale ? "port" : "bridge");
	if (b->options.n == 0)
		return vif_mac(v->mac) == 0
		           ? COSMOS_OK
		           : cosmos_fail_errno(c, "/dev/urandom");
	if (!binding_option(b, "mac", &mac) || mac.n != sizeof(v->mac) - 1)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%.*s' is not mac=XX:XX:XX:XX:XX:XX", name,
		    STR_ARG(b->options));
	(void)str_copy(mac, v->mac, sizeof(v->mac));
	return COSMOS_OK;
}

static int
vif_parse(
    struct cosmos *c, const char *name, const char *port, struct xen_vif *v)
{
	struct binding_text b;
	uint32_t handle;

	if (!binding_split(str_of(port), &b) || !binding_number(&b, &handle))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: port '%s' is not NUMBER=KIND:...", name, port);
	v->handle = handle;
	return vif_parse_kind(c, name, port, &b, v);
}

int
xen_vifs_parse(struct cosmos *c, struct xen_guest *g)
{
	unsigned int i;
	int status = COSMOS_OK;

	for (i = 0; i < g->spec->nports && status == COSMOS_OK; i++)
		status =
		    vif_parse(c, g->spec->name, g->spec->ports[i], &g->vif[i]);
	g->vifs = i;
	return status;
}

struct vif_key {
	const char *name, *value; /* NULL: none */
};

/* Where a backend looks for it: xen-netback, or the switch (vale-xen.md). */
void
xen_vif_back(
    char path[static XEN_PATH], uint32_t domid, const struct xen_vif *v)
{
	snprintf(path, XEN_PATH, "/local/domain/0/%s/%u/%u",
	    v->vale ? "vale" : "backend/vif", domid, v->handle);
}

/*
 * A folder of keys: owner's own, and reader may read; 0 and 0: domain 0's, as
 * what it is in.  The first key makes it, unseen by who watches, and stays
 * whose it would have been without.
 */
static void
vif_folder(struct xen_store *s, uint32_t t, const char *folder, uint32_t owner,
    uint32_t reader, const struct vif_key *key, unsigned int n)
{
	char path[XEN_PATH + 24];
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (key[i].value == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, key[i].name);
		xen_store_write(s, t, path, key[i].value);
		if (i == 0 && owner != reader)
			xen_store_give(s, t, folder, owner, reader);
	}
}

/* Where its keys lie: the guest's, the backend's, libxl's. */
struct vif_places {
	char front[XEN_PATH], back[XEN_PATH], libxl[XEN_PATH];
};

static void
vif_places(
    struct vif_places *p, const struct xen_guest *g, const struct xen_vif *v)
{
	snprintf(p->front, sizeof(p->front), "/local/domain/%u/device/vif/%u",
	    g->domid, v->handle);
	xen_vif_back(p->back, g->domid, v);
	snprintf(p->libxl, sizeof(p->libxl), "/libxl/%u/device/vif/%u",
	    g->domid, v->handle);
}

static void
vif_ask(struct xen_store *s, uint32_t t, const struct xen_guest *g,
    const struct xen_vif *v)
{
	struct vif_places p;
	const struct vif_key frontend[] = {
		{ "backend", p.back },
		{ "backend-id", "0" },
		{ "state", "1" },
		{ "mac", v->mac },
	};

	vif_places(&p, g, v);
	vif_folder(s, t, p.front, g->domid, 0, frontend, ARRAY_SIZE(frontend));
}

static void
vif_offer(struct xen_store *s, uint32_t t, const struct xen_guest *g,
    const struct xen_vif *v)
{
	struct vif_places p;
	char handle[12], domid[12];
	const struct vif_key backend[] = {
		{ "frontend", p.front },
		{ "frontend-id", v->vale ? NULL : domid },
		{ "online", v->vale ? NULL : "1" },
		{ "handle", v->vale ? NULL : handle }, { "mac", v->mac },
		/* A port's name; the kernel looks at no bridge's. */
		{ "bridge", v->vale ? v->bridge : NULL },
		/* xen-netback will not begin without one; nobody runs it. */
		{ "script", v->vale ? NULL : "/bin/true" },
		{ "state", "1" }, /* last: the backend begins */
	};

	vif_places(&p, g, v);
	snprintf(handle, sizeof(handle), "%u", v->handle);
	snprintf(domid, sizeof(domid), "%u", g->domid);
	vif_folder(s, t, p.back, 0, g->domid, backend, ARRAY_SIZE(backend));
}

/* libxl knows no backends but its own. */
static void
vif_record(struct xen_store *s, uint32_t t, const struct xen_guest *g,
    const struct xen_vif *v)
{
	struct vif_places p;
	char handle[12];
	const struct vif_key record[] = {
		{ "backend", p.back },
		{ "bridge", v->bridge },
		/* What libxl takes it to be that has none. */
		{ "handle", v->handle != 0 ? handle : NULL },
		{ "mac", v->mac },
	};

	vif_places(&p, g, v);
	snprintf(handle, sizeof(handle), "%u", v->handle);
	if (!v->vale)
		vif_folder(s, t, p.libxl, 0, 0, record, ARRAY_SIZE(record));
}

static void
vifs_each(struct xen_store *s, uint32_t t, const struct xen_guest *g,
    void (*each)(struct xen_store *, uint32_t, const struct xen_guest *,
        const struct xen_vif *))
{
	unsigned int i;

	for (i = 0; i < g->vifs; i++)
		each(s, t, g, &g->vif[i]);
}

void
xen_vifs_ask(struct xen_store *s, uint32_t t, const struct xen_guest *g)
{
	vifs_each(s, t, g, vif_ask);
}

void
xen_vifs_offer(struct xen_store *s, uint32_t t, const struct xen_guest *g)
{
	vifs_each(s, t, g, vif_offer);
}

void
xen_vifs_record(struct xen_store *s, uint32_t t, const struct xen_guest *g)
{
	vifs_each(s, t, g, vif_record);
}

void
xen_vifs_write(struct xen_store *s, uint32_t t, const struct xen_guest *g)
{
	xen_vifs_ask(s, t, g);
	xen_vifs_offer(s, t, g);
	xen_vifs_record(s, t, g);
}

int
xen_vif_state(struct xen_host *h, const char *folder)
{
	char path[XEN_PATH + 8], *value;
	int state;

	snprintf(path, sizeof(path), "%s/state", folder);
	value = xen_read(h, 0, path);
	state = atoi(value);
	free(value);
	return state;
}

/* ---- of a guest that runs ---- */

static void
vif_remove(struct xen_host *h, uint32_t domid, const struct xen_vif *v)
{
	char path[XEN_PATH];

	xen_vif_back(path, domid, v);
	xen_store_rm(h->store, 0, path);
	snprintf(path, sizeof(path), "/local/domain/%u/device/vif/%u", domid,
	    v->handle);
	xen_store_rm(h->store, 0, path);
	snprintf(
	    path, sizeof(path), "/libxl/%u/device/vif/%u", domid, v->handle);
	xen_store_rm(h->store, 0, path);
	(void)xen_store_done(h->store); /* as far as it goes */
}

int
xen_attach(struct cosmos *c, const struct cosmos_guest *guest, const char *port)
{
	const struct cosmos_spec spec = { .name = guest->name };
	struct xen_guest g = { .spec = &spec, .domid = guest->id, .vifs = 1 };
	struct xen_host *h = xen_host(c);
	char path[XEN_PATH];
	int status = vif_parse(c, guest->name, port, &g.vif[0]);

	if (status != COSMOS_OK)
		return status;
	if (h == NULL)
		return COSMOS_E_SYSTEM;
	snprintf(path, sizeof(path), "/local/domain/%u/device/vif/%u",
	    guest->id, g.vif[0].handle);
	if (xen_vif_state(h, path) != 0)
		return cosmos_fail(c, COSMOS_E_EXISTS,
		    "%s: it has a port %u: detach that first", guest->name,
		    g.vif[0].handle);
	status = xen_keys_tell(h, &g, xen_vifs_write)
	             ? xen_vifs_join(c, h, &g)
	             : xen_fail(c, h, "%s: the keys of its port", guest->name);
	if (status != COSMOS_OK)
		vif_remove(h, guest->id, &g.vif[0]);
	return status;
}

/* The backend lets go when it is told to close (xen/io/xenbus.h). */
static int
detach_close(struct cosmos *c, struct xen_host *h, const char *back,
    const struct cosmos_guest *g, unsigned int handle)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	char path[XEN_PATH + 8];
	unsigned int waited;
	int state;

	snprintf(path, sizeof(path), "%s/online", back);
	xen_store_write(h->store, 0, path, "0");
	snprintf(path, sizeof(path), "%s/state", back);
	xen_store_write(h->store, 0, path, "5");
	if (!xen_store_done(h->store))
		return xen_fail(c, h, "%s: port %u", g->name, handle);
	for (waited = 0; waited < DETACH_MS; waited += LOOK_MS) {
		state = xen_vif_state(h, back);
		if (state == XenbusStateClosed || state == 0)
			break;
		nanosleep(&look, NULL);
	}
	return COSMOS_OK;
}

int
xen_detach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	struct xen_host *h = xen_host(c);
	char path[XEN_PATH], *back, *end;
	struct xen_vif v = { .handle = (unsigned int)strtoul(port, &end, 10) };
	int status;

	if (end == port || *end != '\0')
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%s' is no port's number", g->name, port);
	if (h == NULL)
		return COSMOS_E_SYSTEM;
	snprintf(path, sizeof(path), "/local/domain/%u/device/vif/%u/backend",
	    g->id, v.handle);
	back = xen_read(h, 0, path);
	if (back[0] == '\0') {
		free(back);
		return cosmos_fail(c, COSMOS_E_NOTFOUND,
		    "%s: it has no port %u", g->name, v.handle);
	}
	v.vale = strstr(back, "/0/vale/") != NULL;
	status = detach_close(c, h, back, g, v.handle);
	if (status == COSMOS_OK)
		vif_remove(h, g->id, &v);
	free(back);
	return status;
}
