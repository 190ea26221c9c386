/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront_connect.c -- the handshake.  The toolstack made both directories;
 * the backend says InitWait; we make rings and event channels, write where
 * they are in one transaction and say Connected; the backend maps and says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/netfront.h"
#include "minios/xen/region.h"
#include "minios/xen/xenbus.h"
#include "xen/netif.h"

enum {
	MTU = 1500,
	BACKEND_PATIENCE_S = 10,
	UNMAP_TRIES = 100,
	NS = 1000000000,
	MS = 1000000,
};

static const char *
netfront_path(const char *directory, const char *name, char path[static 128])
{
	snprintf(path, 128, "%s/%s", directory, name);
	return path;
}

uint32_t
netfront_backend_state(const struct netfront *f)
{
	uint32_t state;
	char path[128];

	if (xenbus_read_u32(0, netfront_path(f->back, "state", path), &state) !=
	    0)
		return XENBUS_UNKNOWN;
	return state;
}

static bool
netfront_backend_has(const struct netfront *f, const char *feature)
{
	uint32_t x;
	char path[128];

	return xenbus_read_u32(0, netfront_path(f->back, feature, path), &x) ==
	           0 &&
	       x == 1;
}

static int
netfront_set_state(const struct netfront *f, uint32_t state)
{
	char path[128];

	return xenbus_write_u32(
	    0, netfront_path(f->front, "state", path), state);
}

static int
netfront_parse_mac(struct str text, uint8_t mac[static 6])
{
	int i, high, low;

	if (text.n != 17)
		return ERR_SYNTAX;
	for (i = 0; i < 6; i++) {
		high = char_hex(text.s[i * 3]);
		low = char_hex(text.s[i * 3 + 1]);
		if (high < 0 || low < 0)
			return ERR_SYNTAX;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int
netfront_read_text(
    const struct netfront *f, const char *name, struct strbuf *text)
{
	char path[128];

	sb_clear(text);
	return xenbus_read(0, netfront_path(f->front, name, path), text);
}

void
netfront_unfollow(struct netfront *f)
{
	struct xenbus_watch *w = f->watch;

	f->watch = NULL;
	if (w != NULL)
		xenbus_unwatch(w);
}

/* Where the backend is, perhaps another than before, and who we are. */
static int
netfront_identify(struct netfront *f, struct diag *why)
{
	struct strbuf text = STRBUF_INIT;
	uint32_t domid = 0, mtu;
	char path[128];
	int err;

	err = netfront_read_text(f, "backend", &text);
	if (err == 0 && !str_eq(sb_str(&text), str_of(f->back)))
		netfront_unfollow(f);
	if (err == 0 && !str_copy(sb_str(&text), f->back, sizeof(f->back)))
		err = ERR_INVAL;
	if (err == 0)
		err = xenbus_read_u32(
		    0, netfront_path(f->front, "backend-id", path), &domid);
	if (err == 0)
		err = netfront_read_text(f, "mac", &text);
	if (err == 0)
		err = netfront_parse_mac(sb_str(&text), f->dev.mac);
	sb_fini(&text);
	if (err != 0)
		return diag(why, err == ERR_NOTFOUND ? err : ERR_PEER,
		    err == ERR_NOTFOUND ? "vif%u: no such port"
		                        : "vif%u: its keys make no sense",
		    f->handle);
	f->domid = (uint16_t)domid;
	f->dev.mtu = MTU;
	if (xenbus_read_u32(0, netfront_path(f->front, "mtu", path), &mtu) ==
	        0 &&
	    mtu >= 68 && mtu <= 65535 - 14)
		f->dev.mtu = (uint16_t)mtu;
	return 0;
}

static void
netfront_wake(void *arg)
{
	struct netfront *f = arg;

	waitq_wake(&f->backend);
}

/* Sleeps until the backend is ready for us. */
static int
netfront_wait_backend(struct netfront *f, struct diag *why)
{
	int64_t end = machine->steady_ns() + (int64_t)BACKEND_PATIENCE_S * NS;
	struct xenbus_watch *watch;
	char path[128], *fired;
	uint32_t state;
	int err;

	netfront_path(f->back, "state", path);
	err = xenbus_watch(path, netfront_wake, f, &watch);
	if (err != 0)
		return diag(why, err, "vif%u: backend: no watch", f->handle);
	for (;;) {
		while ((fired = xenbus_watch_next(watch)) != NULL)
			free(fired);
		state = netfront_backend_state(f);
		if (state == XENBUS_INIT_WAIT || state == XENBUS_CONNECTED)
			break;
		if (state == XENBUS_CLOSED)
			netfront_set_state(f, XENBUS_INITIALISING);
		if (f->opens == 0 || f->stale) {
			err = ERR_CLOSED;
			break;
		}
		/* It may have changed while the store was answering. */
		fired = xenbus_watch_next(watch);
		if (fired != NULL) {
			free(fired);
			continue;
		}
		if (!waitq_sleep(&f->backend, end) &&
		    machine->steady_ns() >= end) {
			err = diag(why, ERR_TIMEDOUT,
			    "vif%u: no backend (its state is %u)", f->handle,
			    state);
			break;
		}
	}
	xenbus_unwatch(watch);
	return err;
}

static int
netfront_page(struct netfront *f, void **page, uint32_t *ref)
{
	int err;

	*page = pages_alloc(1);
	if (*page == NULL)
		return ERR_NOMEM;
	memset(*page, 0, PAGE_SIZE);
	err = grant_page(f->domid, *page, false, ref);
	if (err != 0) {
		pages_free(*page);
		*page = NULL;
	}
	return err;
}

/* A page that stays mapped on the other side is given up, with a word. */
static void
netfront_page_end(struct netfront *f, void **page, uint32_t ref)
{
	int tries;

	for (tries = 0; tries < UNMAP_TRIES; tries++) {
		if (grant_end(ref)) {
			pages_free(*page);
			*page = NULL;
			return;
		}
		fiber_sleep_until(machine->steady_ns() + MS);
	}
	console_printf("vif%u: backend keeps a ring mapped\n", f->handle);
	*page = NULL;
}

static int
netfront_open_events(struct netfront *f)
{
	int err;

	err = event_open(f->domid, netfront_event, f, &f->rx_port);
	if (err != 0)
		return err;
	f->tx_port = f->rx_port;
	if (f->no_split ||
	    !netfront_backend_has(f, "feature-split-event-channels"))
		return 0;
	err = event_open(f->domid, netfront_event, f, &f->tx_port);
	if (err != 0)
		event_close(f->rx_port);
	return err;
}

static void
netfront_close_events(struct netfront *f)
{
	event_close(f->rx_port);
	if (f->tx_port != f->rx_port)
		event_close(f->tx_port);
}

struct netfront_key {
	const char *name;
	uint32_t value;
};

static int
netfront_write_keys(uint32_t tx, const struct netfront *f,
    const struct netfront_key *key, unsigned int n)
{
	char path[128];
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		err = xenbus_write_u32(tx,
		    netfront_path(f->front, key[i].name, path), key[i].value);
		if (err != 0)
			return err;
	}
	return 0;
}

/* Of an earlier connection, by other means than this one. */
static int
netfront_remove_keys(
    uint32_t tx, const struct netfront *f, const char *const *name)
{
	char path[128];
	int err = 0;

	for (; *name != NULL && (err == 0 || err == ERR_NOTFOUND); name++)
		err = xenbus_rm(tx, netfront_path(f->front, *name, path));
	return err == ERR_NOTFOUND ? 0 : err;
}

/*
 * What we write, unless a suspend has made it void.  Offloads are not taken:
 * elements see whole frames, so the side that has hardware for it or is nearer
 * to the sender does the work.
 */
static int
netfront_publish(uint32_t tx, void *arg)
{
	static const char *const one_channel[] = { "netring-generation",
		"event-channel", NULL };
	static const char *const two_channels[] = { "netring-generation",
		"event-channel-tx", "event-channel-rx", NULL };
	struct netfront *f = arg;
	bool split = f->rx_port != f->tx_port;
	const char *const *others = split ? one_channel : two_channels;
	const struct netfront_key keys[] = {
		{ "tx-ring-ref", f->tx_page_ref },
		{ "rx-ring-ref", f->rx_page_ref },
		{ split ? "event-channel-tx" : "event-channel", f->tx_port },
		{ split ? "event-channel-rx" : "event-channel", f->rx_port },
		{ "request-rx-copy", 1 },
		{ "feature-rx-notify", 1 },
		{ "feature-sg", 1 },
		{ "feature-no-csum-offload", 1 },
		{ "state", XENBUS_CONNECTED },
	};
	int err = f->stale ? ERR_CLOSED : netfront_remove_keys(tx, f, others);

	return err != 0 ? err
	                : netfront_write_keys(tx, f, keys, ARRAY_SIZE(keys));
}

/* The same for a shared ring (docs/vale-xen.md). */
static int
netfront_publish_ring(uint32_t tx, void *arg)
{
	static const char *const others[] = { "event-channel", NULL };
	struct netfront *f = arg;
	const struct netfront_key keys[] = {
		{ "netring-pages", f->region->pages },
		{ "netring-port", f->ring_index },
		{ "netring-features", f->sg ? NETRING_F_SEGMENTS : 0 },
		{ "netring-generation", f->generation },
		{ "event-channel-tx", f->tx_port },
		{ "event-channel-rx", f->rx_port },
		{ "state", XENBUS_CONNECTED },
	};
	struct strbuf refs = STRBUF_INIT;
	char path[128];
	int err;

	if (f->stale)
		return ERR_CLOSED;
	region_refs(f->region, &refs);
	err = refs.oom ? ERR_NOMEM
	               : xenbus_write(tx,
	                     netfront_path(f->front, "netring-refs", path),
	                     sb_str(&refs));
	sb_fini(&refs);
	if (err == 0)
		err = netfront_remove_keys(tx, f, others);
	return err != 0 ? err
	                : netfront_write_keys(tx, f, keys, ARRAY_SIZE(keys));
}

/* Everything shared with the backend, in order; undone in reverse. */
static int
netfront_share_standard(struct netfront *f)
{
	int err = f->rx_buffers > 0 ? 0 : netfront_rx_alloc(f);

	if (err == 0)
		err = netfront_page(f, &f->tx_page, &f->tx_page_ref);
	if (err != 0)
		return err;
	err = netfront_page(f, &f->rx_page, &f->rx_page_ref);
	if (err != 0)
		goto end_tx_page;
	err = netfront_open_events(f);
	if (err != 0)
		goto end_rx_page;
	netfront_tx_start(f);
	err = netfront_rx_start(f);
	if (err != 0)
		goto close_events;
	err = xenbus_transact(netfront_publish, f);
	if (err != 0)
		goto stop_rx;
	f->dev.ops = &netfront_ops;
	return 0;

stop_rx:
	netfront_rx_stop(f);
close_events:
	netfront_close_events(f);
end_rx_page:
	netfront_page_end(f, &f->rx_page, f->rx_page_ref);
end_tx_page:
	netfront_page_end(f, &f->tx_page, f->tx_page_ref);
	return err;
}

/* How many vifs the toolstack gave us; they will want rings of one size. */
static uint32_t
netfront_count(void)
{
	struct strbuf names = STRBUF_INIT;
	uint32_t n = 0;
	size_t i;

	if (xenbus_list(0, "device/vif", &names) == 0)
		for (i = 0; i < sb_str(&names).n; i++)
			n += sb_str(&names).s[i] == '\0';
	sb_fini(&names);
	return n;
}

static int
netfront_share_ring(struct netfront *f)
{
	uint32_t pages = UINT32_MAX;
	char path[128];
	int err;

	(void)xenbus_read_u32(0,
	    netfront_path(f->back, "netring-generation", path), &f->generation);
	(void)xenbus_read_u32(
	    0, netfront_path(f->back, "netring-pages-max", path), &pages);
	err = netfront_ring_start(f, netfront_count(), pages);
	if (err != 0) {
		f->region = NULL;
		return err;
	}
	err = netfront_open_events(f);
	if (err != 0)
		goto stop_ring;
	err = xenbus_transact(netfront_publish_ring, f);
	if (err != 0)
		goto close_events;
	f->dev.ops = &netfront_ring_ops;
	return 0;

close_events:
	netfront_close_events(f);
stop_ring:
	netfront_ring_stop(f);
	return err;
}

/* Whether the backend offers the shared ring, in a version that we speak. */
static bool
netfront_ring_offered(const struct netfront *f)
{
	uint32_t version = 0;
	char path[128];

	(void)xenbus_read_u32(
	    0, netfront_path(f->back, "feature-netring", path), &version);
	if (version > 0 && version != NETRING_VERSION)
		console_printf("vif%u: the switch speaks netring version %u, "
		               "this guest %d: standard protocol\n",
		    f->handle, version, NETRING_VERSION);
	return version == NETRING_VERSION;
}

/* The shared ring if it is offered and there is memory for it. */
static int
netfront_share(struct netfront *f)
{
	int err;

	if (f->want_ring && netfront_ring_offered(f)) {
		err = netfront_share_ring(f);
		if (err == 0 || err != ERR_NOMEM)
			return err;
		console_printf("vif%u: no memory for a shared ring: standard "
		               "protocol\n",
		    f->handle);
	}
	return netfront_share_standard(f);
}

bool
netfront_is_new(const struct netfront *f)
{
	uint32_t generation;
	char path[128];

	return f->region != NULL &&
	       xenbus_read_u32(0,
	           netfront_path(f->back, "netring-generation", path),
	           &generation) == 0 &&
	       generation != f->generation;
}

static int
netfront_follow_backend(struct netfront *f, struct diag *why)
{
	char path[128];
	int err;

	if (f->watch != NULL)
		return 0;
	netfront_path(f->back, "state", path);
	err = xenbus_watch(path, netfront_backend_changed, NULL, &f->watch);
	if (err != 0)
		return diag(why, err, "vif%u: backend: no watch", f->handle);
	return 0;
}

/*
 * Shows a state upon which the backend lets go.  A switch has left the port's
 * buffers in the rings when it says Closed, or offers anew, and not before
 * (docs/vale-xen.md).
 */
static void
netfront_say_goodbye(struct netfront *f, uint32_t state)
{
	uint32_t theirs;
	int tries;

	(void)netfront_set_state(f, state);
	for (tries = 0; f->region != NULL && tries < UNMAP_TRIES; tries++) {
		theirs = netfront_backend_state(f);
		if (theirs != XENBUS_CONNECTED && theirs != XENBUS_CLOSING)
			return;
		fiber_sleep_until(machine->steady_ns() + MS);
	}
}

void
netfront_disconnect(struct netfront *f, int state)
{
	bool was = f->connected;

	f->connected = false;
	netdev_set_link(&f->dev, &f->stats, false);
	if (was)
		netfront_close_events(f);
	if (state != XENBUS_UNKNOWN)
		netfront_say_goodbye(f, (uint32_t)state);
	if (!was)
		return;
	if (f->region != NULL) {
		netfront_ring_stop(f);
		return;
	}
	netfront_page_end(f, &f->tx_page, f->tx_page_ref);
	netfront_page_end(f, &f->rx_page, f->rx_page_ref);
	netfront_tx_stop(f);
	netfront_rx_stop(f);
}

static int
netfront_connect_once(struct netfront *f, struct diag *why)
{
	int err;

	err = netfront_identify(f, why);
	/* First, so that one that comes too late is not missed. */
	if (err == 0)
		err = netfront_follow_backend(f, why);
	if (err == 0)
		err = netfront_wait_backend(f, why);
	if (err != 0)
		return err;
	f->sg = netfront_backend_has(f, "feature-sg");
	f->broken = false;
	err = netfront_share(f);
	if (err != 0)
		return diag(why, err, "vif%u: cannot share its rings: %s",
		    f->handle,
		    err == ERR_NOMEM ? "no memory, or no grant is left"
		                     : err_text(err));
	f->connected = true;
	netdev_set_link(&f->dev, &f->stats, true);
	return 0;
}

int
netfront_connect(struct netfront *f, struct diag *why)
{
	int err;

	do {
		f->announce |= f->stale;
		f->stale = false;
		err = netfront_connect_once(f, why);
	} while (err != 0 && f->stale); /* a suspend cut it short */
	return err;
}
