/* SPDX-License-Identifier: BSD-3-Clause */
/* netfront.c -- see netfront.h. */
#include "minios/xen/netfront.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/xen/event.h"
#include "minios/xen/region.h"
#include "minios/xen/xenbus.h"
#include "xen/netif.h"

enum { STACK = 16384 };

static struct {
	struct list open;
	struct waitq changed; /* the fiber that follows the backends */
	bool pending;
} vifs;

int
netfront_break(struct netfront *f, const char *why)
{
	if (!f->broken) {
		console_printf("vif%u: %s: port closed\n", f->handle, why);
		f->stats.rx_errors++;
	}
	f->broken = true;
	netdev_set_link(&f->dev, &f->stats, false);
	return ERR_PEER;
}

bool
netfront_arm(struct netdev *dev, unsigned int what)
{
	struct netfront *f = container_of(dev, struct netfront, dev);
	bool now;

	if (f->region != NULL)
		now = netfront_ring_arm(f, what);
	else
		now =
		    what == NETDEV_RX ? netfront_rx_arm(f) : netfront_tx_arm(f);

	if (!now)
		f->armed |= what;
	return now;
}

void
netfront_stats(struct netdev *dev, struct netdev_stats *s)
{
	*s = container_of(dev, struct netfront, dev)->stats;
}

/* On the port's thread, inside os_wait(). */
static void
netfront_ready(struct waiter_source *s)
{
	struct netfront *f = container_of(s, struct netfront, source);
	unsigned int what, fired = f->fired;

	f->fired = 0;
	for (what = NETDEV_RX; what <= NETDEV_TX; what++)
		if ((fired & what) != 0 && f->dev.ready[what] != NULL)
			f->dev.ready[what](f->dev.ready_arg[what], what);
}

/* What was armed has perhaps come true: let the port's thread look. */
static void
netfront_fire(struct netfront *f)
{
	if (f->armed == 0)
		return;
	f->fired |= f->armed;
	f->armed = 0;
	waiter_post(&f->source);
}

void
netfront_event(void *arg)
{
	struct netfront *f = arg;

	f->stats.wakeups_in++;
	netfront_fire(f);
}

void
netfront_backend_changed(void *arg)
{
	(void)arg;
	vifs.pending = true;
	waitq_wake(&vifs.changed);
}

/*
 * Waits for its turn at connecting or disconnecting f.  False: the port has
 * been closed meanwhile, and f must not be touched any more.
 */
static bool
netfront_enter(struct netfront *f)
{
	f->users++;
	while (f->busy)
		waitq_sleep(&f->settled, INT64_MAX);
	if (f->opens == 0) {
		f->users--;
		waitq_wake(&f->settled);
		return false;
	}
	f->busy = true;
	return true;
}

static void
netfront_leave(struct netfront *f)
{
	f->busy = false;
	f->users--;
	waitq_wake(&f->settled);
}

/* Nobody finds f any more; waits until nobody uses it. */
static void
netfront_settle(struct netfront *f)
{
	list_remove(&f->node);
	f->opens = 0;
	waitq_wake(&f->backend);
	while (f->users > 0)
		waitq_sleep(&f->settled, INT64_MAX);
}

static void
netfront_free(struct netfront *f)
{
	waiter_cancel(&f->source);
	netfront_unfollow(f);
	netfront_rx_free(f);
	free(f);
}

void
netfront_close(struct netdev *dev)
{
	struct netfront *f = container_of(dev, struct netfront, dev);

	if (f->opens > 1) {
		f->opens--;
		return;
	}
	netfront_settle(f);
	/* Initialising: whoever opens the vif next finds it as at boot. */
	netfront_disconnect(f, XENBUS_CLOSED);
	netfront_free(f);
}

const struct netdev_ops netfront_ops = {
	.rx = netfront_rx,
	.tx = netfront_tx,
	.arm = netfront_arm,
	.stats = netfront_stats,
	.close = netfront_close,
};

/* The boot option NAME=0 or 1. */
static bool
netfront_option(const char *name, bool otherwise)
{
	struct str value;

	return cmdline_get(name, &value) ? str_is(value, "1") : otherwise;
}

/* The boot option vif.slots; nonsense is said and has no effect. */
static uint32_t
netfront_slots(void)
{
	struct str value;
	uint64_t n;

	if (!cmdline_get("vif.slots", &value))
		return NETRING_SLOTS_DEFAULT;
	n = cmdline_number("vif.slots", 0);
	if (n >= NETRING_SLOTS_MIN && n <= NETRING_SLOTS_MAX &&
	    (n & (n - 1)) == 0)
		return (uint32_t)n;
	console_printf("vif.slots=%.*s: not a power of two from %d to %d\n",
	    STR_ARG(value), NETRING_SLOTS_MIN, NETRING_SLOTS_MAX);
	return NETRING_SLOTS_DEFAULT;
}

static void
netfront_options(struct netfront *f)
{
	f->slots = netfront_slots();
	f->want_ring = netfront_option("vif.ring", true);
	f->no_split = !netfront_option("vif.split", true);
	f->event_a_frame = !netfront_option("vif.batch", true);
	f->persistent = netfront_option("vif.persistent", false);
}

static struct netfront *
netfront_find(unsigned int handle)
{
	list_each(node, &vifs.open)
	{
		struct netfront *f = container_of(node, struct netfront, node);

		if (f->handle == handle)
			return f;
	}
	return NULL;
}

static int
netfront_new(unsigned int handle, const struct os_port_request *req,
    struct netfront **out, struct diag *why)
{
	struct netfront *f = calloc(1, sizeof(*f));
	int err;

	if (f == NULL)
		return diag(why, ERR_NOMEM, "vif%u: no memory", handle);
	f->dev.ops = &netfront_ops;
	f->handle = handle;
	f->opens = 1;
	f->owner = req->owner;
	(void)str_copy(req->owner_name, f->owner_name, sizeof(f->owner_name));
	snprintf(f->front, sizeof(f->front), "device/vif/%u", handle);
	netfront_options(f);
	waitq_init(&f->settled);
	waitq_init(&f->backend);
	waiter_source_init(&f->source, req->waiter, netfront_ready);
	list_append(&vifs.open, &f->node);
	(void)netfront_enter(f); /* it is new: nobody is there */
	err = netfront_connect(f, why);
	netfront_leave(f);
	if (err != 0) {
		netfront_settle(f);
		netfront_free(f);
		return err;
	}
	*out = f;
	return 0;
}

int
netfront_open(unsigned int handle, const struct os_port_request *req,
    struct netdev **dev, struct diag *why)
{
	struct netfront *f = netfront_find(handle);
	int err;

	if (f == NULL) {
		err = netfront_new(handle, req, &f, why);
		if (err != 0)
			return err;
	} else if (f->owner != req->owner) {
		return diag(why, ERR_BUSY, "port %u: held by %s", handle,
		    f->owner_name);
	} else {
		f->opens++;
	}
	*dev = &f->dev;
	return 0;
}

/* Another vif that shares f's memory. */
static struct netfront *
netfront_sibling(const struct netfront *f)
{
	list_each(node, &vifs.open)
	{
		struct netfront *s = container_of(node, struct netfront, node);

		if (s != f && s->region != NULL && s->region == f->region)
			return s;
	}
	return NULL;
}

/*
 * Another switch has taken the place of the one that we were connected to.  It
 * knows nothing of our rings: they all end, before the first begins anew.
 */
static void
netfront_restart(struct netfront *f)
{
	struct netfront *s;

	netdev_set_link(&f->dev, &f->stats, false);
	while ((s = netfront_sibling(f)) != NULL) {
		if (!netfront_enter(s))
			continue;
		netfront_disconnect(s, XENBUS_UNKNOWN);
		netfront_leave(s);
	}
	netfront_disconnect(f, XENBUS_UNKNOWN);
}

/* Follows one backend; see xen/io/xenbus.h for the states. */
static void
netfront_follow(struct netfront *f)
{
	struct diag why = { "" };
	uint32_t state = netfront_backend_state(f);

	if (f->stale)
		return; /* netfront_resume() comes */
	switch (state) {
	case XENBUS_INIT_WAIT:
		if (f->connected && netfront_is_new(f))
			netfront_restart(f);
		if (!f->connected && netfront_connect(f, &why) != 0)
			console_printf("%s\n", why.text);
		break;
	case XENBUS_CONNECTED:
		netdev_set_link(&f->dev, &f->stats, f->connected && !f->broken);
		break;
	case XENBUS_CLOSING:
		netfront_disconnect(f, XENBUS_CLOSED);
		break;
	case XENBUS_CLOSED:
		/* Asks a backend that stays to begin again. */
		netfront_disconnect(f, XENBUS_INITIALISING);
		break;
	case XENBUS_UNKNOWN:
		netfront_disconnect(f, XENBUS_UNKNOWN);
		break;
	default:
		break;
	}
	netfront_fire(f);
}

static void
netfront_follow_all(void)
{
	char *path;

	list_each(node, &vifs.open)
	{
		struct netfront *f = container_of(node, struct netfront, node);

		if (f->watch == NULL)
			continue;
		path = xenbus_watch_next(f->watch);
		if (path == NULL)
			continue;
		free(path);
		if (netfront_enter(f)) {
			netfront_follow(f);
			netfront_leave(f);
		}
		/* The list may have changed while that slept: from the top. */
		vifs.pending = true;
		return;
	}
}

static void
netfront_fiber(void *arg)
{
	(void)arg;
	for (;;) {
		while (!vifs.pending)
			waitq_sleep(&vifs.changed, INT64_MAX);
		vifs.pending = false;
		netfront_follow_all();
	}
}

void
netfront_init(void)
{
	list_init(&vifs.open);
	waitq_init(&vifs.changed);
	if (fiber_new("vifs", STACK, netfront_fiber, NULL) == NULL)
		console_printf("vifs: no memory\n");
}

static struct netfront *
netfront_stale(void)
{
	list_each(node, &vifs.open)
	{
		struct netfront *f = container_of(node, struct netfront, node);

		if (f->stale)
			return f;
	}
	return NULL;
}

void
netfront_lose(void)
{
	region_lose();
	list_each(node, &vifs.open)
	{
		struct netfront *f = container_of(node, struct netfront, node);

		f->stale = true;
		/* The numbers may be those of other channels by now. */
		f->rx_port = f->tx_port = 0;
	}
}

/* Unless whoever was busy with it has connected it anew. */
static void
netfront_renew(struct netfront *f)
{
	struct diag why = { "" };

	if (!f->stale)
		return;
	netfront_disconnect(f, XENBUS_UNKNOWN);
	if (netfront_connect(f, &why) != 0)
		console_printf("%s\n", why.text);
	netfront_fire(f);
}

void
netfront_resume(void)
{
	struct netfront *f;

	/* The list may change while one of them sleeps. */
	while ((f = netfront_stale()) != NULL) {
		if (!netfront_enter(f))
			continue;
		netfront_renew(f);
		netfront_leave(f);
	}
}
