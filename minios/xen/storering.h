/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * storering.h -- messages through the ring shared with XenStore's daemon
 * (xen/io/xs_wire.h).  Nothing here sleeps or signals; every index of the
 * other side is read once and checked, ours are kept where it cannot write.
 *
 * A message goes out whole, whoever gave up waiting for it: what the ring had
 * no room for stays here, and no other begins before it.
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
	uint32_t prod, cons; /* as we have shown them */
	uint32_t acked;      /* the daemon's, of requests, as last seen */
	size_t from, to;     /* what of out has still to go */
	char out[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX];
	size_t have;   /* bytes of the message that is coming in */
	bool taken;    /* bytes since the last storering_kick */
	bool complete; /* the message was handed out: begin the next */
	struct store_message message;
};

void storering_init(
    struct storering *r, struct xenstore_domain_interface *shared);

/* True if a message has still to go: none may be put. */
bool storering_busy(const struct storering *r);
/* Adds n bytes to the message that storering_flush() sends. */
void storering_put(struct storering *r, const void *p, size_t n);
/* Sends what there is room for; how many bytes, or ERR_PEER. */
int storering_flush(struct storering *r);
/* Takes the message back if nothing of it has gone yet. */
void storering_withdraw(struct storering *r);

/*
 * 1 and *m set to the next whole message, valid until the next call; 0 when
 * there is none yet; ERR_PEER.
 */
int storering_receive(struct storering *r, const struct store_message **m);

/* True if the other side should hear that there is room again. */
bool storering_kick(struct storering *r);

#endif
