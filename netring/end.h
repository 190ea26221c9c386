/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * end.h -- one side's end of one ring: how far we are, how far the other is.
 *
 *	           slots that are ours          the other's
 *	  ...|--------------------------|-------------------------|...
 *	   index                   index + have
 *
 * The algebra is the same for both sides but for the bias: the guest starts
 * with all slots, the switch with none.  An end is used by one thread at a
 * time.  Work on slots is not seen by the other side before netring_publish().
 */
#ifndef NETRING_END_H
#define NETRING_END_H

#include "base/compiler.h"
#include "base/err.h"
#include "netring/slot.h"

struct netring_end {
	netring_slot *slot;
	struct netring_side *own;
	const struct netring_side *peer; /* shared: each field read once */
	uint32_t mask;
	uint32_t bias;   /* slots for the guest, 0 for the switch */
	uint32_t index;  /* ours, as far as we have worked */
	uint32_t seen;   /* the other's, when last looked at */
	uint32_t public; /* ours, as the other knows it */
	uint32_t told;   /* ours, when a wake-up was last considered */
};

/*
 * An end of the ring at r of slots slots, in its initial state: all indices 0.
 * guest says which end.  What lies in shared memory is left alone.
 */
static inline void
netring_end_init(
    struct netring_end *e, struct netring *r, uint32_t slots, bool guest)
{
	e->slot = r->slot;
	e->own = guest ? &r->guest : &r->host;
	e->peer = guest ? &r->host : &r->guest;
	e->mask = slots - 1;
	e->bias = guest ? slots : 0;
	e->index = e->seen = e->public = e->told = 0;
}

/* Slots that are ours, as far as we know. */
static inline uint32_t
netring_have(const struct netring_end *e)
{
	return e->seen + e->bias - e->index;
}

/*
 * Looks how far the other is: the number of slots that are ours now, or
 * ERR_PEER when its index makes no sense.
 */
static inline int
netring_look(struct netring_end *e)
{
	/* Pairs with netring_publish(): its slots are there with its index. */
	uint32_t seen = load_acquire(&e->peer->index);
	uint32_t have = seen + e->bias - e->index;

	if (have > e->mask + 1)
		return ERR_PEER;
	e->seen = seen;
	return (int)have;
}

/* The word of the slot i places after our index. */
static inline netring_slot
netring_peek(const struct netring_end *e, uint32_t i)
{
	return load_relaxed(&e->slot[(e->index + i) & e->mask]);
}

static inline void
netring_poke(struct netring_end *e, uint32_t i, netring_slot s)
{
	store_relaxed(&e->slot[(e->index + i) & e->mask], s);
}

/*
 * Asks for the lines of n slots from index at on, all at once: a line that the
 * other side has costs hundreds of nanoseconds, and stores are made in order.
 */
static inline void
netring_want_slots_at(const struct netring_end *e, uint32_t at, uint32_t n)
{
	for (uint32_t i = 0; n > 0 && i < n + 7; i += 8)
		prefetch_write(&e->slot[(at + i) & e->mask]);
}

/* The same of our next n slots. */
static inline void
netring_want_slots(const struct netring_end *e, uint32_t n)
{
	netring_want_slots_at(e, e->index, n);
}

/* The same of n slots from i places after our index on, to be read only. */
static inline void
netring_expect_slots(const struct netring_end *e, uint32_t i, uint32_t n)
{
	for (uint32_t k = 0; n > 0 && k < n + 7; k += 8)
		prefetch_read(&e->slot[(e->index + i + k) & e->mask]);
}

static inline void
netring_advance(struct netring_end *e, uint32_t n)
{
	e->index += n;
}

/* Shows the other side what we have done. */
static inline void
netring_publish(struct netring_end *e)
{
	if (e->public == e->index)
		return;
	e->public = e->index;
	/* Slots and bytes are there before the index: netring_look(). */
	store_release(&e->own->index, e->index);
}

/*
 * Whether what was published since the last call has passed the index that
 * the other side sleeps at.  A full barrier lies between netring_publish()
 * and this: it orders our index before our look at its wake_at, as its own
 * barrier does its wake_at before its look at our index (netring_arm).
 */
static inline bool
netring_must_wake(struct netring_end *e)
{
	uint32_t new = e->public, old = e->told;

	if (new == old)
		return false;
	e->told = new;
	return new - load_relaxed(&e->peer->wake_at) - 1 < new - old;
}

/*
 * Asks for an event once more than n slots (0: any) beyond those that we know
 * of are ours.  Returns the slots that are ours now or ERR_PEER: more than we
 * knew of means that the event may never come, and we must look again.
 */
static inline int
netring_arm(struct netring_end *e, uint32_t n)
{
	store_relaxed(&e->own->wake_at, e->seen + n);
	fence_full(); /* see netring_must_wake() */
	return netring_look(e);
}

#endif
