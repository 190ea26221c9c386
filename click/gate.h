/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * gate.h -- handlers as the outside world reaches them: by a control socket,
 * through XenStore, over any carrier of the control protocol.
 *
 * A router has at most one gate, which a ClickOSControl element sets up.  Who
 * brings a call from outside asks it first and tells it how the call went.
 * Without a gate everything is allowed and nothing is counted.  On a router
 * thread, or by a thread that has entered the master.
 */
#ifndef CLICK_GATE_H
#define CLICK_GATE_H

#include <stdbool.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "click/errh.h"

struct router;

struct gate {
	/* True: may be read (written); else *errh has been told why not. */
	bool (*ask)(
	    struct gate *g, struct str name, bool writing, struct errh *errh);
	/* An allowed call is over; messages is what it told, if it failed. */
	void (*told)(
	    struct gate *g, bool writing, bool failed, struct str messages);
};

/* name: "element.handler", or "handler" for a global one. */
bool gate_ask(
    struct router *r, struct str name, bool writing, struct errh *errh);
void gate_told(
    struct router *r, bool writing, bool failed, struct str messages);

enum gate_result {
	GATE_OK,
	GATE_NO_HANDLER, /* no such element, no such handler, or not that way */
	GATE_DENIED,
	GATE_FAILED, /* the handler itself */
};

/*
 * A whole call: finds the handler, asks, calls.  text is a write's value or a
 * read's parameter (ignored where the handler takes none); a read's result is
 * appended to *out.  What was said on the way is appended to *messages, lines
 * with their newlines.
 */
enum gate_result gate_read(struct router *r, struct str name, struct str text,
    struct strbuf *out, struct strbuf *messages);
enum gate_result gate_write(struct router *r, struct str name, struct str text,
    struct strbuf *messages);

#endif
