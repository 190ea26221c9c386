/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * storering.h -- messages through the ring shared with XenStore's daemon
 * (xen/io/xs_wire.h).  Nothing here sleeps or signals; every index of the
 * other side is read once and checked.
 */
#ifndef MINIOS_XEN_STORERING_H
#define MINIOS_XEN_STORERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/xs_wire.h>

struct store_message {
	struct xsd_sockmsg head;
	char payload[XENSTORE_PAYLOAD_MAX + 1]; /* a NUL after it */
};

struct storering {
	struct xenstore_domain_interface *shared;
	size_t have;   /* bytes of the message that is coming in */
	bool taken;    /* bytes since the last storering_kick */
	bool complete; /* the message was handed out: begin the next */
	struct store_message message;
};

void storering_init(
    struct storering *r, struct xenstore_domain_interface *shared);

/* Puts at most n bytes in; how many, or ERR_PEER. */
int storering_send(struct storering *r, const char *p, size_t n);

/*
 * 1 and *m set to the next whole message, valid until the next call; 0 when
 * there is none yet; ERR_PEER.
 */
int storering_receive(struct storering *r, const struct store_message **m);

/* True if the other side should hear that there is room again. */
bool storering_kick(struct storering *r);

#endif
