/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.h -- the shared ring of Xen's split drivers (xen/io/ring.h), as a
 * frontend uses it: a page with indices, then slots that hold a request until
 * they hold its response.
 *
 *	frontend                                     backend
 *	fills slots from req_prod on       --->      consumes requests
 *	consumes responses                 <---      answers in the same slots
 *
 * Indices are free-running and shared ones are read once: the ring's size
 * bounds every difference, and a larger one is the other side's fault.
 * Events: a side that has caught up stores into req_event/rsp_event the index
 * at which it wants to be told.
 */
#ifndef XEN_RING_H
#define XEN_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/err.h"

/* As it lies in the shared page; slots follow at byte 64. */
struct xen_ring_shared {
	uint32_t req_prod, req_event;
	uint32_t rsp_prod, rsp_event;
	uint8_t pad[48];
};
_Static_assert(sizeof(struct xen_ring_shared) == 64, "ring head");

/* The frontend's end. */
struct xen_ring {
	struct xen_ring_shared *shared;
	uint32_t size;      /* slots, a power of two */
	uint32_t slot_size; /* bytes */
	uint32_t req_prod;  /* ours, perhaps not yet shown */
	uint32_t rsp_cons;
};

/* Slots of a one-page ring: as many as fit, rounded down to a power of two. */
static inline uint32_t
xen_ring_slots(uint32_t slot_size)
{
	uint32_t n = (4096 - sizeof(struct xen_ring_shared)) / slot_size;

	return UINT32_C(1) << (31 - __builtin_clz(n));
}

/* Begins anew on a zeroed page. */
static inline void
xen_ring_init(struct xen_ring *r, void *page, uint32_t slot_size)
{
	r->shared = page;
	r->size = xen_ring_slots(slot_size);
	r->slot_size = slot_size;
	r->req_prod = r->rsp_cons = 0;
	r->shared->req_event = r->shared->rsp_event = 1;
}

static inline void *
xen_ring_slot(const struct xen_ring *r, uint32_t index)
{
	return (char *)(r->shared + 1) +
	       (uint64_t)(index & (r->size - 1)) * r->slot_size;
}

/* Slots that may take a request. */
static inline uint32_t
xen_ring_room(const struct xen_ring *r)
{
	return r->size - (r->req_prod - r->rsp_cons);
}

/* Responses that wait, or ERR_PEER. */
static inline int
xen_ring_waiting(const struct xen_ring *r)
{
	/*
	 * Acquire: the index before the responses that it shows; its partner
	 * is the backend's barrier before it moves rsp_prod.
	 */
	uint32_t prod = load_acquire(&r->shared->rsp_prod);
	uint32_t n = prod - r->rsp_cons;

	return n > r->req_prod - r->rsp_cons ? ERR_PEER : (int)n;
}

/* Shows the requests up to req_prod; true if the backend wants an event. */
static inline bool
xen_ring_push(struct xen_ring *r)
{
	uint32_t old = r->shared->req_prod;

	if (old == r->req_prod)
		return false;
	store_release(&r->shared->req_prod, r->req_prod);
	/*
	 * Our index before its wish; its partner stores the wish before it
	 * looks at our index once more.
	 */
	fence_full();
	return r->req_prod - load_relaxed(&r->shared->req_event) <
	       r->req_prod - old;
}

/*
 * Asks for an event once `ahead` more responses than those consumed have come.
 * True if there are that many now: no event will tell.
 */
static inline bool
xen_ring_arm(struct xen_ring *r, uint32_t ahead)
{
	store_relaxed(&r->shared->rsp_event, r->rsp_cons + ahead);
	/* Our wish before its index, as above. */
	fence_full();
	return load_relaxed(&r->shared->rsp_prod) - r->rsp_cons >= ahead;
}

#endif
