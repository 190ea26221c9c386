/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vif.c -- one vif of a guest: follows the states of both sides
 * (xen/io/xenbus.h) and has a port while they are connected.
 *
 *	ours          frontend's          what happens
 *	Initialising                      we offer what we can: InitWait
 *	InitWait      Connected           port opened: Connected
 *	Connected     Connected, no port  an earlier switch's: a standard vif's
 *	                                  rings are taken over; a shared ring is
 *	                                  offered anew, with another generation
 *	any           Closing, Closed     port closed: Closed
 *	any           none                port closed; its domain goes
 *	Closed        Initialising        offered anew
 *	Closing                           the toolstack wants an end: Closed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "vale/settings.h"
#include "vale/xen.h"

enum { FEATURES = NETRING_F_SEGMENTS, SETTINGS_MAX = 16 };

void
xen_log(const struct xen_vif *vif, const char *text)
{
	const struct vale_xen_options *o = &vif->xen->options;
	char line[320];

	if (o->log == NULL)
		return;
	snprintf(
	    line, sizeof(line), "vif%u.%u: %s", vif->domid, vif->handle, text);
	o->log(o->log_arg, line);
}

/* ---- keys ---- */

char *
xen_text(struct vale_xen *x, const char *dir, const char *key)
{
	char path[2 * XEN_PATH];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return x->ops->read(x->host, path);
}

bool
xen_number(struct vale_xen *x, const char *dir, const char *key, uint32_t *out)
{
	char *text = xen_text(x, dir, key), *end = NULL;
	unsigned long long n = 0;
	bool good = false;

	if (text != NULL) {
		n = strtoull(text, &end, 10);
		good = end != text && *end == '\0' && text[0] != '-' &&
		       n <= UINT32_MAX;
	}
	free(text);
	if (good)
		*out = (uint32_t)n;
	return good;
}

bool
xen_put(struct vale_xen *x, const char *dir, const char *key, uint32_t value)
{
	char path[2 * XEN_PATH], text[16];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	snprintf(text, sizeof(text), "%u", value);
	return x->ops->write(x->host, path, text);
}

static uint32_t
vif_state(struct xen_vif *vif, const char *dir)
{
	uint32_t state;

	return xen_number(vif->xen, dir, "state", &state)
	           ? state
	           : (uint32_t)XENBUS_UNKNOWN;
}

static void
vif_set_state(struct xen_vif *vif, uint32_t state)
{
	(void)xen_put(vif->xen, vif->back, "state", state); /* seen again */
}

/* For the log, and for whoever looks into the store. */
static void
vif_complain(struct xen_vif *vif, const char *text)
{
	char path[2 * XEN_PATH];

	xen_log(vif, text);
	snprintf(path, sizeof(path), "%s/error", vif->back);
	(void)vif->xen->ops->write(vif->xen->host, path, text);
}

/* ---- what we offer ---- */

static void
vif_offer(struct xen_vif *vif)
{
	struct vale_xen *x = vif->xen;
	const struct vale_xen_options *o = &x->options;
	const struct {
		const char *key;
		uint32_t value;
	} keys[] = {
		{ "feature-rx-copy", 1 },
		{ "feature-sg", 1 },
		{ "feature-split-event-channels", !o->no_split },
		{ "feature-netring", o->no_ring ? 0 : NETRING_VERSION },
		{ "netring-features", FEATURES },
		{ "netring-pages-max",
		    (uint32_t)(o->guest_memory / NETRING_PAGE) },
		{ "netring-generation", x->generation },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		(void)xen_put(x, vif->back, keys[i].key, keys[i].value);
	vif->failed = false;
	vif->offered = true;
	vif_set_state(vif, XENBUS_INIT_WAIT);
}

/* ---- connecting ---- */

/* What the guest says of its event channels. */
static int
vif_read_events(struct xen_vif *vif, struct diag *why)
{
	struct vale_xen *x = vif->xen;

	if (xen_number(x, vif->front, "event-channel", &vif->tx_event)) {
		vif->rx_event = vif->tx_event;
		return 0;
	}
	if (xen_number(x, vif->front, "event-channel-tx", &vif->tx_event) &&
	    xen_number(x, vif->front, "event-channel-rx", &vif->rx_event))
		return 0;
	return diag(why, ERR_PEER, "event-channel: missing");
}

static int
vif_read_ring(struct xen_vif *vif, struct diag *why)
{
	struct vale_xen *x = vif->xen;
	struct xen_memory *m;
	int err;

	if (!xen_number(x, vif->front, "netring-port", &vif->index) ||
	    !xen_number(x, vif->front, "netring-features", &vif->features))
		return diag(why, ERR_PEER, "netring-port, -features: missing");
	vif->features &= FEATURES;
	err = xen_memory_get(x, vif->domid, vif->front, &m, why);
	if (err != 0)
		return err;
	for (struct xen_vif *v = x->vifs; v != NULL && err == 0; v = v->next)
		if (v != vif && v->memory == m && v->index == vif->index)
			err = diag(why, ERR_PEER,
			    "netring-port %u: is vif%u.%u's", vif->index,
			    v->domid, v->handle);
	if (err == 0 && vif->index >= m->layout.ports)
		err = diag(why, ERR_PEER, "netring-port %u: the region has %u",
		    vif->index, m->layout.ports);
	if (err != 0)
		xen_memory_put(x, m);
	else
		vif->memory = m;
	return err;
}

static int
vif_read_standard(struct xen_vif *vif, struct diag *why)
{
	struct vale_xen *x = vif->xen;
	uint32_t copy;

	if (!xen_number(x, vif->front, "tx-ring-ref", &vif->tx_ref) ||
	    !xen_number(x, vif->front, "rx-ring-ref", &vif->rx_ref))
		return diag(why, ERR_PEER, "tx-ring-ref, rx-ring-ref: missing");
	if (!xen_number(x, vif->front, "request-rx-copy", &copy) || copy == 0)
		return diag(why, ERR_PEER, "request-rx-copy: is wanted");
	return 0;
}

/*
 * "vale0:fw.0+guard=off": switch, port and settings; without a port it is
 * named after the vif.
 */
static void
vif_parse_bridge(struct xen_vif *vif, struct str text, struct vale_attach *at,
    char name[static VALE_NAME_MAX], struct str *settings)
{
	size_t plus = str_find(text, '+', 0);
	struct str place = str_sub(text, 0, plus);
	size_t colon = str_find(place, ':', 0);
	struct str port = str_from(place, colon + 1);

	*settings = str_from(text, plus + 1);
	at->switch_name = str_sub(place, 0, colon);
	if (port.n > 0)
		(void)str_copy(port, name, VALE_NAME_MAX); /* else refused */
	else
		snprintf(
		    name, VALE_NAME_MAX, "vif%u.%u", vif->domid, vif->handle);
	at->name = str_of(name);
}

/* The guard that a tenant has, then what the toolstack wrote. */
static int
vif_settings(struct xen_vif *vif, struct vale_port *p, struct str words,
    struct diag *why)
{
	char *mac = xen_text(vif->xen, vif->back, "mac");
	int err = 0;

	if (mac != NULL && ether_parse(str_of(mac), p->mac)) {
		err = vale_set(p, STR("mac"), str_of(mac), why);
		if (err == 0)
			err = vale_set(p, STR("guard"), STR("on"), why);
	}
	free(mac);
	for (size_t i = 0; i < SETTINGS_MAX && words.n > 0 && err == 0; i++) {
		struct str w = str_sub(words, 0, str_find(words, '+', 0));
		size_t eq = str_find(w, '=', 0);

		words = str_from(words, w.n + 1);
		err = vale_set(p, str_sub(w, 0, eq), str_from(w, eq + 1), why);
	}
	return err;
}

static int
vif_attach(struct xen_vif *vif, struct diag *why)
{
	char *bridge = xen_text(vif->xen, vif->back, "bridge");
	struct vale_attach at = { .with = vif->memory != NULL
		                              ? &vale_kind_xen_ring
		                              : &vale_kind_xen_vif,
		.context = vif,
		.worker = -1 };
	char name[VALE_NAME_MAX];
	struct vale_port *p;
	struct str settings;
	int err;

	if (bridge == NULL)
		return diag(why, ERR_NOTFOUND, "bridge: missing");
	vif_parse_bridge(vif, str_of(bridge), &at, name, &settings);
	err = vale_attach(vif->xen->vale, &at, &p, why);
	if (err == 0) {
		vif->port = p;
		err = vif_settings(vif, p, settings, why);
		if (err != 0)
			vale_port_detach(p);
	}
	free(bridge);
	return err;
}

static void
vif_release(struct xen_vif *vif)
{
	if (vif->memory != NULL)
		xen_memory_put(vif->xen, vif->memory);
	vif->memory = NULL;
}

/* A guest that shares a ring has seen our offer, not an earlier switch's. */
static bool
vif_is_ours(struct xen_vif *vif, bool *ring)
{
	uint32_t generation;

	*ring =
	    xen_number(vif->xen, vif->front, "netring-generation", &generation);
	return !*ring || generation == vif->xen->generation;
}

static void
vif_connect(struct xen_vif *vif)
{
	struct diag why = { "" };
	bool ring;
	int err;

	if (!vif_is_ours(vif, &ring)) {
		/* Each key of an offer comes back to us as a change. */
		if (!vif->offered)
			vif_offer(vif);
		return;
	}
	err = vif_read_events(vif, &why);
	if (err == 0)
		err = ring ? vif_read_ring(vif, &why)
		           : vif_read_standard(vif, &why);
	if (err == 0)
		err = vif_attach(vif, &why);
	if (err != 0) {
		vif_release(vif);
		vif->failed = true;
		vif_complain(vif, why.text);
		vif_set_state(vif, XENBUS_CLOSED);
		return;
	}
	vif_set_state(vif, XENBUS_CONNECTED);
}

static void
vif_disconnect(struct xen_vif *vif)
{
	if (vif->port != NULL)
		vale_port_detach(vif->port); /* calls xen_vif_closed() */
}

void
xen_vif_closed(struct xen_vif *vif, const struct vale_port *p)
{
	/* A port that never opened is not ours yet. */
	if (vif->port != p)
		return;
	vif->port = NULL;
	vif_release(vif);
	if (p->link != VALE_BROKEN)
		return;
	vif->failed = true;
	vif_complain(vif, p->why.text);
	vif_set_state(vif, XENBUS_CLOSED);
}

/* ---- following ---- */

/*
 * Where the frontend is, if that is written; the first event of the watch takes
 * it from there.
 */
static void
vif_find_front(struct xen_vif *vif)
{
	char *front, want[64];
	size_t n;

	front = xen_text(vif->xen, vif->back, "frontend");
	if (front == NULL)
		return;
	/* Below the domain's own directory: nobody else writes there. */
	n = (size_t)snprintf(
	    want, sizeof(want), "/local/domain/%u/", vif->domid);
	if (strncmp(front, want, n) == 0 && strlen(front) < XEN_PATH - 8) {
		char path[XEN_PATH + 8];

		strcpy(vif->front, front);
		snprintf(path, sizeof(path), "%s/state", front);
		vif->watched = vif->xen->ops->watch(vif->xen->host, path);
	}
	free(front);
}

static void
vif_step(struct xen_vif *vif, uint32_t ours, uint32_t theirs)
{
	uint32_t online = 1;

	(void)xen_number(vif->xen, vif->back, "online", &online);
	if (ours == XENBUS_CLOSING || online == 0 || theirs == XENBUS_CLOSING ||
	    theirs == XENBUS_CLOSED) {
		vif_disconnect(vif);
		if (ours != XENBUS_CLOSED)
			vif_set_state(vif, XENBUS_CLOSED);
		return;
	}
	if (theirs == XENBUS_UNKNOWN) {
		/* Nobody is there to be told; our keys may be gone as well. */
		vif_disconnect(vif);
		return;
	}
	if (theirs == XENBUS_CONNECTED || theirs == XENBUS_INITIALISED) {
		if (vif->port == NULL && !vif->failed)
			vif_connect(vif);
		return;
	}
	if (vif->port != NULL) {
		/* It begins anew without having said goodbye. */
		vif_disconnect(vif);
		vif_offer(vif);
	} else if (ours != XENBUS_INIT_WAIT || !vif->offered) {
		/* Also what an earlier switch offered and nobody took. */
		vif_offer(vif);
	}
}

static bool
vif_is_alive(struct xen_vif *vif)
{
	return vif->xen->ops->alive(vif->xen->host, vif->domid);
}

bool
xen_vif_deserted(struct xen_vif *vif)
{
	return vif_state(vif, vif->back) == XENBUS_UNKNOWN ||
	       !vif_is_alive(vif);
}

/* Of a domain's end we are told once it is watched. */
bool
xen_vif_follow(struct xen_vif *vif)
{
	uint32_t ours = vif_state(vif, vif->back);

	if (ours == XENBUS_UNKNOWN || (!vif->watched && !vif_is_alive(vif)))
		return false;
	if (vif->watched)
		vif_step(vif, ours, vif_state(vif, vif->front));
	else
		vif_find_front(vif);
	return true;
}

/* ---- life ---- */

struct xen_vif *
xen_vif_new(
    struct vale_xen *x, const char *back, uint32_t domid, uint32_t handle)
{
	struct xen_vif *vif = calloc(1, sizeof(*vif));

	if (vif == NULL)
		return NULL;
	vif->xen = x;
	vif->domid = domid;
	vif->handle = handle;
	snprintf(vif->back, sizeof(vif->back), "%s", back);
	vif->next = x->vifs;
	x->vifs = vif;
	return vif;
}

void
xen_vif_free(struct xen_vif *vif)
{
	struct xen_vif **at = &vif->xen->vifs;
	char path[XEN_PATH + 8];

	vif_disconnect(vif);
	if (vif->watched) {
		snprintf(path, sizeof(path), "%s/state", vif->front);
		vif->xen->ops->unwatch(vif->xen->host, path);
	}
	while (*at != vif)
		at = &(*at)->next;
	*at = vif->next;
	free(vif);
}
