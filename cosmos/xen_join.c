/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_join.c -- waits until the backends of a guest's network devices are
 * there, and does what a hotplug script would: joins the interfaces of
 * xen-netback to their bridges.  It sleeps meanwhile, so that the guest boots.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cosmos/xen.h"

#include <xen/io/xenbus.h>

enum { JOIN_MS = 10000 };

/* Brings the interface up as a port of the bridge. */
static int
join_enslave(struct cosmos *c, int fd, const char *name, const char *bridge)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	memcpy(request.ifr_name, bridge, strlen(bridge) + 1);
	request.ifr_ifindex = (int)if_nametoindex(name);
	if (ioctl(fd, SIOCBRADDIF, &request) != 0 && errno != EBUSY)
		return cosmos_fail_errno(
		    c, "%s: joining bridge %s", name, bridge);
	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
		request.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &request) == 0)
			return COSMOS_OK;
	}
	return cosmos_fail_errno(c, "%s: bringing it up", name);
}

/* What a hotplug script would do: xen-netback waits for its last word. */
static int
join_bridge(struct cosmos *c, struct xen_host *h, int fd,
    const struct xen_guest *g, const struct xen_vif *v, const char *name)
{
	char path[XEN_PATH], key[XEN_PATH + 24];
	int status = join_enslave(c, fd, name, v->bridge);

	if (status != COSMOS_OK)
		return status;
	xen_vif_back(path, g->domid, v);
	snprintf(key, sizeof(key), "%s/hotplug-status", path);
	xen_store_write(h->store, 0, key, "connected");
	return xen_store_done(h->store)
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: %s", g->spec->name, name);
}

struct joining {
	struct xen_host *h;
	const struct xen_guest *g;
	int fd, links; /* to ask the kernel by; where it tells of interfaces */
	bool done[COSMOS_PORTS_MAX];
	unsigned int left;
};

/* The kernel's news of network interfaces (rtnetlink(7)). */
static int
join_links(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK };
	int fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd >= 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/*
 * Not by if_nametoindex(3): asked of a name that it does not know the kernel
 * starts modprobe, twice, and waits for it.
 */
static bool
join_is_there(const char *name)
{
	char path[sizeof("/sys/class/net/") + IFNAMSIZ];

	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	return access(path, F_OK) == 0;
}

/* Sets *done when there is no more to do for it. */
static int
join_try(
    struct cosmos *c, struct joining *j, const struct xen_vif *v, bool *done)
{
	char name[IFNAMSIZ], back[XEN_PATH];
	int status = COSMOS_OK;

	if (v->vale) {
		/* A switch that runs offers at once. */
		xen_vif_back(back, j->g->domid, v);
		*done = xen_vif_state(j->h, back) > XenbusStateInitialising;
	} else {
		snprintf(
		    name, sizeof(name), "vif%u.%u", j->g->domid, v->handle);
		*done = join_is_there(name);
		if (*done)
			status = join_bridge(c, j->h, j->fd, j->g, v, name);
	}
	j->left -= *done;
	return status;
}

static int
join_timeout(struct cosmos *c, const struct joining *j)
{
	const struct xen_vif *v = j->g->vif;
	unsigned int i = 0;

	while (j->done[i])
		i++;
	if (v[i].vale)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "%s: port %u: no switch serves %s: is 'vale serve' running "
		    "in domain 0?",
		    j->g->spec->name, v[i].handle, v[i].bridge);
	return cosmos_fail(c, COSMOS_E_TIMEOUT,
	    "%s: no backend has made vif%u.%u: is xen-netback loaded?",
	    j->g->spec->name, j->g->domid, v[i].handle);
}

/* False: nothing has happened for JOIN_MS. */
static bool
join_wait(struct joining *j)
{
	struct pollfd p[] = {
		{ .fd = j->links, .events = POLLIN },
		{ .fd = xen_store_fd(j->h->store), .events = POLLIN },
	};
	char news[4096], *event;

	if (poll(p, ARRAY_SIZE(p), JOIN_MS) <= 0)
		return false;
	while (recv(j->links, news, sizeof(news), 0) > 0)
		;
	while ((event = xen_store_event(j->h->store, 0)) != NULL)
		free(event);
	return true;
}

static void
join_watch(struct joining *j, void (*what)(struct xen_store *, const char *))
{
	char path[XEN_PATH], state[XEN_PATH + 8];
	unsigned int i;

	for (i = 0; i < j->g->vifs; i++) {
		if (!j->g->vif[i].vale)
			continue;
		xen_vif_back(path, j->g->domid, &j->g->vif[i]);
		snprintf(state, sizeof(state), "%s/state", path);
		what(j->h->store, state);
	}
}

static int
join_all(struct cosmos *c, struct joining *j)
{
	int status = COSMOS_OK;
	unsigned int i;

	for (;;) {
		for (i = 0; i < j->g->vifs && status == COSMOS_OK; i++)
			if (!j->done[i])
				status =
				    join_try(c, j, &j->g->vif[i], &j->done[i]);
		if (status != COSMOS_OK || j->left == 0)
			return status;
		if (!join_wait(j))
			return join_timeout(c, j);
	}
}

int
xen_vifs_join(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	struct joining j = { .h = h, .g = g, .left = g->vifs };
	int status;

	if (g->vifs == 0)
		return COSMOS_OK;
	j.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	j.links = join_links();
	if (j.fd < 0 || j.links < 0) {
		status = cosmos_fail_errno(c, "socket");
	} else {
		join_watch(&j, xen_store_watch);
		status = join_all(c, &j);
		join_watch(&j, xen_store_unwatch);
	}
	if (j.links >= 0)
		close(j.links);
	if (j.fd >= 0)
		close(j.fd);
	return status;
}

/* They are there since they were prepared; a bridge may have come anew. */
int
xen_vifs_rejoin(struct cosmos *c, const struct xen_guest *g)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status = fd >= 0 ? COSMOS_OK : cosmos_fail_errno(c, "socket");
	char name[IFNAMSIZ];
	unsigned int i;

	for (i = 0; i < g->vifs && status == COSMOS_OK; i++) {
		snprintf(
		    name, sizeof(name), "vif%u.%u", g->domid, g->vif[i].handle);
		status = join_enslave(c, fd, name, g->vif[i].bridge);
	}
	if (fd >= 0)
		close(fd);
	return status;
}

/*
 * Whether frames pass: both ends are there.  A port that the guest has not
 * taken up by now is one that its routers do not use; one of a bridge is
 * xen-netback's affair.
 */
static bool
join_carries(struct joining *j, const struct xen_vif *v)
{
	char front[XEN_PATH], back[XEN_PATH];

	if (!v->vale)
		return true;
	snprintf(front, sizeof(front), "/local/domain/%u/device/vif/%u",
	    j->g->domid, v->handle);
	xen_vif_back(back, j->g->domid, v);
	return xen_vif_state(j->h, front) < XenbusStateInitialised ||
	       xen_vif_state(j->h, back) >= XenbusStateConnected;
}

int
xen_vifs_carry(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	struct joining j = { .h = h, .g = g, .links = -1 };
	int status = COSMOS_OK;
	unsigned int i;

	for (i = 0; i < g->vifs && join_carries(&j, &g->vif[i]); i++)
		;
	if (i == g->vifs)
		return COSMOS_OK;
	join_watch(&j, xen_store_watch);
	for (; i < g->vifs && status == COSMOS_OK; i++)
		while (!join_carries(&j, &g->vif[i]))
			if (!join_wait(&j)) {
				status = cosmos_fail(c, COSMOS_E_TIMEOUT,
				    "%s: port %u: the switch does not answer "
				    "the guest",
				    g->spec->name, g->vif[i].handle);
				break;
			}
	join_watch(&j, xen_store_unwatch);
	return status;
}
