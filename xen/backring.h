/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * backring.h -- the backend's end of a shared ring (ring.h has the picture):
 * consumes requests, answers in the same slots, in order.
 */
#ifndef XEN_BACKRING_H
#define XEN_BACKRING_H

#include <string.h>

#include "xen/ring.h"

struct xen_backring {
	struct xen_ring_shared *shared;
	uint32_t size;      /* slots, a power of two */
	uint32_t slot_size; /* bytes */
	uint32_t req_cons;
	uint32_t rsp_prod; /* ours, perhaps not yet shown */
	uint32_t shown;    /* as the frontend knows it */
	uint32_t told;     /* when an event was last considered */
};

/*
 * Begins where the last backend stopped: behind the last answer that was
 * shown (0 on a new ring).  ERR_PEER: its indices make no sense.
 */
static inline int
xen_backring_init(struct xen_backring *r, void *page, uint32_t slot_size)
{
	r->shared = page;
	r->size = xen_ring_slots(slot_size);
	r->slot_size = slot_size;
	r->req_cons = r->rsp_prod = r->shown = r->told =
	    load_relaxed(&r->shared->rsp_prod);
	return load_acquire(&r->shared->req_prod) - r->req_cons > r->size
	           ? ERR_PEER
	           : 0;
}

static inline void *
xen_backring_slot(const struct xen_backring *r, uint32_t index)
{
	return (char *)(r->shared + 1) +
	       (uint64_t)(index & (r->size - 1)) * r->slot_size;
}

/* Requests that wait, or ERR_PEER. */
static inline int
xen_backring_waiting(const struct xen_backring *r)
{
	/* Acquire: the index before the requests; xen_ring_push() releases. */
	uint32_t n = load_acquire(&r->shared->req_prod) - r->req_cons;

	return n > r->size - (r->req_cons - r->rsp_prod) ? ERR_PEER : (int)n;
}

/* Shows the answers up to rsp_prod. */
static inline void
xen_backring_show(struct xen_backring *r)
{
	r->shown = r->rsp_prod;
	store_release(&r->shared->rsp_prod, r->rsp_prod);
}

/*
 * Whether the frontend wants an event for what was shown since the last call.
 * A full barrier lies between xen_backring_show() and this; its partner is
 * xen_ring_arm()'s.
 */
static inline bool
xen_backring_must_wake(struct xen_backring *r)
{
	uint32_t new = r->shown, old = r->told;

	if (new == old)
		return false;
	r->told = new;
	return new - load_relaxed(&r->shared->rsp_event) < new - old;
}

/* Asks for an event at the next request after `seen`; true: it is there. */
static inline bool
xen_backring_arm(struct xen_backring *r, uint32_t seen)
{
	store_relaxed(&r->shared->req_event, seen + 1);
	fence_full(); /* our wish before its index: xen_ring_push() */
	return load_relaxed(&r->shared->req_prod) != seen;
}

#endif
