/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_link.h -- a control link (os/control.h) in plain memory: what a tool
 * says is put into it, what the guest answers is taken out.
 */
#ifndef TEST_FAKE_LINK_H
#define TEST_FAKE_LINK_H

#include "base/compiler.h"
#include "base/err.h"
#include "control/message.h"
#include "os/control.h"

struct fake_link {
	struct control_link link;
	struct strbuf in, out; /* to the guest, from it */
	size_t in_pos;
	bool hung_up; /* the tool has gone */
	bool full;    /* takes no answers */
	bool closed;  /* by the guest */
};

UNUSED static int
fake_link_recv(struct control_link *link, struct strbuf *msg)
{
	struct fake_link *f = container_of(link, struct fake_link, link);
	struct str have = str_from(sb_str(&f->in), f->in_pos);
	size_t size;

	if (control_frame(have, &size) != 0)
		return ERR_PEER;
	if (size == 0 || size > have.n)
		return f->hung_up ? ERR_CLOSED : 0;
	sb_add(msg, str_sub(have, 0, size));
	f->in_pos += size;
	return 1;
}

UNUSED static int
fake_link_send(struct control_link *link, struct str msg)
{
	struct fake_link *f = container_of(link, struct fake_link, link);

	if (f->full)
		return ERR_AGAIN;
	sb_add(&f->out, msg);
	return 0;
}

UNUSED static void
fake_link_close(struct control_link *link)
{
	container_of(link, struct fake_link, link)->closed = true;
}

UNUSED static void
fake_link_init(struct fake_link *f)
{
	static const struct control_link_ops ops = {
		.recv = fake_link_recv,
		.send = fake_link_send,
		.close = fake_link_close,
	};

	*f = (struct fake_link){ .link = { .ops = &ops } };
}

UNUSED static void
fake_link_fini(struct fake_link *f)
{
	sb_fini(&f->in);
	sb_fini(&f->out);
}

#endif
