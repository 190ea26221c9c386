/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fifo.h -- what all queues have in common: a ring of packets, its counters,
 * its two notifiers, the handlers.  For the elements of the queue family; not
 * an element.
 *
 *	      head                  tail
 *	       v                     v
 *	 ... | taken | p | p | p | p | free | ...      indices run freely, a
 *slot is index & mask
 *
 * One pusher and one puller never wait for each other: the pusher writes tail,
 * the puller head, each in a cache line of its own.  Several pushers take turns
 * by push_lock, several pullers by pull_lock; both locks cost nothing while one
 * thread runs the router.  What moves head from the pushing side (MixedQueue,
 * FrontDropQueue) or the ring (which grows with the length) takes both,
 * push_lock first.
 *
 * The notifiers are kept by every queue; a class shows those that its cast
 * answers to.  A notifier is put to sleep first and the queue looked at again
 * then, so that a push or pull between the two is not slept through; the full
 * fences in fifo_push() and fifo_pull() are the other half of that.
 */
#ifndef ELEMENTS_STANDARD_FIFO_H
#define ELEMENTS_STANDARD_FIFO_H

#include "base/atomic.h"
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/storage.h"

enum {
	FIFO_CAPACITY = 1000, /* when none is given */
	FIFO_SLOTS = 1024,    /* of a new ring; it grows up to the capacity */
	FIFO_PATIENCE = 9, /* failed pulls before the puller is sent to sleep */
};

struct fifo {
	struct storage store;
	struct packet **ring; /* NULL before initialize */
	uint32_t mask;        /* its slots, a power of two, less 1 */
	struct notifier empty, full;

	struct spinlock push_lock CACHE_ALIGNED;
	uint32_t highwater; /* longest so far */
	uint64_t drops;

	struct spinlock pull_lock CACHE_ALIGNED;
	uint32_t sleepiness; /* failed pulls in a row */
};

static inline struct packet **
fifo_slot(const struct fifo *q, uint32_t index)
{
	return &q->ring[index & q->mask];
}

/* The members of an element_class; state is struct fifo. */
int fifo_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
int fifo_initialize(struct element *e, struct errh *errh);
void fifo_cleanup(struct element *e, enum cleanup_stage stage);
void fifo_add_handlers(struct element *e);
int fifo_live_reconfigure(
    struct element *e, const struct strs *conf, struct errh *errh);
bool fifo_hotswap_like(struct element *e, struct element *old);
void fifo_take_state(struct element *e, struct element *old, struct errh *errh);

push_fn fifo_push; /* the newest that do not fit go to output 1 */
pull_fn fifo_pull;

/* Casts of a queue without notifiers, with the empty one, with both. */
void *fifo_cast(struct element *e, const char *name, int port);
void *fifo_cast_empty(struct element *e, const char *name, int port);
void *fifo_cast_both(struct element *e, const char *name, int port);

/* ---- for those that push in their own way ---- */

/* After a push that left size packets: highwater mark and notifiers. */
void fifo_pushed(struct fifo *q, struct thread *t, uint32_t size);
/*
 * A push by store, which runs under both locks and leaves in b what there is
 * no place for: that is refused.
 */
typedef void fifo_store_fn(struct fifo *q, struct batch *b);
void fifo_push_by(struct element *e, struct batch *b, fifo_store_fn *store);
/* Sends those who pull to sleep if it is empty. */
void fifo_rest(struct fifo *q, struct thread *t);
/* Pushes what b still holds to output 1 (or kills it) and counts it. */
void fifo_refuse(struct element *e, struct batch *b);
/* Reads the arguments; *capacity is the default when there is none. */
int fifo_read_capacity(struct element *e, const struct strs *conf,
    uint32_t *capacity, struct errh *errh);
/*
 * Makes the ring long enough for n more packets, as far as capacity and memory
 * allow; both locks are held.  Returns the length at which the queue is full.
 */
uint32_t fifo_make_room(struct fifo *q, uint32_t n);
/* Another capacity; what no longer fits is killed, the newest or oldest. */
void fifo_resize(struct element *e, uint32_t capacity, bool newest);
/* Takes the packets of old, the oldest ones or the newest if not all fit. */
void fifo_take(
    struct element *e, struct element *old, bool newest, struct errh *errh);

#endif
