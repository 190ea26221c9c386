/* SPDX-License-Identifier: BSD-3-Clause */
/* link.c -- see link.h. */
#include "minios/virtio/link.h"

#include "base/err.h"
#include "control/message.h"
#include "minios/virtio/console.h"
#include "os/control.h"

static struct {
	struct control_link link;
	bool held;        /* the control thread has it ... */
	uint32_t session; /* ... or had it last, in this session */
	struct frames in;
	uint32_t in_session; /* whose bytes those are */
	struct strbuf out;
	size_t out_pos;
} carrier;

/* Bytes are of this session from now on; 0: nobody's. */
static void
link_begin_in(uint32_t session)
{
	if (session == 0 || session != carrier.in_session)
		frames_clear(&carrier.in);
	carrier.in_session = session;
}

static bool
link_is_hello(struct str bytes)
{
	struct message m;
	size_t size;

	return control_frame(bytes, &size) == 0 && size == bytes.n &&
	       control_check(bytes, &m, NULL) == 0 && m.op == CONTROL_HELLO &&
	       !m.reply;
}

/* More bytes.  False: none now. */
static bool
link_fill(void)
{
	char *at = frames_room(&carrier.in, VIRTIO_CONTROL_CHUNK);
	uint32_t n, session;

	if (at == NULL)
		return false; /* taking the next message tells */
	n = virtio_control_read(at, VIRTIO_CONTROL_CHUNK);
	if (n == 0)
		return false;
	session = virtio_control_session();
	if (session != 0) /* else they are the last of the one that ended */
		link_begin_in(session);
	if (link_is_hello(str_make(at, n)))
		frames_clear(&carrier.in);
	memmove(carrier.in.bytes.s + carrier.in.bytes.n, at, n);
	carrier.in.bytes.n += n;
	return true;
}

/* Sends what is left of the message before; true: all of it. */
static bool
link_flush(void)
{
	struct str rest = str_from(sb_str(&carrier.out), carrier.out_pos);

	carrier.out_pos += virtio_control_write(rest.s, (uint32_t)rest.n);
	if (carrier.out_pos < carrier.out.n)
		return false;
	sb_clear(&carrier.out);
	carrier.out_pos = 0;
	return true;
}

static int
link_recv(struct control_link *link, struct strbuf *msg)
{
	int got;

	(void)link;
	(void)link_flush(); /* nobody else comes by after the last answer */
	while (carrier.in_session == carrier.session) {
		frames_skip(&carrier.in);
		got = frames_take(&carrier.in, msg);
		if (got != 0)
			return got;
		if (!link_fill())
			break;
	}
	return carrier.session == virtio_control_session() ? 0 : ERR_CLOSED;
}

static int
link_send(struct control_link *link, struct str msg)
{
	(void)link;
	if (carrier.session != virtio_control_session())
		return ERR_CLOSED;
	if (!link_flush())
		return ERR_AGAIN;
	sb_add(&carrier.out, msg);
	if (carrier.out.oom)
		return ERR_CLOSED;
	(void)link_flush(); /* the rest goes before the next one */
	return 0;
}

static void
link_close(struct control_link *link)
{
	(void)link;
	carrier.held = false;
	sb_fini(&carrier.out);
	carrier.out_pos = 0;
	if (carrier.in.bytes.oom)
		frames_fini(&carrier.in);
}

static const struct control_link_ops link_ops = {
	.recv = link_recv,
	.send = link_send,
	.close = link_close,
};

int
virtio_link_accept(struct os_waiter *w, struct control_link **link)
{
	uint32_t session = virtio_control_session();

	virtio_control_wake(w);
	/* What we closed ourselves, for want of memory, goes on with the next
	 * bytes that come. */
	if (carrier.held ||
	    ((session == 0 || session == carrier.session) && !link_fill()))
		return 0;
	session = virtio_control_session();
	link_begin_in(session);
	if (session == 0)
		return 0;
	carrier.session = session;
	carrier.link.ops = &link_ops;
	carrier.held = true;
	*link = &carrier.link;
	return 1;
}
