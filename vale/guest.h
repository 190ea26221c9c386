/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guest.h -- a process that shares a region with the switch, and its ports.
 *
 * A guest has two descriptors here: its connection, by which it also wakes us
 * (an empty line is the doorbell), and an event by which we wake it.  All its
 * ports are pinned to one worker; the first of them (front) has the doorbell,
 * and rings it for its siblings.
 */
#ifndef VALE_GUEST_H
#define VALE_GUEST_H

#include "base/atomic.h"
#include "vale/port.h"
#include "vale/region.h"

struct vale_guest {
	struct vale *vale;
	struct vale_region region;
	uint32_t features; /* what both sides speak: enum netring_feature */
	int socket;        /* whoever made the guest closes it */
	int event;         /* we write, the guest reads; ours */
	int worker;        /* where its ports are; -1: not yet known */
	struct vale_port *port[NETRING_PORTS_MAX]; /* NULL: closed */
	struct vale_port *front;                   /* who has the doorbell */

	/* What the worker found in the socket beside the doorbell. */
	struct spinlock lock;
	char text[1024];
	uint32_t ntext;
	bool hangup; /* it has closed, or sends too much */
	/* On the worker: there is text or a hangup to be looked at. */
	void (*mail)(struct vale_guest *g);
	void *mail_arg;
};

/* The context of a vale_kind_ring port. */
struct vale_guest_port {
	struct vale_guest *guest;
	uint32_t index;
};

/* Takes what has been read so far: bytes, and whether it is the end. */
uint32_t guest_take_text(struct vale_guest *g, char *out, bool *hangup);

/* Makes another port the front, when p is it; before p is stopped. */
void guest_move_front(struct vale_guest *g, struct vale_port *p);

#endif
