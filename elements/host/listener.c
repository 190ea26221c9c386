/* SPDX-License-Identifier: BSD-3-Clause */
/* listener.c -- see listener.h. */
#include "elements/host/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTENER_BACKLOG = 16 };

_Static_assert(
    LISTENER_PATH_MAX + 1 == sizeof(((struct sockaddr_un *)0)->sun_path),
    "the longest path");

/* Binds fd and listens, or closes it. */
static int
listener_begin(
    int fd, const struct sockaddr *sa, socklen_t len, const char **call)
{
	int e;

	*call = "bind";
	if (bind(fd, sa, len) == 0) {
		*call = "listen";
		if (listen(fd, LISTENER_BACKLOG) == 0)
			return fd;
	}
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

int
listener_tcp(uint16_t port, bool localhost, const char **call)
{
	static const int on = 1;
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*call = "socket";
	if (fd < 0)
		return -1;
	/* A wish: without it a port is busy for a while after its use. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	sa.sin_addr.s_addr = htonl(localhost ? INADDR_LOOPBACK : INADDR_ANY);
	return listener_begin(fd, (struct sockaddr *)&sa, sizeof(sa), call);
}

int
listener_unix(struct str path, const char **call)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*call = "socket";
	if (fd < 0)
		return -1;
	memcpy(sa.sun_path, path.s,
	    path.n < LISTENER_PATH_MAX ? path.n : LISTENER_PATH_MAX);
	return listener_begin(fd, (struct sockaddr *)&sa, sizeof(sa), call);
}
