/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_vhost_user.c -- vhost-user:PATH[,client][,mtu=N][,mode=OCTAL]: the back
 * end of a virtio network device whose front end is QEMU's, DPDK's or another
 * that speaks vhost-user (QEMU's docs/interop/vhost-user.rst) over a socket.
 *
 *	server   we listen at PATH; whoever connects has the port until he
 *	         hangs up (QEMU's and virtio-user's default)
 *	client   the other side listens; we connect, and again when it is gone
 *
 * One pair of rings, split, with indirect descriptors, event index, mergeable
 * buffers, checksum and TCP segmentation.  A front end that breaks the rules
 * is hung up on; the next may come.  What its memory is made of, and how it
 * may be taken away, is foreign.h's affair.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/steady.h"
#include "vale/kinds.h"
#include "vale/number.h"
#include "vale/vhost.h"

enum { MESSAGES_AT_ONCE = 64 };

static void vhost_connect_later(struct vhost_port *v);

static void
vhost_hang_up(struct vhost_port *v)
{
	vhost_pause(v);
	if (v->socket >= 0) {
		(void)vale_watch(v->port.vale, v->socket, 0, NULL, NULL);
		close(v->socket);
		v->socket = -1;
	}
	vhost_reset(v);
	vhost_connect_later(v);
}

/* ---- its share of the control thread ---- */

/*
 * Connections and messages cost the others' time: a front end that uses too
 * much of it is not listened to for a while.
 */
static void
vhost_charge(struct vhost_port *v, int64_t began)
{
	int64_t ns;

	payer_charge(&v->payer, began);
	ns = payer_wait_ns(&v->payer);
	if (ns == 0 || (v->client && v->socket < 0))
		return; /* or it waits for the other side as it is */
	if (v->listener >= 0)
		(void)vale_watch(v->port.vale, v->listener, 0, NULL, NULL);
	if (v->socket >= 0)
		(void)vale_watch(v->port.vale, v->socket, 0, NULL, NULL);
	vale_later(v->port.vale, &v->again, ns);
	if (!v->told)
		v->told = vale_port_log(
		    &v->port, "its front end asks too much: it waits");
}

/* ---- messages ---- */

/* Where the next bytes of the message go, and how many are missing. */
static uint32_t
vhost_missing(struct vhost_port *v, uint8_t **to)
{
	if (v->have < VHOST_HEADER) {
		*to = (uint8_t *)&v->in.header + v->have;
		return VHOST_HEADER - v->have;
	}
	*to = v->in.u.bytes + (v->have - VHOST_HEADER);
	return VHOST_HEADER + v->in.header.size - v->have;
}

/* Keeps the descriptors that came; false: more than any message has. */
static bool
vhost_take_fds(struct vhost_port *v, struct msghdr *m)
{
	bool good = (m->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(fd), sizeof(fd));
			if (v->nfds < VHOST_FDS) {
				v->fds[v->nfds++] = fd;
			} else {
				close(fd);
				good = false;
			}
		}
	}
	return good;
}

/*
 * Reads on in the message; 1: it is whole, 0: it will go on.  Never further
 * than its end, so that descriptors belong to the message they came with.
 */
static int
vhost_read(struct vhost_port *v, struct diag *why)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * VHOST_FDS)];
	} control;
	uint8_t *to;
	uint32_t missing = vhost_missing(v, &to);
	struct iovec iov = { to, missing };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(v->socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return ERR_CLOSED;
	if (!vhost_take_fds(v, &m))
		return diag(why, ERR_PEER, "too many descriptors");
	v->have += (uint32_t)n;
	if (v->have < VHOST_HEADER)
		return 0;
	if ((v->in.header.flags & VHOST_VERSION_MASK) != VHOST_VERSION ||
	    v->in.header.size > sizeof(v->in.u))
		return diag(why, ERR_PEER,
		    "request %u: flags %#x, %u bytes: no vhost-user",
		    v->in.header.request, v->in.header.flags,
		    v->in.header.size);
	return v->have == VHOST_HEADER + v->in.header.size;
}

static void
vhost_readable(void *arg, unsigned int events)
{
	struct vhost_port *v = arg;
	int64_t began = steady_ns();
	struct diag why = { "" };
	int err = 1;

	(void)events;
	/* Header and payload each take a turn: more comes with the next. */
	for (int i = 0; i < MESSAGES_AT_ONCE && err >= 0; i++) {
		uint32_t before = v->have;

		err = vhost_read(v, &why);
		if (err == 0 && v->have == before)
			break;
		if (err > 0) {
			err = vhost_request(v, &why);
			vhost_drop_fds(v);
			v->have = 0;
		}
	}
	if (err < 0 && err != ERR_CLOSED)
		(void)vale_port_log(&v->port, "%s", why.text);
	if (err < 0)
		vhost_hang_up(v);
	vhost_charge(v, began);
}

/* ---- connections ---- */

/* A front end is there at the other end of fd. */
static void
vhost_connected(struct vhost_port *v, int fd)
{
	v->socket = fd;
	if (vale_watch(v->port.vale, fd, VALE_READ, vhost_readable, v) != 0) {
		close(fd);
		v->socket = -1;
		return;
	}
	v->connections++;
}

static void
vhost_accept(void *arg, unsigned int events)
{
	struct vhost_port *v = arg;
	int64_t began = steady_ns();
	int fd = accept4(v->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd >= 0 && v->socket >= 0)
		close(fd); /* the port has one */
	else if (fd >= 0)
		vhost_connected(v, fd);
	vhost_charge(v, began);
}

static void
vhost_connect(struct vhost_port *v)
{
	struct vale_opened o;

	if (v->socket >= 0)
		return;
	if (vale_acquire(v->port.vale, "connect", str_of(v->path), &o, NULL) ==
	    0)
		vhost_connected(v, o.fd[0]);
	if (v->socket < 0)
		vhost_connect_later(v);
}

static void
vhost_connect_later(struct vhost_port *v)
{
	if (v->client)
		vale_later(v->port.vale, &v->again, VHOST_RETRY_NS);
}

/* It has waited, for its share or for the other side. */
static void
vhost_again(void *arg)
{
	struct vhost_port *v = arg;
	int64_t ns = payer_wait_ns(&v->payer);
	int err = 0;

	if (v->client && v->socket < 0) {
		vhost_connect(v);
		return;
	}
	if (ns == 0 && v->listener >= 0)
		err = vale_watch(
		    v->port.vale, v->listener, VALE_READ, vhost_accept, v);
	if (ns == 0 && err == 0 && v->socket >= 0)
		err = vale_watch(
		    v->port.vale, v->socket, VALE_READ, vhost_readable, v);
	if (ns > 0 || err != 0)
		vale_later(v->port.vale, &v->again,
		    ns > 0 ? ns : (int64_t)VHOST_RETRY_NS);
}

/* ---- life ---- */

static int
vhost_options(struct vhost_port *v, struct str args, struct diag *why)
{
	struct str path = vale_arg(&args);
	uint64_t mtu = 1500;

	if (path.n == 0 || !str_copy(path, v->path, sizeof(v->path)))
		return diag(why, ERR_INVAL,
		    "vhost-user: '%.*s': a socket's path has 1 to %zu letters",
		    STR_ARG(path), sizeof(v->path) - 1);
	while (args.n > 0) {
		struct str one = vale_arg(&args);

		if (str_is(one, "client"))
			v->client = true;
		else if (!str_starts(one, STR("mtu=")) &&
		         !str_starts(one, STR("mode=")) &&
		         !str_is(one, "server"))
			return diag(why, ERR_INVAL,
			    "vhost-user: '%.*s': not client, server, mtu=, "
			    "mode=",
			    STR_ARG(one));
		else if (str_starts(one, STR("mtu=")) &&
		         (!number_parse(str_from(one, 4), 65535, &mtu) ||
		             mtu < 68))
			return diag(why, ERR_INVAL, "%.*s: not 68 to 65535",
			    STR_ARG(one));
	}
	v->port.mtu = (uint16_t)mtu;
	return 0;
}

static int
vhost_listen(struct vhost_port *v, struct str args, struct diag *why)
{
	int err = vale_acquire(v->port.vale, "listen", args, &v->opened, why);

	if (err != 0)
		return err;
	v->listener = v->opened.fd[0];
	if (vale_watch(v->port.vale, v->listener, VALE_READ, vhost_accept, v) ==
	    0)
		return 0;
	close(v->listener);
	vale_release(v->port.vale, "listen", &v->opened);
	return diag(why, ERR_NOMEM, "out of memory");
}

static int
vhost_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct vhost_port *v = vhost_of(p);
	int err = vhost_options(v, args, why);

	if (err != 0)
		return err;
	v->socket = v->listener = -1;
	v->again.expire = vhost_again;
	v->again.arg = v;
	for (unsigned int i = 0; i < VHOST_RINGS; i++)
		v->setup[i].kick = v->setup[i].call = -1;
	p->ops = &vhost_ops;
	p->link = VALE_DOWN;
	if (!v->client)
		return vhost_listen(v, args, why);
	vhost_connect(v);
	return 0;
}

static void
vhost_close(struct vale_port *p)
{
	struct vhost_port *v = vhost_of(p);

	if (v->listener >= 0) {
		(void)vale_watch(p->vale, v->listener, 0, NULL, NULL);
		close(v->listener);
		vale_release(p->vale, "listen", &v->opened);
	}
	v->client = false; /* not again */
	vhost_hang_up(v);
	vale_never(&v->again);
}

/* Its memory or rings made no sense to a worker, which has been logged. */
static void
vhost_broken(struct vale_port *p)
{
	vhost_hang_up(vhost_of(p));
	p->why.text[0] = '\0';
}

const struct vale_kind vale_kind_vhost_user = {
	.name = "vhost-user",
	.usage = "PATH[,client][,mtu=N][,mode=OCTAL]",
	.size = sizeof(struct vhost_port),
	.open = vhost_open,
	.close = vhost_close,
	.broken = vhost_broken,
};
