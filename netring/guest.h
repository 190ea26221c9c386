/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guest.h -- the guest's side of its ports' rings, in buffer numbers.
 *
 * Every buffer is either the guest's own (in a packet, or spare) or held by
 * the switch (given in a slot and not returned).  The guest keeps book of
 * that: a switch that returns a buffer which it does not hold has broken the
 * rules, and when it is gone the books say which buffers are to be taken back.
 * They do not say which port has a buffer: the switch may have moved it.
 *
 * To send is to exchange: the frame's buffer goes into the ring, and the
 * packet gets a spare, the one that came back last.  To receive is to exchange
 * likewise.  A port needs as many spares as its rings have slots.
 */
#ifndef NETRING_GUEST_H
#define NETRING_GUEST_H

#include <stdlib.h>

#include "base/compiler.h"
#include "netring/end.h"
#include "netring/layout.h"

struct netring_guest {
	uint8_t *base; /* the region */
	struct netring_layout layout;
	uint8_t *buffers; /* buffer 0 */
	uint8_t *held;    /* [layout.buffers]: 1 while the switch has it;
	                     atomic, for ports have threads of their own */
};

struct netring_guest_port {
	struct netring_guest *guest;
	struct netring_end tx, rx;
	uint32_t reclaimed; /* tx slots whose buffers have been taken back */
	uint32_t nspare;
	uint32_t *spare; /* [slots]: buffers to send in exchange for */
};

static inline uint8_t *
netring_guest_buffer(const struct netring_guest *g, uint32_t n)
{
	return g->buffers + (size_t)n * NETRING_BUFFER;
}

/* The number of the buffer that p lies in, or -1: in none. */
static inline int64_t
netring_guest_number(const struct netring_guest *g, const uint8_t *p)
{
	size_t n = (size_t)(p - g->buffers) / NETRING_BUFFER;

	return n < g->layout.buffers ? (int64_t)n : -1;
}

/* Buffer n, which exists, goes to the switch. */
static inline void
netring_guest_give(struct netring_guest *g, uint32_t n)
{
	store_relaxed(&g->held[n], (uint8_t)1);
}

/* It has come back; false: the switch did not hold it. */
static inline bool
netring_guest_take(struct netring_guest *g, uint32_t n)
{
	if (unlikely(load_relaxed(&g->held[n]) == 0))
		return false;
	store_relaxed(&g->held[n], (uint8_t)0);
	return true;
}

/*
 * Begins with the region at base, whose layout has been checked.  ERR_NOMEM.
 */
int netring_guest_init(
    struct netring_guest *g, uint8_t *base, const struct netring_layout *l);
void netring_guest_fini(struct netring_guest *g);

/*
 * Resets port number i of the region and gives it its 2 * slots spare buffers:
 * half for sending, half put into rx, for frames to begin at
 * offset (NETRING_META to 512) in them.  Nobody else uses the rings now.
 * ERR_NOMEM.
 */
int netring_guest_port_init(struct netring_guest_port *p,
    struct netring_guest *g, uint32_t i, const uint32_t *spare,
    uint32_t offset);
void netring_guest_port_fini(struct netring_guest_port *p);

/*
 * After the switch has closed the port, while others of the region may go on:
 * the buffers that it left in the rings' slots are p->spare[] again.  Returns
 * how many those are, 2 * slots unless it left nonsense: what is missing stays
 * held until netring_guest_collect().
 */
uint32_t netring_guest_port_end(struct netring_guest_port *p);

/* Frames that no side has, when one of them ends. */
struct netring_lost {
	uint64_t tx;   /* sent and not taken */
	uint64_t rx;   /* received and not yet taken */
	uint64_t full; /* that the switch had no room for in rx */
};

/*
 * The switch has gone, and what it left in the slots means nothing.  Adds what
 * is lost to *lost.  p->spare[] are those it had to send; its other buffers
 * come with netring_guest_collect().
 */
void netring_guest_port_stop(
    struct netring_guest_port *p, struct netring_lost *lost);
/* Then: the same rings from the start, with 2 * slots buffers (as init). */
void netring_guest_port_start(struct netring_guest_port *p, uint32_t i,
    const uint32_t *spare, uint32_t offset);

/*
 * While no port of the region is open: all buffers that the switch held, to
 * out[layout.buffers].  Returns how many.
 */
uint32_t netring_guest_collect(struct netring_guest *g, uint32_t *out);

/* ---- sending ---- */

/*
 * Takes back what the switch has sent, looking at its index when fewer than n
 * slots are free.  Returns the free slots, or ERR_PEER.
 */
int netring_guest_tx_room(struct netring_guest_port *p, uint32_t n);
/* Asks for an event when a quarter of the ring is free. */
int netring_guest_tx_arm(struct netring_guest_port *p);

/*
 * Puts one slot of a frame into the ring, which has room; its buffer is the
 * switch's now.  Returns the spare buffer that the packet gets for it.
 */
static inline uint32_t
netring_guest_tx_put(struct netring_guest_port *p, netring_slot s)
{
	netring_guest_give(p->guest, slot_buffer(s));
	netring_poke(&p->tx, 0, s);
	netring_advance(&p->tx, 1);
	return p->spare[--p->nspare];
}

/*
 * The spare buffer for a frame that is copied; its slot is put with
 * netring_guest_tx_put_own().
 */
static inline uint32_t
netring_guest_tx_spare(const struct netring_guest_port *p)
{
	return p->spare[p->nspare - 1];
}

static inline void
netring_guest_tx_put_own(struct netring_guest_port *p, netring_slot s)
{
	netring_guest_give(p->guest, slot_buffer(s));
	netring_poke(&p->tx, 0, s);
	netring_advance(&p->tx, 1);
	p->nspare--;
}

/* ---- receiving ---- */

/*
 * Frames' slots that wait, or ERR_PEER; looks how many only when it knows of
 * fewer than the max that will be taken.
 */
static inline int
netring_guest_rx_waiting(struct netring_guest_port *p, uint32_t max)
{
	/* For the guest, slots that it has are slots to put buffers into. */
	int have = (int)netring_have(&p->rx);

	if (have < (int)max)
		have = netring_look(&p->rx);
	if (have > 0)
		netring_want_slots(
		    &p->rx, (uint32_t)have < max ? (uint32_t)have : max);
	return have;
}

/*
 * Takes the next slot, whose word has been read and is s, and puts buffer
 * there instead, for a later frame at offset.  0, or ERR_PEER.
 */
static inline int
netring_guest_rx_swap(struct netring_guest_port *p, netring_slot s,
    uint32_t buffer, uint32_t offset)
{
	struct netring_guest *g = p->guest;

	if (unlikely(!slot_valid(s, g->layout.buffers)) ||
	    unlikely(!netring_guest_take(g, slot_buffer(s))))
		return ERR_PEER;
	netring_guest_give(g, buffer);
	netring_poke(&p->rx, 0, slot_make(buffer, 0, offset, 0));
	netring_advance(&p->rx, 1);
	return 0;
}

/* The same for the next slot, of which one waits: its word is *s. */
static inline int
netring_guest_rx_take(struct netring_guest_port *p, uint32_t buffer,
    uint32_t offset, netring_slot *s)
{
	netring_slot w = netring_peek(&p->rx, 0);
	int err = netring_guest_rx_swap(p, w, buffer, offset);

	if (err == 0)
		*s = w;
	return err;
}

#endif
