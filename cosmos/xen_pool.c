/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_pool.c -- guests made beforehand: built, booted, and paused; all that
 * they lack is a name, ports and a configuration.  Who takes one removes its
 * key and gives it its name with the lock of names, so that nobody else has it.
 *
 * `cosmos watch` makes new ones for those that were taken.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/xen.h"

/* " PORT PORT", as a prepared one has them; COSMOS_E_FULL: no memory. */
static int
pool_ports(struct cosmos *c, const struct cosmos_spec *spec, struct strbuf *to)
{
	unsigned int i;

	for (i = 0; i < spec->nports; i++)
		sb_printf(to, " %s", spec->ports[i]);
	return to->oom ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
	               : COSMOS_OK;
}

/* What stands in the key of a prepared one that has the ports of spec. */
static int
pool_key(struct cosmos *c, const struct cosmos_spec *spec, struct strbuf *to)
{
	sb_adds(to, XEN_POOL_MADE);
	return pool_ports(c, spec, to);
}

/* One has the defaults. */
static bool
pool_would_do(const struct xen_guest *g)
{
	return !g->pvh && !g->own_image && g->memory_kb == XEN_MEMORY_KB &&
	       g->spec->cmdline == NULL && g->spec->cpus == NULL &&
	       g->spec->paused == 0;
}

static char *
pool_list(struct xen_store *s, uint32_t *n)
{
	*n = 0;
	return xen_store_list(s, XEN_POOL, n);
}

static void
pool_path(char path[static XEN_PATH], uint32_t domid)
{
	snprintf(path, XEN_PATH, XEN_POOL "/%u", domid);
}

enum pool_entry { POOL_NONE, POOL_OTHER, POOL_LIKE };

/* Whether it is a prepared one, and with just the ports that key says. */
static enum pool_entry
pool_entry(struct xen_host *h, uint32_t domid, const char *key)
{
	enum pool_entry e = POOL_NONE;
	char path[XEN_PATH], *value;

	pool_path(path, domid);
	value = xen_read(h, 0, path);
	if (value != NULL && value[0] != '\0')
		e = strcmp(value, key) == 0 ? POOL_LIKE : POOL_OTHER;
	free(value);
	return e;
}

static uint32_t
pool_count(struct xen_store *s)
{
	uint32_t n, i, count = 0;
	char *names = pool_list(s, &n);

	for (i = 0; names != NULL && i < n; i++)
		count += names[i] == '\0';
	free(names);
	return count;
}

/* ---- taking one ---- */

/* g is that domain, if it waits to be taken. */
static void
pool_is(struct xen_host *h, uint32_t domid, struct xen_guest *g)
{
	xc_domaininfo_t info;

	if (xc_domain_getinfolist(h->xch, domid, 1, &info) != 1 ||
	    info.domain != domid || (info.flags & XEN_DOMINF_paused) == 0 ||
	    (info.flags & XEN_DOMINF_dying) != 0)
		return;
	g->domid = domid;
	xen_uuid(g->uuid, info.handle);
}

/* With its ports, or with none: then it will get them. */
static bool
pool_fits(
    struct xen_host *h, uint32_t domid, const char *key, struct xen_guest *g)
{
	g->wired =
	    g->spec->nports > 0 && pool_entry(h, domid, key) == POOL_LIKE;
	return g->wired || pool_entry(h, domid, XEN_POOL_MADE) == POOL_LIKE;
}

/* What its devices were given when they were made. */
static void
pool_macs(struct xen_host *h, struct xen_guest *g)
{
	char below[48], path[XEN_PATH], *mac;
	unsigned int i;

	for (i = 0; i < g->vifs; i++) {
		snprintf(below, sizeof(below), "device/vif/%u/mac",
		    g->vif[i].handle);
		mac = xen_read(h, 0, xen_path(path, g->domid, below));
		snprintf(g->vif[i].mac, sizeof(g->vif[i].mac), "%s", mac);
		free(mac);
	}
}

/*
 * The first of those listed that lives; its key goes, and those of dead ones
 * before it.
 */
static bool
pool_pick(
    struct xen_host *h, struct str names, const char *key, struct xen_guest *g)
{
	char path[XEN_PATH];
	size_t i;

	g->domid = 0;
	for (i = 0; i < names.n && g->domid == 0;
	     i += strlen(names.s + i) + 1) {
		uint32_t domid = (uint32_t)strtoul(names.s + i, NULL, 10);

		if (!pool_fits(h, domid, key, g))
			continue;
		pool_path(path, domid);
		xen_store_rm(h->store, 0, path);
		pool_is(h, domid, g);
	}
	if (g->domid == 0)
		return false;
	if (g->wired)
		pool_macs(h, g);
	return true;
}

/*
 * One is g's, by its keys.  It is being made from before they say so: who is
 * killed then leaves one that is neither prepared nor somebody's.
 */
static int
pool_name(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	char path[XEN_PATH];

	g->making = xen_making(g->domid);
	xen_store_write(
	    h->store, 0, xen_path(path, g->domid, "name"), g->spec->name);
	xen_keys_name(h->store, g);
	if (xen_store_done(h->store) &&
	    (g->wired || xen_keys_tell(h, g, xen_vifs_write)))
		return COSMOS_OK;
	return xen_fail(c, h, "%s: its keys in XenStore", g->spec->name);
}

/* COSMOS_E_STATE: there is none. */
static int
pool_try(struct cosmos *c, struct xen_host *h, struct str names,
    const char *key, struct xen_guest *g)
{
	uint32_t holder = xen_keys_holder(h->store, g->spec->name);

	if (holder != 0)
		return xen_keys_taken(c, g->spec->name, holder);
	if (pool_pick(h, names, key, g))
		return pool_name(c, h, g);
	(void)xen_store_done(h->store); /* those of dead ones have gone */
	return COSMOS_E_STATE;
}

int
xen_pool_take(struct cosmos *c, struct xen_host *h, struct xen_guest *g)
{
	struct strbuf key = STRBUF_INIT;
	int lock, status;
	uint32_t n = 0;
	char *names = pool_would_do(g) ? pool_list(h->store, &n) : NULL;

	if (n == 0) {
		free(names);
		return COSMOS_E_STATE;
	}
	status = pool_key(c, g->spec, &key);
	if (status == COSMOS_OK) {
		lock = xen_names_lock();
		status = pool_try(c, h, str_make(names, n), sb_cstr(&key), g);
		xen_names_unlock(lock);
	}
	sb_fini(&key);
	free(names);
	stage_end(c, "keys");
	if (status == COSMOS_OK)
		status = xen_folder_make(c, g);
	if (status == COSMOS_OK)
		xen_libxl_file(g);
	else if (g->domid != 0) /* one was taken */
		xen_undo(h, g);
	stage_end(c, "files");
	return status;
}

/* It is told its configuration as a running guest is. */
static int
pool_configure(struct cosmos *c, const struct xen_guest *g)
{
	const struct cosmos_spec *spec = g->spec;
	struct strbuf reply = STRBUF_INIT;
	struct cosmos_guest made;
	unsigned int router = CONTROL_ANY_ROUTER;
	int status;

	xen_guest_fill(g, &made);
	status = xen_ask(c, &made, CONTROL_INSTALL, &router,
	    str_of(spec->label != NULL ? spec->label : "boot"),
	    str_make(spec->config, spec->config_length), &reply);
	status =
	    status < 0 ? -status : control_said(c, spec->name, status, &reply);
	sb_fini(&reply);
	return status;
}

int
xen_pool_run(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	int status;

	if (xc_domain_unpause(h->xch, g->domid) != 0)
		return xen_fail(c, h, "%s: letting it run", g->spec->name);
	status = g->wired ? xen_vifs_rejoin(c, g) : xen_vifs_join(c, h, g);
	stage_end(c, "devices");
	if (status == COSMOS_OK && g->spec->config != NULL)
		status = pool_configure(c, g);
	return status;
}

/* ---- keeping it full ---- */

/* Boots it, pauses it, and says that it is there. */
static int
pool_ready(
    struct cosmos *c, struct xen_host *h, struct xen_guest *g, const char *key)
{
	char path[XEN_PATH];
	int status = xen_run(c, h, g);

	if (status != COSMOS_OK)
		return status;
	if (xc_domain_pause(h->xch, g->domid) != 0)
		return xen_fail(c, h, "%s: pausing it", g->spec->name);
	pool_path(path, g->domid);
	xen_store_write(h->store, 0, path, key);
	return xen_store_done(h->store)
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: %s", g->spec->name, path);
}

static int
pool_add(struct cosmos *c, struct xen_host *h, const struct cosmos_spec *like,
    const char *key)
{
	struct cosmos_spec spec = *like;
	char name[32] = XEN_SHELL;
	struct xen_guest g;
	int status;

	spec.name = name;
	status = xen_plan(c, &spec, &g);
	if (status != COSMOS_OK)
		return status;
	g.shell = true;
	snprintf(name, sizeof(name), XEN_SHELL "%.8s", g.uuid + 9);
	status = xen_make(c, h, &g);
	if (status != COSMOS_OK)
		return status;
	status = pool_ready(c, h, &g, key);
	if (status == COSMOS_OK)
		xen_made(g.domid, g.making);
	else
		xen_undo(h, &g);
	return status;
}

/*
 * Takes the key of a prepared one if it has these ports, or, if not, others:
 * nobody else gets it then.  False: it has been taken, or is to stay.
 */
static bool
pool_claim(struct xen_host *h, uint32_t domid, bool have, const char *key)
{
	int lock = xen_names_lock();
	bool mine =
	    pool_entry(h, domid, key) == (have ? POOL_LIKE : POOL_OTHER);
	char path[XEN_PATH];

	pool_path(path, domid);
	if (mine)
		xen_store_rm(h->store, 0, path);
	mine = xen_store_done(h->store) && mine;
	xen_names_unlock(lock);
	return mine;
}

/* Ends at most n of those that have these ports, or, if not, of the others. */
static void
pool_drop(struct cosmos *c, struct xen_host *h, uint32_t n, bool have,
    const char *key)
{
	uint32_t length, i;
	char *names = pool_list(h->store, &length);

	for (i = 0; names != NULL && i < length && n > 0;
	     i += (uint32_t)strlen(names + i) + 1) {
		struct cosmos_guest g = { .platform = COSMOS_XEN,
			.id = (uint32_t)strtoul(names + i, NULL, 10),
			.name = XEN_SHELL };

		if (!pool_claim(h, g.id, have, key))
			continue;
		n--;
		/* As far as it goes: its keys, at least. */
		if (cosmos_platform_xen_1.destroy(c, &g) != COSMOS_OK)
			xen_keys_remove(h, g.id, NULL, NULL);
	}
	free(names);
}

/* "NUMBER PORT...": the number; ports point into text. */
static uint32_t
pool_parse(
    char *text, const char *ports[COSMOS_PORTS_MAX], struct cosmos_spec *like)
{
	char *save = NULL, *word = strtok_r(text, " ", &save);
	uint32_t n = word != NULL ? (uint32_t)strtoul(word, NULL, 10) : 0;

	like->ports = ports;
	while (like->nports < COSMOS_PORTS_MAX &&
	       (word = strtok_r(NULL, " ", &save)) != NULL)
		ports[like->nports++] = word;
	return n;
}

static int
pool_fill(struct cosmos *c, struct xen_host *h, uint32_t wanted,
    const struct cosmos_spec *like, uint32_t *have)
{
	struct strbuf key = STRBUF_INIT;
	int status = pool_key(c, like, &key);

	if (status == COSMOS_OK) {
		pool_drop(c, h, UINT32_MAX, false, sb_cstr(&key));
		*have = pool_count(h->store);
	}
	for (; status == COSMOS_OK && *have < wanted; *have += 1)
		status = pool_add(c, h, like, sb_cstr(&key));
	if (status == COSMOS_OK && *have > wanted) {
		pool_drop(c, h, *have - wanted, true, sb_cstr(&key));
		*have = pool_count(h->store);
	}
	sb_fini(&key);
	return status;
}

int
xen_pool_fill(struct cosmos *c, uint32_t *have)
{
	const char *ports[COSMOS_PORTS_MAX];
	struct cosmos_spec like = COSMOS_SPEC_INIT;
	struct xen_host *h = xen_host(c);
	uint32_t wanted;
	char *text;
	int status;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	text = xen_read(h, 0, XEN_POOL_WANTED);
	wanted = pool_parse(text, ports, &like);
	status = pool_fill(c, h, wanted, &like, have);
	free(text);
	return status;
}

/* Where a guest's ports come from must be the same for all of them. */
static int
pool_check(struct cosmos *c, const struct cosmos_spec *like)
{
	const char *port, *what;
	unsigned int i;

	for (i = 0; i < like->nports; i++) {
		port = like->ports[i];
		what = strchr(port, '=');
		if (what == NULL || strncmp(what, "=bridge:", 8) != 0 ||
		    strpbrk(port, ", \t\n") != NULL)
			return cosmos_fail(c, COSMOS_E_USAGE,
			    "pool: port '%s': what can be prepared is "
			    "N=bridge:NAME, without an address",
			    port);
	}
	return COSMOS_OK;
}

int
xen_pool(struct cosmos *c, const struct cosmos_spec *like, uint32_t *n)
{
	struct strbuf text = STRBUF_INIT;
	struct xen_host *h = xen_host(c);
	int status = pool_check(c, like);

	if (status != COSMOS_OK)
		return status;
	if (h == NULL)
		return COSMOS_E_SYSTEM;
	if (*n == UINT32_MAX) {
		*n = pool_count(h->store);
		return COSMOS_OK;
	}
	sb_printf(&text, "%u", *n);
	status = pool_ports(c, like, &text);
	if (status == COSMOS_OK) {
		xen_store_write(h->store, 0, XEN_POOL_WANTED, sb_cstr(&text));
		if (!xen_store_done(h->store))
			status = xen_fail(c, h, "pool");
	}
	sb_fini(&text);
	return status == COSMOS_OK ? xen_pool_fill(c, n) : status;
}
