/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_create.c -- a guest, from nothing to running.  Nothing that grows with
 * the number of guests is on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/xen.h"

enum { BOOT_MS = 30000, QUIET_MS = 100, LOOK_MS = 250 };

void
xen_uuid(char to[static 37], const uint8_t handle[static 16])
{
	int i;

	for (i = 0; i < 16; i++)
		to += sprintf(to, "%s%02x",
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
		    handle[i]);
}

static int
create_uuid(struct cosmos *c, struct xen_guest *g)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && read(fd, g->handle, 16) == 16;

	if (fd >= 0)
		close(fd);
	if (!ok)
		return cosmos_fail_errno(c, "/dev/urandom");
	memcpy(g->handle, XEN_HANDLE, 4);
	g->handle[6] = (g->handle[6] & 0x0f) | 0x40; /* RFC 4122, 4.4 */
	g->handle[8] = (g->handle[8] & 0x3f) | 0x80;
	xen_uuid(g->uuid, g->handle);
	return COSMOS_OK;
}

/* spec->image is a path, or "pv" or "pvh" for the installed kernel. */
static int
create_image(struct cosmos *c, struct xen_guest *g)
{
	const char *named = g->spec->image, *type = g->spec->type;

	if (type == NULL && named != NULL && strchr(named, '/') == NULL)
		type = named;
	g->pvh = type != NULL && strcmp(type, "pvh") == 0;
	if (type != NULL && !g->pvh && strcmp(type, "pv") != 0)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%s': not pv, pvh or the path of a kernel",
		    g->spec->name, type);
	g->own_image = named != NULL && strchr(named, '/') != NULL;
	if (g->own_image)
		snprintf(g->image, sizeof(g->image), "%s", named);
	else
		(void)installed_path(
		    "clickos", R_OK, g->image, sizeof(g->image));
	if (access(g->image, R_OK) != 0)
		return cosmos_fail_errno(
		    c, "%s: kernel %s", g->spec->name, g->image);
	return COSMOS_OK;
}

int
xen_plan(struct cosmos *c, const struct cosmos_spec *spec, struct xen_guest *g)
{
	int status;

	memset(g, 0, sizeof(*g));
	g->spec = spec;
	g->making = -1;
	g->memory_kb = spec->memory != 0 ? spec->memory >> 10 : XEN_MEMORY_KB;
	if (g->memory_kb % 1024 != 0 || g->memory_kb < 1024)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: xen gives memory by whole megabytes", spec->name);
	status = create_image(c, g);
	if (status == COSMOS_OK)
		status = create_uuid(c, g);
	if (status == COSMOS_OK)
		status = xen_vifs_parse(c, g);
	return status;
}

/* The key by which we know that it runs. */
static const char *
create_key(const struct xen_guest *g)
{
	return g->spec->config != NULL ? "data/clickos/0/state"
	                               : "data/clickos/version";
}

static void
create_watch(struct xen_host *h, const struct xen_guest *g,
    void (*what)(struct xen_store *, const char *))
{
	char path[XEN_PATH];

	what(h->store, xen_path(path, g->domid, create_key(g)));
}

/* What the guest says of its first router, or of itself. */
static int
create_state(struct cosmos *c, struct xen_host *h, const struct xen_guest *g,
    bool *known)
{
	char path[XEN_PATH], *state, *error;
	int status = COSMOS_OK;

	state = xen_read(h, 0, xen_path(path, g->domid, create_key(g)));
	*known = state[0] != '\0' && strcmp(state, "starting") != 0;
	if (strcmp(state, "failed") == 0) {
		error = xen_read(
		    h, 0, xen_path(path, g->domid, "data/clickos/0/error"));
		status = cosmos_fail(
		    c, COSMOS_E_CONFIG, "%s: %s", g->spec->name, error);
		free(error);
	}
	free(state);
	return status;
}

/* Nobody tells us of a guest's end: those who do are asked by every create. */
static bool
create_is_dead(struct xen_host *h, const struct xen_guest *g)
{
	xc_domaininfo_t info;

	return xc_domain_getinfolist(h->xch, g->domid, 1, &info) != 1 ||
	       info.domain != g->domid ||
	       (info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown)) != 0;
}

/* With the last line of its console. */
static int
create_died(struct cosmos *c, const struct xen_guest *g)
{
	struct cosmos_guest made;
	struct strbuf log = STRBUF_INIT;
	struct str last;
	size_t i;

	xen_guest_fill(g, &made);
	(void)cosmos_platform_xen_1.logs(c, &made, &log); /* if there is one */
	last = str_trim(sb_str(&log));
	for (i = last.n; i > 0 && last.s[i - 1] != '\n'; i--)
		;
	last = str_from(last, i);
	cosmos_fail(c, COSMOS_E_FAILED,
	    "%s: it has ended while it booted%s%.*s", g->spec->name,
	    last.n > 0 ? ": " : "", STR_ARG(last));
	sb_fini(&log);
	return COSMOS_E_FAILED;
}

/*
 * Waits until the router runs, or the guest itself if there is none.  A guest
 * that says nothing for a while may wait for who reads its console, or have
 * ended with a word there: it gets its ring, which is what *ring says.
 */
static int
create_hear(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g, bool *ring)
{
	int64_t end = steady_ns() / 1000000 + BOOT_MS, left = BOOT_MS;
	bool known = false, dead = false;
	char *event;
	int status;

	/* It may have run before the last of its backends was there. */
	status = create_state(c, h, g, &known);
	while (status == COSMOS_OK && !known && !dead && left > 0) {
		event = xen_store_event(h->store, *ring ? LOOK_MS : QUIET_MS);
		if (event != NULL)
			status = create_state(c, h, g, &known);
		else if (*ring)
			dead = create_is_dead(h, g);
		else
			status = xen_keys_ring(c, h, g);
		*ring = *ring || event == NULL;
		free(event);
		left = end - steady_ns() / 1000000;
	}
	if (dead)
		return create_died(c, g);
	if (status == COSMOS_OK && !known)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "%s: it says nothing: see 'cosmos logs' and xl dmesg",
		    g->spec->name);
	return status;
}

/*
 * xenconsoled gets the ring last: what it does then takes as long as a dozen
 * keys, and nothing of a create waits for it.
 */
static int
create_wait(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	bool ring = false;
	int status = create_hear(c, h, g, &ring);

	if (!ring && status == COSMOS_OK)
		status = xen_keys_ring(c, h, g);
	/* Goes with the next request, if there is one. */
	create_watch(h, g, xen_store_unwatch);
	return status;
}

/* Before it runs: xenstored forgets what a guest has asked before that. */
static int
xen_introduce(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	xen_store_introduce(h->store, g->domid, g->store_frame, g->store_port);
	return xen_store_done(h->store)
	           ? COSMOS_OK
	           : xen_fail(
	                 c, h, "%s: introducing it to XenStore", g->spec->name);
}

int
xen_begin(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	int status = xen_introduce(c, h, g);

	if (status == COSMOS_OK && g->spec->paused == 0 &&
	    xc_domain_unpause(h->xch, g->domid) != 0)
		status = xen_fail(c, h, "%s: letting it run", g->spec->name);
	stage_end(c, "introduction");
	if (status == COSMOS_OK && !g->shell)
		status = xen_folder_make(c, g);
	if (status != COSMOS_OK)
		return status;
	if (!g->shell)
		xen_libxl_file(g);
	stage_end(c, "files");
	status = xen_keys_offer(c, h, g);
	stage_end(c, "offers");
	return status;
}

int
xen_run(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	bool paused = g->spec->paused != 0;
	int status = xen_begin(c, h, g);

	if (!paused) /* goes with the next request, and is read after it */
		create_watch(h, g, xen_store_watch);
	if (status == COSMOS_OK)
		status = xen_vifs_join(c, h, g);
	stage_end(c, "devices");
	xen_built(g);
	if (status != COSMOS_OK)
		return status;
	return paused ? xen_keys_ring(c, h, g) : create_wait(c, h, g);
}

void
xen_undo(struct xen_host *h, const struct xen_guest *g)
{
	xen_folder_remove(g->spec->name);
	xen_keys_remove(h, g->domid, g->spec->name, g->uuid);
	xc_domain_destroy(h->xch, g->domid);
	xen_made(g->domid, g->making);
}

void
xen_guest_fill(const struct xen_guest *g, struct cosmos_guest *out)
{
	memset(out, 0, sizeof(*out));
	out->size = sizeof(*out);
	out->id = g->domid;
	out->platform = COSMOS_XEN;
	out->state =
	    g->spec->paused != 0 ? COSMOS_STATE_PAUSED : COSMOS_STATE_RUNNING;
	snprintf(out->name, sizeof(out->name), "%s", g->spec->name);
}

int
xen_known(struct cosmos *c, struct xen_host *h, struct xen_guest *g, int status)
{
	if (status == COSMOS_OK)
		status = xen_keys_write(c, h, g);
	stage_end(c, "keys");
	if (status == COSMOS_OK)
		return COSMOS_OK;
	xen_built(g);
	if (g->domid != 0) {
		xc_domain_destroy(h->xch, g->domid);
		xen_made(g->domid, g->making);
	}
	return status;
}

int
xen_make(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	int status = xen_build_domain(c, h, g);

	stage_end(c, "domain");
	if (status == COSMOS_OK)
		status = xen_build(c, h, g);
	stage_end(c, "image");
	return xen_known(c, h, g, status);
}

int
xen_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *out)
{
	struct xen_host *h = xen_host(c);
	struct xen_guest g;
	bool pooled = false;
	int status;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	status = xen_plan(c, spec, &g);
	if (status == COSMOS_OK) {
		status = xen_pool_take(c, h, &g);
		pooled = status == COSMOS_OK;
	}
	if (status == COSMOS_E_STATE)
		status = xen_make(c, h, &g);
	if (status != COSMOS_OK)
		return status;
	status = pooled ? xen_pool_run(c, h, &g) : xen_run(c, h, &g);
	if (status == COSMOS_OK && spec->paused == 0)
		status = xen_vifs_carry(c, h, &g);
	stage_end(c, "configuration");
	if (status != COSMOS_OK) {
		xen_undo(h, &g);
		return status;
	}
	xen_made(g.domid, g.making);
	xen_guest_fill(&g, out);
	return COSMOS_OK;
}
