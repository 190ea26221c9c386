/* SPDX-License-Identifier: BSD-3-Clause */
/* process_tap.c -- tap interfaces of guests; process_internal.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

enum { JOIN_MS = 5000, LOOK_MS = 2 };

void
tap_name(char name[static IFNAMSIZ], const struct process_dir *d,
    unsigned int number)
{
	snprintf(
	    name, IFNAMSIZ, "co%lx.%u", d->inode & 0xffffffff, number & 0xff);
}

int
tap_up(
    struct cosmos *c, const char *guest, const char *name, const char *bridge)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	struct ifreq request = { .ifr_ifindex = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), waited;
	bool ok = fd >= 0;

	for (waited = 0; if_nametoindex(name) == 0 && waited < JOIN_MS;
	     waited += LOOK_MS)
		nanosleep(&look, NULL);
	if (ok && bridge != NULL) {
		snprintf(request.ifr_name, IFNAMSIZ, "%s", bridge);
		request.ifr_ifindex = (int)if_nametoindex(name);
		ok = ioctl(fd, SIOCBRADDIF, &request) == 0;
	}
	if (ok) {
		memset(&request, 0, sizeof(request));
		snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
		ok = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
		request.ifr_flags |= IFF_UP;
		ok = ok && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	}
	waited = errno;
	if (fd >= 0)
		close(fd);
	errno = waited;
	if (ok)
		return COSMOS_OK;
	return bridge != NULL ? cosmos_fail_errno(
	                            c, "%s: joining bridge %s", guest, bridge)
	                      : cosmos_fail_errno(c, "%s: %s", guest, name);
}

int
tap_open(struct cosmos *c, const char *guest, const char *name,
    const char *bridge, int *fd)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int status;

	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	*fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return cosmos_fail_errno(c, "%s: /dev/net/tun", guest);
	if (ioctl(*fd, TUNSETIFF, &request) != 0)
		status = cosmos_fail_errno(c, "%s: tap %s", guest, name);
	else
		status = tap_up(c, guest, name, bridge);
	if (status != COSMOS_OK)
		close(*fd);
	return status;
}

unsigned int
tap_mtu(const char *name)
{
	struct ifreq request = { .ifr_mtu = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, IFNAMSIZ, "%s", name);
	if (fd < 0 || ioctl(fd, SIOCGIFMTU, &request) != 0)
		request.ifr_mtu = 1500;
	if (fd >= 0)
		close(fd);
	return (unsigned int)request.ifr_mtu;
}
