/* SPDX-License-Identifier: BSD-3-Clause */
/* control_internal.h -- between control.c (links) and control_ops.c. */
#ifndef CLICKOS_CONTROL_INTERNAL_H
#define CLICKOS_CONTROL_INTERNAL_H

#include "clickos/control.h"
#include "control/message.h"

/* An answer on its way out, in parts. */
struct answer {
	struct answer *next;
	struct message head;
	struct str payload; /* owned */
	uint32_t sent;
	bool begun;
};

struct conn {
	struct conn *next;
	struct control *control;
	struct control_link *link;
	struct assembly in;
	struct strbuf bytes; /* the message being looked at */
	struct answer *first, **last;
	uint32_t answers;
	size_t queued; /* bytes in them */
	bool closed;
};

/* An operation that a router's thread is busy with. */
struct request {
	struct request *next; /* all of the control's */
	struct control *control;
	struct conn *conn; /* NULL: it has gone */
	uint32_t id;
	unsigned int op;
};

struct control {
	struct guest *guest;
	struct os_waiter *waiter;
	struct conn *conns;
	unsigned int nconns;
	struct request *requests;
	struct str shutdown; /* owned: what to do once answers are out */
	int64_t shutdown_ns; /* at the latest */
};

/* Carries out the whole request in c->in and answers, now or later. */
void control_run(struct conn *c);

/*
 * Queues an answer to request (id, op); takes payload over.  Without memory
 * the link is closed.
 */
void control_answer(struct conn *c, uint32_t id, unsigned int op,
    unsigned int router, int status, struct str payload);

#endif
