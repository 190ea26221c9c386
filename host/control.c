/* SPDX-License-Identifier: BSD-3-Clause */
/* control.c -- see control.h and os/control.h. */
#define _GNU_SOURCE
#include "host/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "control/message.h"
#include "host/host.h"
#include "host/shared.h"
#include "os/control.h"
#include "os/os.h"

enum { BACKLOG = 64, READ_AT_ONCE = 65536 };

/* The one socket of a process, and who waits for it. */
static struct {
	int fd; /* -1: none */
	struct sockaddr_un address;
	struct os_waiter *waiter;
	bool knocked; /* somebody may stand there */
} door = { .fd = -1 };

struct socket_link {
	struct control_link link;
	int fd;
	int given; /* a descriptor that came along with bytes; -1: none */
	struct os_waiter *waiter;
	struct frames in;
	struct strbuf out;
	size_t out_pos;
	bool ended; /* nothing more will come */
	bool watching_write;
};

/* ---- a link ---- */

/* Something has happened: the control thread looks by itself. */
static void
socket_ready(void *arg, unsigned int events)
{
	(void)arg;
	(void)events;
}

static void
socket_watch(struct socket_link *s, bool write)
{
	unsigned int events = write ? OS_FD_READ | OS_FD_WRITE : OS_FD_READ;

	if (s->ended)
		events &= ~(unsigned int)OS_FD_READ;
	s->watching_write = write;
	if (os_watch_fd(s->waiter, s->fd, events, socket_ready, s) != 0)
		s->ended = true;
}

/* Keeps the first descriptor that came along. */
static void
socket_take_fds(struct socket_link *s, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL;
	     h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(fd));
			if (s->given < 0)
				s->given = fd;
			else
				close(fd);
		}
	}
}

static ssize_t
socket_read(struct socket_link *s, char *at)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = { at, READ_AT_ONCE };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(s->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n > 0)
		socket_take_fds(s, &m);
	return n;
}

/* More bytes.  False: none now. */
static bool
socket_fill(struct socket_link *s)
{
	char *at;
	ssize_t n;

	if (s->ended)
		return false;
	at = frames_room(&s->in, READ_AT_ONCE);
	n = at == NULL ? 0 : socket_read(s, at);
	if (n > 0) {
		s->in.bytes.n += (size_t)n;
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		s->ended = true;
		socket_watch(s, s->watching_write);
	}
	return false;
}

/* Sends what is left of the message before; true: all of it. */
static bool
socket_flush(struct socket_link *s)
{
	ssize_t n = 0;

	while (s->out_pos < s->out.n) {
		n = send(s->fd, s->out.s + s->out_pos, s->out.n - s->out_pos,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		s->out_pos += (size_t)n;
	}
	if (s->out_pos == s->out.n) {
		sb_clear(&s->out);
		s->out_pos = 0;
	} else if (errno != EAGAIN) {
		s->ended = true;
	}
	if (s->watching_write != (s->out.n > 0))
		socket_watch(s, s->out.n > 0);
	return s->out.n == 0;
}

static int
socket_recv(struct control_link *link, struct strbuf *msg)
{
	struct socket_link *s = container_of(link, struct socket_link, link);
	int got;

	(void)socket_flush(s); /* nobody else comes by after the last answer */
	do {
		got = frames_take(&s->in, msg);
	} while (got == 0 && socket_fill(s));
	return got == 0 && s->ended ? ERR_CLOSED : got;
}

static int
socket_send(struct control_link *link, struct str msg)
{
	struct socket_link *s = container_of(link, struct socket_link, link);

	if (!socket_flush(s))
		return s->ended ? ERR_CLOSED : ERR_AGAIN;
	sb_add(&s->out, msg);
	if (s->out.oom)
		return ERR_CLOSED;
	(void)socket_flush(s); /* the rest goes before the next one */
	return 0;
}

static int
socket_connect(struct control_link *link, struct diag *why)
{
	struct socket_link *s = container_of(link, struct socket_link, link);
	int fd = s->given;

	if (fd < 0)
		return diag(why, ERR_INVAL,
		    "connect: no descriptor came along with it");
	s->given = -1;
	return shared_give(fd, why);
}

static int
socket_attach(struct control_link *link, struct str binding, struct str words,
    struct diag *why)
{
	struct socket_link *s = container_of(link, struct socket_link, link);
	int fd = s->given;

	s->given = -1;
	return port_attach(binding, fd, words, why);
}

static int
socket_detach(struct control_link *link, struct str port, struct diag *why)
{
	(void)link;
	return port_detach(port, why);
}

static void
socket_close(struct control_link *link)
{
	struct socket_link *s = container_of(link, struct socket_link, link);

	if (s->given >= 0)
		close(s->given);
	(void)os_watch_fd(s->waiter, s->fd, 0, NULL, NULL);
	close(s->fd);
	frames_fini(&s->in);
	sb_fini(&s->out);
	free(s);
}

static const struct control_link_ops socket_ops = {
	.recv = socket_recv,
	.send = socket_send,
	.connect = socket_connect,
	.attach = socket_attach,
	.detach = socket_detach,
	.close = socket_close,
};

/* ---- the door ---- */

static int
socket_new(int fd, struct os_waiter *w, struct control_link **link)
{
	struct socket_link *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->link.ops = &socket_ops;
	s->fd = fd;
	s->given = -1;
	s->waiter = w;
	socket_watch(s, false);
	*link = &s->link;
	return 1;
}

/* It is told of for as long as anybody stands there. */
static void
door_knock(void *arg, unsigned int events)
{
	(void)arg;
	(void)events;
	door.knocked = true;
}

int
os_control_accept(struct os_waiter *w, struct control_link **link)
{
	int fd;

	if (door.fd < 0)
		return ERR_NOTSUP;
	if (door.waiter != w) {
		if (os_watch_fd(w, door.fd, OS_FD_READ, door_knock, NULL) != 0)
			return ERR_NOMEM;
		door.waiter = w;
		door.knocked = true; /* who came before */
	}
	while (door.knocked) {
		fd = accept4(door.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			door.knocked = false;
			break;
		}
		if (socket_new(fd, w, link) == 1)
			return 1;
		close(fd);
	}
	return 0;
}

/* True if somebody listens there. */
static bool
control_alive(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && connect(fd, (struct sockaddr *)&door.address,
	                            sizeof(door.address)) == 0;

	if (fd >= 0)
		close(fd);
	return alive;
}

static int
control_bind(int fd, unsigned int mode)
{
	const struct sockaddr *sa = (struct sockaddr *)&door.address;
	mode_t mask = umask(0777 & ~mode);
	int err = bind(fd, sa, sizeof(door.address));

	if (err != 0 && errno == EADDRINUSE && !control_alive()) {
		(void)unlink(door.address.sun_path); /* bind says if not */
		err = bind(fd, sa, sizeof(door.address));
	}
	(void)umask(mask);
	return err;
}

int
control_listen(struct str path, unsigned int mode, struct diag *why)
{
	int fd, err;

	door.address.sun_family = AF_UNIX;
	if (!str_copy(
	        path, door.address.sun_path, sizeof(door.address.sun_path)) ||
	    path.n == 0)
		return diag(why, ERR_INVAL, "%.*s: not a name for a socket",
		    STR_ARG(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return diag(why, ERR_IO, "socket: %s", strerror(errno));
	if (control_bind(fd, mode) != 0 || listen(fd, BACKLOG) != 0) {
		err = errno;
		close(fd);
		return diag(why, err == EADDRINUSE ? ERR_BUSY : ERR_IO,
		    "%.*s: %s", STR_ARG(path), strerror(err));
	}
	door.fd = fd;
	door.waiter = NULL;
	return 0;
}

int
control_adopt(int fd, struct diag *why)
{
	int listening = 0, flags = fcntl(fd, F_GETFL);
	socklen_t n = sizeof(listening);

	if (flags < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n) != 0 ||
	    listening == 0)
		return diag(
		    why, ERR_INVAL, "descriptor %d: no listening socket", fd);
	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return diag(
		    why, ERR_IO, "descriptor %d: %s", fd, strerror(errno));
	door.fd = fd;
	door.waiter = NULL;
	return 0;
}

void
control_unlisten(void)
{
	if (door.fd < 0)
		return;
	if (door.waiter != NULL)
		(void)os_watch_fd(door.waiter, door.fd, 0, NULL, NULL);
	close(door.fd);
	if (door.address.sun_path[0] != '\0')
		(void)unlink(door.address.sun_path); /* perhaps gone already */
	door.fd = -1;
	door.waiter = NULL;
}
