/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control_conn.h -- one client of a ControlSocket: bytes in, bytes out, and
 * the protocol between them ("Click::ControlSocket/1.3"), without any socket.
 * For ControlSocket and its tests; not an element.
 */
#ifndef ELEMENTS_HOST_CONTROL_CONN_H
#define ELEMENTS_HOST_CONTROL_CONN_H

#include <stdbool.h>

#include "click/element.h"

enum {
	CONTROL_CONN_IN_MAX = 32 << 20, /* bytes of one command */
	CONTROL_CONN_OUT_MAX = 1 << 20, /* unread ones before we stop */
};

/* What the clients of one socket may do, and where. */
struct control_server {
	struct element *e;     /* the ControlSocket */
	struct element *proxy; /* whose handlers are meant, or NULL */
	bool read_only;
};

struct control_conn {
	struct strbuf in, out; /* consumed up to: */
	size_t in_pos, out_pos;
	bool in_closed; /* no more input comes */
	bool closed;    /* nothing can be sent any more */
	bool no_memory; /* something that should be in out is not */
};

/* Greets. */
void control_conn_init(struct control_conn *c);
void control_conn_fini(struct control_conn *c);

/*
 * Carries out the next command, if it is there whole; true if it was.  What is
 * left at the end of the input counts as a command.
 */
bool control_conn_step(struct control_conn *c, const struct control_server *s);

/* Everything has been heard and answered. */
static inline bool
control_conn_done(const struct control_conn *c)
{
	return c->closed ||
	       (c->in_closed && c->in_pos == c->in.n && c->out_pos == c->out.n);
}

#endif
