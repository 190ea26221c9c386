/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen.c -- which vifs are ours.  Two places are watched: vale, which is ours
 * alone, and backend/vif, of which we serve what has a switch's name in its
 * bridge key ("vale..."): the rest is xen-netback's.
 */
#include "vale/xen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "vale/opener.h"

/*
 * Not backend/vale: of all below backend the kernel asks at each key that
 * changes.
 */
static const char *const types[] = { "vale", "backend/vif" };

static struct xen_vif *
xen_find(struct vale_xen *x, const char *back)
{
	struct xen_vif *vif = x->vifs;

	while (vif != NULL && strcmp(vif->back, back) != 0)
		vif = vif->next;
	return vif;
}

static bool
xen_serves(struct vale_xen *x, const char *type, const char *back)
{
	char *bridge;
	bool ours;

	if (strcmp(type, "vale") == 0)
		return true;
	bridge = xen_text(x, back, "bridge");
	ours = bridge != NULL && strncmp(bridge, "vale", 4) == 0;
	free(bridge);
	return ours;
}

/*
 * One that is not served any more.  Our own place keeps nothing of a domain
 * that is gone: what we said to it last may have come after all of it was
 * removed.
 */
static void
xen_end(struct vale_xen *x, struct xen_vif *vif)
{
	uint32_t domid = vif->domid;
	char path[XEN_PATH];
	size_t n = (size_t)snprintf(path, sizeof(path), "%s/vale/", x->home);
	bool own = strncmp(vif->back, path, n) == 0;

	xen_vif_free(vif);
	snprintf(path + n, sizeof(path) - n, "%u", domid);
	if (own && !x->ops->alive(x->host, domid))
		x->ops->rm(x->host, path);
}

static void
xen_follow(
    struct vale_xen *x, const char *type, uint32_t domid, uint32_t handle)
{
	struct xen_vif *vif;
	char back[XEN_PATH];

	snprintf(
	    back, sizeof(back), "%s/%s/%u/%u", x->home, type, domid, handle);
	vif = xen_find(x, back);
	if (vif == NULL && xen_serves(x, type, back))
		vif = xen_vif_new(x, back, domid, handle);
	if (vif != NULL && !xen_vif_follow(vif))
		xen_end(x, vif);
}

/* Everything below TYPE/DOMAIN. */
static void
xen_scan_domain(struct vale_xen *x, const char *type, uint32_t domid)
{
	char path[XEN_PATH];
	unsigned int n = 0;
	char **names;

	snprintf(path, sizeof(path), "%s/%s/%u", x->home, type, domid);
	names = x->ops->list(x->host, path, &n);
	for (unsigned int i = 0; names != NULL && i < n; i++)
		xen_follow(x, type, domid, (uint32_t)atoi(names[i]));
	free(names);
}

static void
xen_scan(struct vale_xen *x, const char *type)
{
	char path[XEN_PATH];
	unsigned int n = 0;
	char **names;

	snprintf(path, sizeof(path), "%s/%s", x->home, type);
	names = x->ops->list(x->host, path, &n);
	for (unsigned int i = 0; names != NULL && i < n; i++)
		xen_scan_domain(x, type, (uint32_t)atoi(names[i]));
	free(names);
}

/* Some domain has ended: what is left of ours goes. */
static void
xen_released(struct vale_xen *x)
{
	struct xen_vif *vif = x->vifs, *next;

	for (; vif != NULL; vif = next) {
		next = vif->next;
		if (!x->ops->alive(x->host, vif->domid))
			xen_end(x, vif);
	}
}

static void
xen_front_fired(struct vale_xen *x, const char *path)
{
	struct xen_vif *vif = x->vifs, *next;

	for (; vif != NULL; vif = next) {
		size_t n = strlen(vif->front);

		next = vif->next;
		if (vif->watched && strncmp(path, vif->front, n) == 0 &&
		    path[n] == '/' && !xen_vif_follow(vif))
			xen_end(x, vif);
	}
}

/*
 * A key of a backend directory, or "" for itself.  All were written when its
 * state was: each that is looked at costs a handful of questions.
 */
static void
xen_key_fired(struct vale_xen *x, const char *type, uint32_t domid,
    uint32_t handle, const char *key)
{
	char back[XEN_PATH];

	snprintf(
	    back, sizeof(back), "%s/%s/%u/%u", x->home, type, domid, handle);
	if (strcmp(key, "/state") == 0 ||
	    (key[0] == '\0' && xen_find(x, back) != NULL))
		xen_follow(x, type, domid, handle);
}

/* "/local/domain/0/TYPE[/DOMAIN[/HANDLE[/KEY]]]" */
static bool
xen_back_fired(struct vale_xen *x, const char *path)
{
	size_t n = strlen(x->home);
	unsigned int domid, handle;
	int key = 0;
	bool ours = false;

	if (strncmp(path, x->home, n) != 0 || path[n] != '/')
		return false;
	path += n + 1;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		n = strlen(types[i]);
		if (strncmp(path, types[i], n) != 0)
			continue;
		ours = true;
		switch (sscanf(path + n, "/%u/%u%n", &domid, &handle, &key)) {
		case 2:
			xen_key_fired(
			    x, types[i], domid, handle, path + n + key);
			break;
		case 1:
			xen_scan_domain(x, types[i], domid);
			break;
		default:
			xen_scan(x, types[i]);
			break;
		}
	}
	return ours;
}

static void
xen_ready(void *arg, unsigned int events)
{
	struct vale_xen *x = arg;
	char *path;

	(void)events;
	while ((path = x->ops->fired(x->host)) != NULL) {
		if (strcmp(path, "@releaseDomain") == 0)
			xen_released(x);
		else if (!xen_back_fired(x, path))
			xen_front_fired(x, path);
		free(path);
	}
}

static bool
xen_watch_all(struct vale_xen *x)
{
	bool good = x->ops->watch(x->host, "@releaseDomain");
	char path[XEN_PATH];

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		snprintf(path, sizeof(path), "%s/%s", x->home, types[i]);
		good = good && x->ops->watch(x->host, path);
	}
	return good && vale_watch(x->vale, x->ops->watch_fd(x->host), VALE_READ,
	                   xen_ready, x) == 0;
}

/* Another one each time, so that guests see which switch they speak with. */
static uint32_t
xen_generation(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint32_t)now.tv_sec * 1000 + (uint32_t)now.tv_nsec / 1000000;
}

struct xenhost_events *
vale_xen_events(struct vale_xen *x, struct diag *why)
{
	struct vale_opened o = { .fd = { -1 } };
	struct xenhost_events *e;

	/* The helper keeps nothing of it: there is nothing to release. */
	if (x->ops->events_need != NULL &&
	    vale_acquire(x->vale, x->ops->events_need, STR(""), &o, why) != 0)
		return NULL;
	e = x->ops->events_open(x->host, o.fd[0]);
	if (e == NULL)
		diag(why, ERR_IO, "events: no descriptor");
	return e;
}

struct vale_xen *
vale_xen_new(struct vale *v, const struct vale_xen_options *o, struct diag *why)
{
	struct vale_xen *x = calloc(1, sizeof(*x));
	char *domid;

	if (x == NULL) {
		(void)diag(why, ERR_NOMEM, "out of memory");
		return NULL;
	}
	x->vale = v;
	x->options = *o;
	x->ops = o->ops;
	x->generation = xen_generation();
	x->host = x->ops->open(why);
	if (x->host == NULL) {
		free(x);
		return NULL;
	}
	domid = x->ops->read(x->host, "domid");
	snprintf(x->home, sizeof(x->home), "/local/domain/%u",
	    domid != NULL ? (unsigned int)atoi(domid) : 0);
	free(domid);
	if (!xen_watch_all(x)) {
		(void)diag(why, ERR_IO, "xen: XenStore takes no watches");
		vale_xen_free(x);
		return NULL;
	}
	return x;
}

void
vale_xen_free(struct vale_xen *x)
{
	while (x->vifs != NULL)
		xen_vif_free(x->vifs);
	(void)vale_watch(x->vale, x->ops->watch_fd(x->host), 0, NULL, NULL);
	x->ops->close(x->host);
	free(x);
}
