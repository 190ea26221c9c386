/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vif.c -- network devices of a guest (xen's docs/misc/xenstore-paths and
 * io/netif.h).  No hotplug script runs: whoever made the keys joins the
 * backend's interface to its bridge itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cosmos/xen.h"

enum { JOIN_MS = 10000, LOOK_MS = 2 };

/* 00:16:3e is Xen's; the rest is chance (docs/misc/vif naming). */
static int
vif_mac(char mac[static 18])
{
	uint8_t random[3];
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
	          read(fd, random, sizeof(random)) == (ssize_t)sizeof(random);

	if (fd >= 0)
		close(fd);
	snprintf(mac, 18, "00:16:3e:%02x:%02x:%02x", random[0] & 0x7f,
	    random[1], random[2]);
	return ok ? 0 : -1;
}

/* "bridge:br0,mac=00:16:3e:..." */
static int
vif_parse_kind(
    struct cosmos *c, const char *name, const char *kind, struct xen_vif *v)
{
	const char *comma = strchrnul(kind, ',');
	size_t n;

	if (strncmp(kind, "bridge:", 7) == 0)
		kind += 7;
	else
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: port %s: xen has bridge:NAME[,mac=...]", name, kind);
	n = (size_t)(comma - kind);
	if (n == 0 || n >= IFNAMSIZ)
		return cosmos_fail(c, COSMOS_E_USAGE, "%s: '%.*s' is no bridge",
		    name, (int)n, kind);
	memcpy(v->bridge, kind, n);
	v->bridge[n] = '\0';
	if (*comma == '\0')
		return vif_mac(v->mac) == 0
		           ? COSMOS_OK
		           : cosmos_fail_errno(c, "/dev/urandom");
	if (strncmp(comma, ",mac=", 5) != 0 || strlen(comma + 5) != 17)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: '%s' is not mac=XX:XX:XX:XX:XX:XX", name, comma + 1);
	memcpy(v->mac, comma + 5, 18);
	return COSMOS_OK;
}

int
xen_vifs_parse(struct cosmos *c, struct xen_guest *g)
{
	const char *port, *equals;
	unsigned int i;
	char *end;
	int status;

	for (i = 0; i < g->spec->nports; i++) {
		struct xen_vif *v = &g->vif[i];

		port = g->spec->ports[i];
		equals = strchr(port, '=');
		v->handle = (unsigned int)strtoul(port, &end, 10);
		if (equals == NULL || end != equals || end == port)
			return cosmos_fail(c, COSMOS_E_USAGE,
			    "%s: port '%s' is not NUMBER=KIND:...",
			    g->spec->name, port);
		status = vif_parse_kind(c, g->spec->name, equals + 1, v);
		if (status != COSMOS_OK)
			return status;
	}
	g->vifs = i;
	return COSMOS_OK;
}

struct vif_key {
	const char *name, *value;
};

/* A folder of keys: owner's own, and reader may read. */
static bool
vif_folder(struct xen_host *h, xs_transaction_t t, const char *folder,
    uint32_t owner, uint32_t reader, const struct vif_key *key, unsigned int n)
{
	struct xs_permissions perms[] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};
	char path[XEN_PATH];
	unsigned int i;

	if (!xs_mkdir(h->xs, t, folder) ||
	    !xs_set_permissions(h->xs, t, folder, perms, ARRAY_SIZE(perms)))
		return false;
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, key[i].name);
		if (!xen_write(h, t, path, key[i].value))
			return false;
	}
	return true;
}

static bool
vif_write(struct xen_host *h, xs_transaction_t t, const struct xen_guest *g,
    const struct xen_vif *v)
{
	char front[XEN_PATH], back[XEN_PATH], libxl[XEN_PATH];
	char handle[12], domid[12];
	const struct vif_key frontend[] = {
		{ "backend", back },
		{ "backend-id", "0" },
		{ "state", "1" },
		{ "handle", handle },
		{ "mac", v->mac },
		{ "mtu", "1500" },
	};
	const struct vif_key backend[] = {
		{ "frontend", front }, { "frontend-id", domid },
		{ "online", "1" }, { "type", "vif" }, { "bridge", v->bridge },
		{ "handle", handle }, { "mac", v->mac }, { "mtu", "1500" },
		{ "state", "1" }, /* last: the backend begins */
	};
	const struct vif_key record[] = {
		{ "frontend", front },
		{ "backend", back },
		{ "frontend-id", domid },
		{ "online", "1" },
		{ "type", "vif" },
		{ "bridge", v->bridge },
		{ "handle", handle },
		{ "mac", v->mac },
		{ "state", "1" },
	};

	snprintf(handle, sizeof(handle), "%u", v->handle);
	snprintf(domid, sizeof(domid), "%u", g->domid);
	snprintf(front, sizeof(front), "/local/domain/%u/device/vif/%u",
	    g->domid, v->handle);
	snprintf(back, sizeof(back), "/local/domain/0/backend/vif/%u/%u",
	    g->domid, v->handle);
	snprintf(libxl, sizeof(libxl), "/libxl/%u/device/vif/%u", g->domid,
	    v->handle);
	return vif_folder(h, t, libxl, 0, 0, record, ARRAY_SIZE(record)) &&
	       vif_folder(
	           h, t, front, g->domid, 0, frontend, ARRAY_SIZE(frontend)) &&
	       vif_folder(
	           h, t, back, 0, g->domid, backend, ARRAY_SIZE(backend));
}

bool
xen_vifs_write(
    struct xen_host *h, xs_transaction_t t, const struct xen_guest *g)
{
	unsigned int i;

	for (i = 0; i < g->vifs; i++)
		if (!vif_write(h, t, g, &g->vif[i]))
			return false;
	return true;
}

/* Brings the interface up as a port of the bridge. */
static int
vif_enslave(struct cosmos *c, int fd, const char *name, const char *bridge)
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

static int
vif_join(struct cosmos *c, int fd, const struct xen_guest *g,
    const struct xen_vif *v)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	char name[IFNAMSIZ];
	unsigned int waited = 0;

	snprintf(name, sizeof(name), "vif%u.%u", g->domid, v->handle);
	while (if_nametoindex(name) == 0) {
		if (waited >= JOIN_MS)
			return cosmos_fail(c, COSMOS_E_TIMEOUT,
			    "%s: no backend has made %s: is xen-netback "
			    "loaded?",
			    g->spec->name, name);
		nanosleep(&look, NULL);
		waited += LOOK_MS;
	}
	return vif_enslave(c, fd, name, v->bridge);
}

int
xen_vifs_join(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	int fd, status = COSMOS_OK;
	unsigned int i;

	(void)h;
	if (g->vifs == 0)
		return COSMOS_OK;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return cosmos_fail_errno(c, "socket");
	for (i = 0; i < g->vifs && status == COSMOS_OK; i++)
		status = vif_join(c, fd, g, &g->vif[i]);
	close(fd);
	return status;
}
