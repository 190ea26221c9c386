/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward.h -- a forwarding function: which port a frame goes to.  One file,
 * forward_NAME.c, and one entry in vale/forwards.c; each switch has one of
 * them with a state of its own.
 *
 * look is called by workers, several at once, and must not block, allocate or
 * print.  Everything else is called by the control thread, while workers may
 * be in look: what both touch is the function's own to order.
 */
#ifndef VALE_FORWARD_H
#define VALE_FORWARD_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "vale/frame.h"

/* Values of vale_frame.to beside the numbers of ports, 0 to VALE_PORTS_MAX-1.
 */
enum vale_to {
	VALE_TO_ALL = 0x7ffffffe,  /* every other port of the VLAN */
	VALE_TO_NONE = 0x7fffffff, /* dropped: nowhere */
};

enum { VALE_PORTS_MAX = 4096 }; /* of one switch */

struct vale_forward;

/* The head of every state. */
struct vale_forward_state {
	const struct vale_forward *forward;
	/*
	 * The number of a port by its name, -1: there is none of this name (or
	 * no longer); for configure and port_change.
	 */
	int (*find)(void *arg, struct str name);
	void *find_arg;
};

struct vale_forward {
	const char *name;
	const char *usage; /* of its arguments */
	size_t size; /* of its state, whose head is a vale_forward_state */
	/*
	 * A new state, zeroed but for its head.  args are words; ERR_INVAL or
	 * ERR_NOMEM with *why, and nothing is left.
	 */
	int (*open)(
	    struct vale_forward_state *, struct str args, struct diag *why);
	void (*close)(struct vale_forward_state *); /* may be NULL */
	bool deep; /* look wants VALE_HEAD bytes of head, not half of them */
	/*
	 * Sets f[i]->to for n frames from port number from; each has at least
	 * VALE_FRAME_MIN bytes of head and its VLAN in the low 12 bits of vlan
	 * (0: none).
	 */
	void (*look)(struct vale_forward_state *, uint32_t from,
	    struct vale_frame *const *f, unsigned int n, int64_t now_ns);
	/* A port was added, or removed; may be NULL. */
	void (*port_change)(
	    struct vale_forward_state *, uint32_t number, bool there);
	/* Appends JSON members; may be NULL. */
	void (*show)(struct vale_forward_state *, struct strbuf *out);
};

/* By name, or NULL; *names gets all of them for an error's text. */
const struct vale_forward *vale_forward_find(
    struct str name, struct strbuf *names);

extern const struct vale_forward vale_forward_learning, vale_forward_mac,
    vale_forward_ip, vale_forward_wire, vale_forward_chain;

#endif
