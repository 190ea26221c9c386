/* SPDX-License-Identifier: BSD-3-Clause */
/* control.c -- a request over a stream, and its answer (abi/control.h). */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "clickos/message.h"
#include "cosmos/internal.h"

static int
control_wait(struct cosmos *c, int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return cosmos_fail_errno(c, "the guest's control socket");
	if (n == 0)
		return cosmos_fail(c, COSMOS_E_TIMEOUT,
		    "the guest has not answered for %d s", timeout_ms / 1000);
	return COSMOS_OK;
}

static int
control_send(struct cosmos *c, int fd, int timeout_ms, struct str bytes)
{
	ssize_t n;
	int status;

	while (bytes.n > 0) {
		n = send(fd, bytes.s, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			bytes = str_from(bytes, (size_t)n);
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return cosmos_fail_errno(
			    c, "the guest's control socket");
		status = control_wait(c, fd, POLLOUT, timeout_ms);
		if (status != COSMOS_OK)
			return status;
	}
	return COSMOS_OK;
}

/* Appends what comes next to *in. */
static int
control_receive(struct cosmos *c, int fd, int timeout_ms, struct strbuf *in)
{
	char *room = sb_reserve(in, CONTROL_PAYLOAD_MAX);
	ssize_t n;
	int status;

	if (room == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	status = control_wait(c, fd, POLLIN, timeout_ms);
	if (status != COSMOS_OK)
		return status;
	n = recv(fd, room, CONTROL_PAYLOAD_MAX, 0);
	if (n < 0)
		return cosmos_fail_errno(c, "the guest's control socket");
	if (n == 0)
		return cosmos_fail(
		    c, COSMOS_E_STATE, "the guest ended the connection");
	in->n += (size_t)n;
	return COSMOS_OK;
}

/* The whole request, in parts of what one message carries. */
static int
control_ask_parts(
    struct cosmos *c, int fd, int timeout_ms, const struct message *whole)
{
	struct message part = *whole;
	struct strbuf out = STRBUF_INIT;
	int status;

	part.total = (uint32_t)whole->payload.n;
	do {
		part.payload = str_sub(whole->payload, part.offset,
		    part.offset + CONTROL_PAYLOAD_MAX);
		sb_clear(&out);
		control_put(&out, &part);
		status = out.oom
		             ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
		             : control_send(c, fd, timeout_ms, sb_str(&out));
		part.offset += (uint32_t)part.payload.n;
	} while (status == COSMOS_OK && part.offset < part.total);
	sb_fini(&out);
	return status;
}

/* Takes one message off the stream; *m points into *in. */
static int
control_next(struct cosmos *c, int fd, int timeout_ms, struct strbuf *in,
    struct message *m, size_t *size)
{
	struct diag why = { "" };
	int status, framed;

	for (;;) {
		framed = control_frame(sb_str(in), size);
		if (framed < 0)
			break;
		if (*size > 0 && in->n >= *size &&
		    control_check(str_make(in->s, *size), m, &why) == 0)
			return COSMOS_OK;
		if (*size > 0 && in->n >= *size)
			break;
		status = control_receive(c, fd, timeout_ms, in);
		if (status != COSMOS_OK)
			return status;
	}
	return cosmos_fail(c, COSMOS_E_SYSTEM, "the guest answers nonsense: %s",
	    why.text[0] != '\0' ? why.text : "no message of version 2");
}

static int
control_answer(struct cosmos *c, int fd, int timeout_ms, uint32_t id,
    unsigned int *router, struct strbuf *reply)
{
	struct strbuf in = STRBUF_INIT;
	struct message m;
	size_t size;
	int status;

	for (;;) {
		status = control_next(c, fd, timeout_ms, &in, &m, &size);
		if (status != COSMOS_OK)
			break;
		if (m.reply && m.id == id) {
			sb_add(reply, m.payload);
			if (m.offset + m.payload.n == m.total)
				break;
		}
		memmove(in.s, in.s + size, in.n - size);
		in.n -= size;
	}
	sb_fini(&in);
	if (status != COSMOS_OK)
		return -status;
	if (reply->oom)
		return -cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	*router = m.router;
	return (int)m.status;
}

int
control_ask(struct cosmos *c, int fd, int timeout_ms, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	const struct message m = {
		.op = op,
		.router = *router,
		.id = ++c->last_request,
		.path = path,
		.payload = payload,
	};
	int status;

	if (path.n > CONTROL_PATH_MAX || payload.n > CONTROL_TOTAL_MAX)
		return -cosmos_fail(c, COSMOS_E_USAGE,
		    "%zu bytes of name and %zu of text are more than the "
		    "protocol has",
		    path.n, payload.n);
	status = control_ask_parts(c, fd, timeout_ms, &m);
	if (status != COSMOS_OK)
		return -status;
	return control_answer(c, fd, timeout_ms, m.id, router, reply);
}
