/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_watch.c -- what becomes of domains that end: Xen says so by
 * @releaseDomain in XenStore, which tells not which, so all of ours are looked
 * at.  And what is left of those that ended unseen, or of creates that were
 * killed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cosmos/xen.h"

#include <xen/sched.h>

enum { MAKING_NS = 100000000 };

int
xen_watch_fd(struct cosmos *c)
{
	struct xen_host *h = xen_host(c);

	if (h == NULL)
		return -1;
	xen_store_watch(h->store, "@releaseDomain");
	xen_store_watch(h->store, XEN_POOL);
	return xen_store_done(h->store) ? xen_store_fd(h->store) : -1;
}

/* How it has ended, or NULL for one that has not. */
static const char *
reap_how(struct xen_host *h, uint32_t domid)
{
	xc_domaininfo_t info;

	if (xc_domain_getinfolist(h->xch, domid, 1, &info) != 1 ||
	    info.domain != domid)
		return "gone";
	if ((info.flags & XEN_DOMINF_shutdown) == 0)
		return NULL;
	switch ((info.flags >> XEN_DOMINF_shutdownshift) &
	        XEN_DOMINF_shutdownmask) {
	case SHUTDOWN_poweroff:
		return "poweroff";
	case SHUTDOWN_reboot:
		return "reboot";
	case SHUTDOWN_suspend:
		return NULL; /* somebody is moving it */
	default:
		return "";
	}
}

static void
reap_say(const struct watcher *w, const char *name, const char *what)
{
	char line[512];

	snprintf(line, sizeof(line), "%s: %s", name, what);
	w->say(w->arg, line);
}

/* Ended: gone for good, or started again with what was installed in it. */
static void
reap_bury(struct cosmos *c, const struct watcher *w, const char *name,
    int folder, const char *how)
{
	struct cosmos_guest g = { .platform = COSMOS_XEN,
		.id = xen_folder_domid(folder) };
	struct spec_text s;
	struct kept kept;
	uint32_t action = COSMOS_ACTION_DESTROY;

	memset(&kept, 0, sizeof(kept));
	snprintf(g.name, sizeof(g.name), "%s", name);
	if (spec_load(c, folder, name, &s) == COSMOS_OK)
		action = strcmp(how, "gone") == 0 ? COSMOS_ACTION_DESTROY
		                                  : spec_action(&s.spec, how);
	if (action == COSMOS_ACTION_PRESERVE) {
		spec_fini(&s);
		return;
	}
	reap_say(w, name, how[0] == '\0' ? "it has crashed" : how);
	if (action == COSMOS_ACTION_RESTART) {
		s.spec.name = name;
		(void)keep_load(c, folder, &s.spec, &kept);
	}
	if (strcmp(how, "gone") == 0)
		xen_keys_remove(xen_host(c), g.id, name, NULL);
	else
		(void)cosmos_platform_xen_1.destroy(
		    c, &g); /* as far as it goes */
	xen_folder_remove(name);
	if (action == COSMOS_ACTION_RESTART)
		reap_say(w, name,
		    w->restart(c, &s, &kept) == COSMOS_OK ? "started again"
		                                          : sb_cstr(&c->error));
	keep_fini(&kept);
	spec_fini(&s);
}

struct reaping {
	struct watcher w;
	bool early; /* one has ended whose create has not */
};

static int
reap_one(struct cosmos *c, const char *name, void *arg)
{
	struct reaping *r = arg;
	int folder = xen_folder_open(name);
	uint32_t domid = folder >= 0 ? xen_folder_domid(folder) : 0;
	const char *how = domid != 0 ? reap_how(xen_host(c), domid) : NULL;

	if (how != NULL) {
		if (xen_is_made(domid) == XEN_BEING_MADE)
			r->early = true;
		else
			reap_bury(c, &r->w, name, folder, how);
	}
	if (folder >= 0)
		close(folder);
	return COSMOS_OK;
}

/* Its creator, who is about to see it, too, clears it, or leaves it to us. */
static int
reap_all(struct cosmos *c, struct reaping *r)
{
	const struct timespec look = { .tv_nsec = MAKING_NS };
	int status;

	for (;;) {
		r->early = false;
		status = xen_folder_each(c, reap_one, r);
		if (status != COSMOS_OK || !r->early)
			return status;
		nanosleep(&look, NULL);
	}
}

int
xen_watch(struct cosmos *c, const struct watcher *w)
{
	struct reaping r = { .w = *w };
	struct xen_host *h = xen_host(c);
	char *event;
	uint32_t have;
	int status;

	/* Requests of the look itself may bring the next event along. */
	do {
		while ((event = xen_store_event(h->store, 0)) != NULL)
			free(event);
		status = reap_all(c, &r);
		if (status == COSMOS_OK && xen_pool_fill(c, &have) != COSMOS_OK)
			reap_say(w, "pool", sb_cstr(&c->error));
		event = xen_store_event(h->store, 0);
		free(event);
	} while (status == COSMOS_OK && event != NULL);
	return status;
}

/* ---- the doctor ---- */

struct examining {
	bool clear;
	struct strbuf *out;
};

static int
doctor_folder(struct cosmos *c, const char *name, void *arg)
{
	const struct examining *x = arg;
	struct xen_host *h = xen_host(c);
	int folder = xen_folder_open(name);
	uint32_t domid = folder >= 0 ? xen_folder_domid(folder) : 0;
	const char *how = domid != 0 ? reap_how(h, domid) : "gone";

	if (folder >= 0)
		close(folder);
	if (how == NULL || strcmp(how, "gone") != 0 ||
	    (domid != 0 && xen_is_made(domid) == XEN_BEING_MADE))
		return COSMOS_OK;
	sb_printf(x->out, "guest %s: its domain is gone\n", name);
	if (x->clear) {
		xen_keys_remove(h, domid, name, NULL);
		xen_folder_remove(name);
	}
	return COSMOS_OK;
}

/* Whether a prepared one is not there for all, though it has been made. */
static bool
doctor_is_hidden(struct xen_host *h, uint32_t domid, const char *name)
{
	char path[XEN_PATH], *key;
	bool hidden;

	if (strncmp(name, XEN_SHELL, strlen(XEN_SHELL)) != 0)
		return false;
	snprintf(path, sizeof(path), XEN_POOL "/%u", domid);
	key = xen_read(h, 0, path);
	hidden = key[0] == '\0';
	free(key);
	return hidden;
}

/* A domain with our handle whose creator was killed. */
static void
doctor_domain(
    struct xen_host *h, const xc_domaininfo_t *info, const struct examining *x)
{
	enum xen_stage made = xen_is_made(info->domain);
	char path[XEN_PATH], uuid[37], *name;

	if (memcmp(info->handle, XEN_HANDLE, 4) != 0 || made == XEN_BEING_MADE)
		return;
	name = xen_read(h, 0, xen_path(path, info->domain, "name"));
	if (made == XEN_HALF_MADE || name[0] == '\0' ||
	    doctor_is_hidden(h, info->domain, name)) {
		sb_printf(x->out,
		    "domain %u: half made, and its creator has gone\n",
		    info->domain);
		if (x->clear) {
			xc_domain_destroy(h->xch, info->domain);
			xen_uuid(uuid, info->handle);
			xen_keys_remove(h, info->domain, name, uuid);
			if (name_valid(name))
				xen_folder_remove(name);
			xen_made(info->domain, -1);
		}
	}
	free(name);
}

static int
doctor_domains(struct cosmos *c, struct xen_host *h, const struct examining *x)
{
	xc_domaininfo_t info[64];
	uint32_t next = 1;
	int n, i;

	do {
		n = xc_domain_getinfolist(h->xch, next, 64, info);
		if (n < 0)
			return xen_fail(c, h, "listing domains");
		for (i = 0; i < n; i++) {
			doctor_domain(h, &info[i], x);
			next = info[i].domain + 1u;
		}
	} while (n == 64);
	return COSMOS_OK;
}

/* Names that lead to no domain, or to one that is called otherwise. */
static void
doctor_names(struct xen_host *h, const struct examining *x)
{
	uint32_t n = 0;
	char *names = xen_store_list(h->store, XEN_NAMES, &n), *name;
	char path[XEN_PATH], own[XEN_PATH], *value, *now;

	for (name = names; name != NULL && name < names + n;
	     name += strlen(name) + 1) {
		snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
		value = xen_read(h, 0, path);
		now = xen_read(h, 0,
		    xen_path(own, (uint32_t)strtoul(value, NULL, 10), "name"));
		if (strcmp(now, name) != 0) {
			sb_printf(x->out, "name %s: no domain has it\n", name);
			if (x->clear)
				xen_store_rm(h->store, 0, path);
		}
		free(value);
		free(now);
	}
	free(names);
	(void)xen_store_done(h->store); /* as far as it goes */
}

int
xen_doctor(struct cosmos *c, bool clear, struct strbuf *out)
{
	struct examining x = { clear, out };
	struct xen_host *h = xen_host(c);
	int status = xen_folder_each(c, doctor_folder, &x);

	if (status == COSMOS_OK)
		status = doctor_domains(c, h, &x);
	if (status == COSMOS_OK)
		doctor_names(h, &x);
	return status;
}
