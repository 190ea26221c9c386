/* SPDX-License-Identifier: BSD-3-Clause */
/* stream_fd.c -- a stream over a connected socket. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "cosmos/internal.h"

enum { READ_AT_ONCE = 65536 };

static int
fd_wait(struct cosmos *c, const struct fd_stream *f, short events)
{
	struct pollfd p = { .fd = f->fd, .events = events };
	int n;

	do
		n = poll(&p, 1, f->timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cosmos_fail_errno(c, "the guest's control socket");
	if (n == 0)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "the guest has not answered for %d s",
		    f->timeout_ms / 1000);
	return COSMOS_OK;
}

static int
fd_send(struct cosmos *c, struct stream *s, struct str bytes)
{
	const struct fd_stream *f = container_of(s, struct fd_stream, stream);
	ssize_t n;
	int status;

	while (bytes.n > 0) {
		n = send(f->fd, bytes.s, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			bytes = str_from(bytes, (size_t)n);
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return cosmos_fail_errno(
			    c, "the guest's control socket");
		status = fd_wait(c, f, POLLOUT);
		if (status != COSMOS_OK)
			return status;
	}
	return COSMOS_OK;
}

/* Appends what comes next to *in. */
static int
fd_receive(struct cosmos *c, struct stream *s, struct strbuf *in)
{
	const struct fd_stream *f = container_of(s, struct fd_stream, stream);
	char *room = sb_reserve(in, READ_AT_ONCE);
	ssize_t n;
	int status;

	if (room == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	status = fd_wait(c, f, POLLIN);
	if (status != COSMOS_OK)
		return status;
	n = recv(f->fd, room, READ_AT_ONCE, 0);
	if (n < 0)
		return cosmos_fail_errno(c, "the guest's control socket");
	if (n == 0)
		return cosmos_fail(
		    c, COSMOS_E_STATE, "the guest ended the connection");
	in->n += (size_t)n;
	return COSMOS_OK;
}

void
fd_stream_init(struct fd_stream *f, int fd, int timeout_ms)
{
	*f = (struct fd_stream){
		.stream = { .send = fd_send, .receive = fd_receive },
		.fd = fd,
		.timeout_ms = timeout_ms,
	};
}
