/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.h -- frames between the switch and the two rings of a peer's port
 * (docs/netring.md), wherever the peer's memory comes from.  A kind of port
 * embeds struct vale_ring first, puts these functions into its table and adds
 * how its peer is woken.
 */
#ifndef VALE_RING_H
#define VALE_RING_H

#include "base/compiler.h"
#include "netring/host.h"
#include "vale/port.h"

enum { RING_PIECES = VALE_BURST + NETRING_SEGMENTS_MAX };

struct vale_ring {
	struct vale_port port;
	const void *region; /* the same for all ports of one memory */
	struct netring_memory memory;
	uint32_t features; /* enum netring_feature that both sides speak */

	/* the worker's: frames from the guest */
	struct netring_end in CACHE_ALIGNED;
	uint32_t lent;           /* slots */
	uint16_t at[VALE_BURST]; /* slot of each frame lent */
	struct vale_piece piece[RING_PIECES];

	/* under the port's lock: frames for it */
	struct netring_host_rx out CACHE_ALIGNED;
	uint64_t swaps;
};

static inline struct vale_ring *
vale_ring_of(struct vale_port *p)
{
	return container_of(p, struct vale_ring, port);
}

/*
 * Begins on port number index of the memory at base, whose layout has been
 * checked; sets the port's mtu and features.  ERR_NOMEM.
 */
int vale_ring_init(struct vale_ring *r, const struct netring_layout *l,
    uint8_t *base, uint32_t index, uint32_t features, const void *region);
void vale_ring_fini(struct vale_ring *r);

/* As in struct vale_port_ops. */
int vale_ring_rx(struct vale_port *p, struct vale_frame *f, unsigned int max);
void vale_ring_rx_done(
    struct vale_port *p, const struct vale_frame *f, unsigned int n);
void vale_ring_prefetch(struct vale_port *p, unsigned int n);
int vale_ring_tx(
    struct vale_port *p, struct vale_frame *const *f, unsigned int n);
void vale_ring_tx_end(struct vale_port *p);
bool vale_ring_arm(struct vale_port *p);

#endif
