/* SPDX-License-Identifier: BSD-3-Clause */
/* fd_io.c -- all of some bytes, to and from a descriptor; internal.h. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cosmos/internal.h"

int
fd_write(struct cosmos *c, int fd, struct str bytes)
{
	ssize_t n;

	while (bytes.n > 0) {
		/* To a socket whose other end has gone without a signal. */
		n = send(fd, bytes.s, bytes.n, MSG_NOSIGNAL);
		if (n < 0 && errno == ENOTSOCK)
			n = write(fd, bytes.s, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cosmos_fail_errno(c, "writing the guest");
		bytes = str_from(bytes, (size_t)n);
	}
	return COSMOS_OK;
}

int
fd_read(struct cosmos *c, int fd, char *to, size_t n)
{
	ssize_t got;

	while (n > 0) {
		got = read(fd, to, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return cosmos_fail_errno(c, "reading the guest");
		if (got == 0)
			return cosmos_fail(c, COSMOS_E_FAILED,
			    "what was saved ends in the middle");
		to += got;
		n -= (size_t)got;
	}
	return COSMOS_OK;
}
