/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * open_tap.c -- a TAP interface, made if there is none of that name, up.
 *
 * "NAME[,netns=NS]" gives the descriptor and "MTU".  The helper refuses
 * nothing here: whoever may attach ports may make interfaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "vale/opener.h"
#include "vale/vnet.h"

/* Brings the interface up and asks for its MTU. */
static int
tap_up(struct ifreq *ifr, struct vale_opened *o)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (s < 0)
		return -1;
	err = ioctl(s, SIOCGIFFLAGS, ifr);
	if (err == 0) {
		ifr->ifr_flags |= IFF_UP;
		err = ioctl(s, SIOCSIFFLAGS, ifr);
	}
	if (err == 0)
		err = ioctl(s, SIOCGIFMTU, ifr);
	if (err == 0)
		(void)snprintf(o->text, sizeof(o->text), "%d", ifr->ifr_mtu);
	close(s);
	return err;
}

static int
tap_make(int fd, const char *name, struct vale_opened *o)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int header = VNET_HEADER;
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;

	(void)str_copy(str_of(name), ifr.ifr_name, sizeof(ifr.ifr_name));
	if (ioctl(fd, TUNSETIFF, &ifr) != 0 ||
	    ioctl(fd, TUNSETVNETHDRSZ, &header) != 0 ||
	    ioctl(fd, TUNSETOFFLOAD, offloads) != 0)
		return -1;
	return tap_up(&ifr, o);
}

static int
tap_open(struct str args, struct vale_opened *o, struct diag *why)
{
	struct str name = str_sub(args, 0, str_find(args, ',', 0));
	char text[IFNAMSIZ];
	int back, err;

	if (name.n == 0 || !str_copy(name, text, sizeof(text)))
		return diag(why, ERR_INVAL,
		    "tap: '%.*s': an interface's name has 1 to %d letters",
		    STR_ARG(name), IFNAMSIZ - 1);
	err = namespace_enter(vale_option(args, "netns"), &back, why);
	if (err != 0)
		return err;
	o->fd[0] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (o->fd[0] < 0) {
		err = diag(why, errno_error(errno), "/dev/net/tun: %s",
		    strerror(errno));
	} else if (tap_make(o->fd[0], text, o) != 0) {
		err = diag(why, errno_error(errno), "tap %s: %s", text,
		    strerror(errno));
		close(o->fd[0]);
		o->fd[0] = -1;
	}
	namespace_leave(back);
	return err;
}

const struct vale_open vale_open_tap = { .name = "tap", .open = tap_open };
