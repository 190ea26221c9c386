/* SPDX-License-Identifier: BSD-3-Clause */
/* stream_fd.c -- a stream over a connected socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "cosmos/internal.h"

enum { READ_AT_ONCE = 65536, SLICE_MS = 1000 };

/*
 * poll() for at most timeout_ms.  In slices: a time in which everything stood
 * still, the guest with us, is one of them, however long it was.
 */
static int
fd_poll(struct pollfd *p, int timeout_ms)
{
	int n = 0;

	for (; n == 0 && timeout_ms > 0; timeout_ms -= SLICE_MS)
		do
			n = poll(p, 1,
			    timeout_ms < SLICE_MS ? timeout_ms : SLICE_MS);
		while (n < 0 && errno == EINTR);
	return n;
}

static int
fd_wait(struct cosmos *c, const struct fd_stream *f, short events)
{
	struct pollfd p = { .fd = f->fd, .events = events };
	int n = fd_poll(&p, f->timeout_ms);

	if (n < 0)
		return cosmos_fail_errno(c, "the guest's control socket");
	if (n == 0)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "the guest has not answered for %d s",
		    f->timeout_ms / 1000);
	return COSMOS_OK;
}

/* Sends some bytes, and with the first of them the descriptor. */
static ssize_t
fd_send_some(struct fd_stream *f, struct str bytes)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)bytes.s, bytes.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (f->pass >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control.bytes);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &f->pass, sizeof(f->pass));
	}
	n = sendmsg(f->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0)
		f->pass = -1;
	return n;
}

static int
fd_send(struct cosmos *c, struct stream *s, struct str bytes)
{
	struct fd_stream *f = container_of(s, struct fd_stream, stream);
	ssize_t n;
	int status;

	while (bytes.n > 0) {
		n = fd_send_some(f, bytes);
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
		.pass = -1,
	};
}
