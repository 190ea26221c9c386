/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * locked.h -- for elements that several threads run and whose state is behind
 * one lock: nobody is pushed to while it is held, so that whatever is pushed
 * may come back to the element.
 *
 *	batch_route_locked(e, b, &s->lock, my_enter, my_one, &s->outbox, 0);
 *
 * in push; my_one puts packets that it makes itself into the outbox, which goes
 * out of port 0 once the lock is free.  Timers and write handlers, which may
 * make packets too, do as locked_leave() says.
 */
#ifndef CLICK_LOCKED_H
#define CLICK_LOCKED_H

#include "click/element.h"

/* Packets that an element has made while it held its lock. */
struct outbox {
	struct packet *first, *last;
};

/* The lock is held.  p may be NULL. */
static inline void
outbox_put(struct outbox *o, struct packet *p)
{
	if (p == NULL)
		return;
	p->next = NULL;
	if (o->first == NULL)
		o->first = p;
	else
		o->last->next = p;
	o->last = p;
}

/* Kills what is left in it. */
static inline void
outbox_fini(struct outbox *o, struct thread *t)
{
	struct packet *p = o->first, *next;

	for (o->first = NULL; p != NULL; p = next) {
		next = p->next;
		packet_kill(t, p);
	}
}

/* Frees the lock, then pushes what is in o out of port, one by one. */
static inline void
locked_leave(struct element *e, struct thread *t, struct spinlock *lock,
    struct outbox *o, unsigned int port)
{
	struct packet *p = o->first, *next;

	o->first = NULL;
	thread_unlock(t, lock);
	for (; unlikely(p != NULL); p = next) {
		next = p->next;
		output_push_one_checked(e, port, t, p);
	}
}

typedef void enter_fn(struct element *e, struct thread *t);

/*
 * batch_route_all() with enter and then one called while lock is held; what
 * they made goes out of port before the packets of the batch do.
 */
ALWAYS_INLINE void
batch_route_locked(struct element *e, struct batch *b, struct spinlock *lock,
    enter_fn *enter, route_fn *one, struct outbox *o, unsigned int port)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	int16_t differ = 0;

	thread_lock(t, lock);
	enter(e, t);
	for (uint32_t i = 0; i < b->count; i++) {
		ports[i] = (int16_t)one(e, t, &b->packet[i]);
		differ |= (int16_t)(ports[i] ^ ports[0]);
	}
	locked_leave(e, t, lock, o, port);
	if (likely(differ == 0 && ports[0] >= 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

#endif
