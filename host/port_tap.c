/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_tap.c -- tap:NAME: the user's side of a TAP interface, made if it does
 * not exist (and gone with us then) and brought up.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/port.h"

enum { TAP_FRAME_MAX = 65536 };

struct tap_port {
	struct host_port port;
	int fd;
	unsigned int armed; /* NETDEV_RX | NETDEV_TX */
	bool failed;        /* it is gone */
	uint8_t frame[TAP_FRAME_MAX];
};

static void tap_watch(struct tap_port *t);

/* Both directions may be armed; the waiters may differ. */
static void
tap_ready(void *arg, unsigned int events)
{
	struct tap_port *t = arg;
	unsigned int what = t->armed & events;

	t->armed &= ~what;
	tap_watch(t);
	if ((what & NETDEV_RX) != 0)
		port_ready(&t->port, NETDEV_RX);
	if ((what & NETDEV_TX) != 0)
		port_ready(&t->port, NETDEV_TX);
}

/* OS_FD_READ and NETDEV_RX are the same bit, so are WRITE and TX. */
_Static_assert((int)OS_FD_READ == (int)NETDEV_RX, "bits");
_Static_assert((int)OS_FD_WRITE == (int)NETDEV_TX, "bits");

static void
tap_watch(struct tap_port *t)
{
	struct os_waiter *rx = t->port.waiter[NETDEV_RX];
	struct os_waiter *tx = t->port.waiter[NETDEV_TX];

	/* Out of memory shows as a port that is only polled. */
	if (rx == tx || tx == NULL) {
		(void)os_watch_fd(rx, t->fd, t->armed, tap_ready, t);
	} else if (rx == NULL) {
		(void)os_watch_fd(tx, t->fd, t->armed, tap_ready, t);
	} else {
		(void)os_watch_fd(
		    rx, t->fd, t->armed & NETDEV_RX, tap_ready, t);
		(void)os_watch_fd(
		    tx, t->fd, t->armed & NETDEV_TX, tap_ready, t);
	}
}

static int
tap_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct tap_port *t = container_of(dev, struct tap_port, port.dev);
	int64_t now = 0;
	unsigned int n = 0;

	while (n < max && !t->failed) {
		ssize_t got = read(t->fd, t->frame, sizeof(t->frame));

		if (got < 0) {
			/* EIO: it is down, and may come up again. */
			t->failed = errno == EBADFD;
			break;
		}
		if (now == 0)
			now = os_wall_ns();
		if (port_receive(&t->port, out, t->frame, (uint32_t)got, now) !=
		    NULL)
			n++;
	}
	return n == 0 && t->failed ? ERR_CLOSED : (int)n;
}

static int
tap_tx(struct netdev *dev, struct batch *in)
{
	struct tap_port *t = container_of(dev, struct tap_port, port.dev);
	unsigned int n = 0;

	for (; n < in->count; n++) {
		struct packet *p = in->packet[n];
		ssize_t sent = write(t->fd, p->data, p->length);

		if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break;
		if (sent < 0) {
			t->port.stats.tx_dropped++;
		} else {
			t->port.stats.tx_packets++;
			t->port.stats.tx_bytes += p->length;
		}
		packet_kill(in->thread, p);
	}
	port_taken(in, n);
	return (int)n;
}

/* Level triggered: what is there already shows in the next os_wait(). */
static bool
tap_arm(struct netdev *dev, unsigned int what)
{
	struct tap_port *t = container_of(dev, struct tap_port, port.dev);

	if (t->failed)
		return true;
	if ((t->armed & what) == 0) {
		t->armed |= what;
		tap_watch(t);
	}
	return false;
}

static const struct netdev_ops tap_ops = {
	.rx = tap_rx,
	.tx = tap_tx,
	.arm = tap_arm,
	.stats = port_stats,
	.close = port_close,
};

/* A tap that is there: what a port is made of. */
struct tap_made {
	int fd;
	uint16_t mtu;
};

/* Brings the interface up and learns its MTU. */
static int
tap_up(struct tap_made *t, struct ifreq *ifr, struct diag *why)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (s < 0)
		return diag(why, ERR_IO, "socket: %s", strerror(errno));
	if (ioctl(s, SIOCGIFFLAGS, ifr) != 0) {
		err = ERR_IO;
	} else {
		ifr->ifr_flags |= IFF_UP;
		if (ioctl(s, SIOCSIFFLAGS, ifr) != 0)
			err = ERR_IO;
	}
	if (err == 0 && ioctl(s, SIOCGIFMTU, ifr) == 0)
		t->mtu = (uint16_t)ifr->ifr_mtu;
	if (err != 0)
		diag(why, err, "%s: %s", ifr->ifr_name, strerror(errno));
	close(s);
	return err;
}

static int
tap_make(struct tap_made *t, struct str args, struct diag *why)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int err;

	if (!str_copy(args, ifr.ifr_name, sizeof(ifr.ifr_name)))
		return diag(
		    why, ERR_INVAL, "tap:%.*s: name too long", STR_ARG(args));
	t->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return diag(why,
		    errno == EACCES || errno == EPERM ? ERR_PERM : ERR_NOTSUP,
		    "/dev/net/tun: %s", strerror(errno));
	if (ioctl(t->fd, TUNSETIFF, &ifr) != 0)
		err = diag(why, errno == EPERM ? ERR_PERM : ERR_IO,
		    "tap %.*s: %s", STR_ARG(args), strerror(errno));
	else
		err = tap_up(t, &ifr, why);
	if (err != 0)
		close(t->fd);
	return err;
}

static int
tap_prepare(struct str args, void **prepared, struct diag *why)
{
	struct tap_made *t = calloc(1, sizeof(*t));
	int err;

	if (t == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = tap_make(t, args, why);
	if (err != 0)
		free(t);
	else
		*prepared = t;
	return err;
}

/* One that somebody else has made; words: "mtu=1500". */
static int
tap_give(struct str args, int fd, struct str words, void **prepared,
    struct diag *why)
{
	struct tap_made *t = calloc(1, sizeof(*t));
	char text[16] = "1500";

	(void)args;
	if (t == NULL) {
		close(fd);
		return diag(why, ERR_NOMEM, "out of memory");
	}
	if (str_starts(words, STR("mtu=")))
		(void)str_copy(str_from(words, 4), text, sizeof(text));
	t->fd = fd;
	t->mtu = (uint16_t)strtoul(text, NULL, 10);
	*prepared = t;
	return 0;
}

static void
tap_drop(void *prepared)
{
	struct tap_made *t = prepared;

	close(t->fd);
	free(t);
}

static int
tap_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct tap_port *t = container_of(port, struct tap_port, port);
	const struct tap_made *prepared = port->prepared;
	struct tap_made made = { -1, port->dev.mtu };
	int err;

	(void)req;
	if (prepared == NULL) {
		err = tap_make(&made, args, why);
		if (err != 0)
			return err;
	} else {
		made.mtu = prepared->mtu;
		made.fd = fcntl(prepared->fd, F_DUPFD_CLOEXEC, 0);
		if (made.fd < 0)
			return diag(why, ERR_NOMEM, "tap %.*s: %s",
			    STR_ARG(args), strerror(errno));
	}
	t->fd = made.fd;
	port->dev.mtu = made.mtu;
	port->dev.ops = &tap_ops;
	return 0;
}

static void
tap_close(struct host_port *port)
{
	struct tap_port *t = container_of(port, struct tap_port, port);

	t->armed = 0;
	tap_watch(t);
	close(t->fd);
}

const struct port_kind port_tap = {
	.name = "tap",
	.usage = "NAME",
	.size = sizeof(struct tap_port),
	.prepare = tap_prepare,
	.give = tap_give,
	.drop = tap_drop,
	.open = tap_open,
	.close = tap_close,
};
