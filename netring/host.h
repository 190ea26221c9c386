/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host.h -- the switch's side of a port's rings.
 *
 * tx: frames are lent out of the guest's buffers until they are given back.
 * rx: the empty buffers that the guest has given lie on a stack, the newest on
 * top, so that the next frame goes into the one that was used last: few
 * buffers are in use, and both caches hold them.
 *
 * Each word of the guest's is read once and checked.  A function that returns
 * ERR_PEER has seen the guest break the rules; the end must not be used again.
 */
#ifndef NETRING_HOST_H
#define NETRING_HOST_H

#include "base/compiler.h"
#include "netring/end.h"
#include "netring/layout.h"

/* What the switch knows of a region; set once. */
struct netring_memory {
	uint8_t *buffers; /* the first byte of buffer 0 */
	uint32_t count;
};

static inline uint8_t *
netring_bytes(const struct netring_memory *m, netring_slot s)
{
	return m->buffers + (size_t)slot_buffer(s) * NETRING_BUFFER +
	       slot_offset(s);
}

/* ---- tx: the guest's frames ---- */

/*
 * The word of the next frame's slot i (0: its first, ...), checked; have is
 * what netring_look() returned.  0, or ERR_PEER.
 */
static inline int
netring_host_tx_slot(const struct netring_end *e,
    const struct netring_memory *m, uint32_t i, netring_slot *s)
{
	*s = netring_peek(e, i);
	return likely(slot_valid(*s, m->count)) ? 0 : ERR_PEER;
}

/* Leaves buffer in place of the one in the slot i places after our index. */
static inline void
netring_host_tx_swap(struct netring_end *e, uint32_t i, uint32_t buffer)
{
	netring_poke(e, i, slot_make(buffer, 0, 0, 0));
}

/* ---- rx: frames for the guest ---- */

struct netring_host_rx {
	struct netring_end end;
	uint32_t nempty; /* = taken - end.index */
	uint32_t taken; /* the guest's slots whose buffers we have taken over */
	netring_slot *empty; /* [slots], checked: number and offset */
};

/*
 * Takes over the buffers that the guest has given since; at least n then lie
 * on the stack if it has so many.  Returns how many do, or ERR_PEER.
 */
int netring_host_rx_fill(
    struct netring_host_rx *r, const struct netring_memory *m, uint32_t n);

/*
 * The buffer that the next frame goes to, taken off the stack, which is not
 * empty.
 */
static inline netring_slot
netring_host_rx_pop(struct netring_host_rx *r)
{
	return r->empty[--r->nempty];
}

/* The one that would be popped after i others; for prefetching. */
static inline netring_slot
netring_host_rx_top(const struct netring_host_rx *r, uint32_t i)
{
	return r->empty[r->nempty - 1 - i];
}

/* Hands a slot over to the guest: a popped buffer, filled. */
static inline void
netring_host_rx_put(struct netring_host_rx *r, netring_slot s)
{
	netring_poke(&r->end, 0, s);
	netring_advance(&r->end, 1);
}

/*
 * Leaves the empty buffers on the stack in the slots, where the guest finds
 * them when it is told that the port is closed.
 */
static inline void
netring_host_rx_leave(struct netring_host_rx *r)
{
	for (uint32_t i = 0; i < r->nempty; i++)
		netring_poke(&r->end, i, r->empty[i]);
	r->nempty = 0;
}

#endif
