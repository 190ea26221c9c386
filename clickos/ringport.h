/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ringport.h -- a port in memory shared with a switch (docs/netring.md), in
 * packets: what a guest's netdev is made of, be the guest a process or a
 * domain.
 *
 * The pool's buffers lie in the region that is shared, so frames move by
 * exchange: a received frame's buffer goes into the packet, and the packet's
 * empty one into the ring; sending is the same the other way round.  Copied is
 * only what is shared, too long for a buffer, or lies in memory that is not of
 * the region.
 *
 * Whoever opens the port sets all fields, and ring by
 * netring_guest_port_init(). Receiving and sending may happen on two threads,
 * each on one at a time.
 */
#ifndef CLICKOS_RINGPORT_H
#define CLICKOS_RINGPORT_H

#include "click/batch.h"
#include "click/packet.h"
#include "netring/guest.h"
#include "os/netdev.h"

struct ringport {
	struct netring_guest_port ring;
	uint32_t longest;           /* frame that may be sent; ringport_mtu() */
	struct netdev_stats *stats; /* rx_bytes is the caller's */
};

/* What an MTU allows, with frames of several slots (segments) or without. */
void ringport_mtu(struct ringport *p, uint32_t mtu, bool segments);

/*
 * Appends at most max received frames to *out as packets whose data and length
 * are set and whose first bytes have been asked for.  *slots is how many slots
 * that were.  0 or ERR_PEER: the switch broke the rules, perhaps behind some
 * frames that are all right.  Nothing is published.
 */
int ringport_rx(
    struct ringport *p, struct batch *out, unsigned int max, uint32_t *slots);

/*
 * Takes frames off the head of *in while there is room.  Returns how many, or
 * ERR_PEER.  Nothing is published.
 */
int ringport_tx(struct ringport *p, struct batch *in);

/*
 * Shows the switch what an end has done.  True: it sleeps and wants an event
 * for that, which is counted here.
 */
bool ringport_publish(struct ringport *p, struct netring_end *e);

/* As netdev_ops.arm. */
bool ringport_arm(struct ringport *p, unsigned int what);

#endif
