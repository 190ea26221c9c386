/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * named_lock.h -- locks with names, which SpinlockInfo makes and the other
 * Spinlock elements take and give back; not an element.
 *
 * A thread may take a lock that it holds already; it gives it back as often.
 * Taking for a batch is taking once a packet, so that packets of one batch may
 * come to the giving back in several.
 */
#ifndef ELEMENTS_THREADS_NAMED_LOCK_H
#define ELEMENTS_THREADS_NAMED_LOCK_H

#include "click/element.h"

struct named_lock {
	struct named_lock *next; /* of the router's */
	struct str context;      /* "d/e/" or "": where the name is known */
	struct str name;         /* owned */
	struct thread *holder;   /* atomic; NULL: free */
	uint32_t depth;          /* the holder's */
};

/* Makes it known in e's compound under name, a copy.  ERR_NOMEM. */
int named_lock_init(struct named_lock *l, struct element *e, struct str name);
void named_lock_fini(struct named_lock *l);

/* The argument LOCK: finds the lock, innermost compound first. */
int named_lock_configure(struct element *e, const struct strs *conf,
    struct named_lock **l, struct errh *errh);

/* n more times; waits while another thread holds it. */
static inline void
named_lock_take(struct named_lock *l, struct thread *t, uint32_t n)
{
	struct thread *holder = NULL;

	if (load_relaxed(&l->holder) != t) {
		while (!compare_exchange(&l->holder, &holder, t)) {
			holder = NULL;
			cpu_relax();
			thread_give_way(t);
		}
	}
	l->depth += n;
}

/* n times; what t does not hold stays as it is. */
static inline void
named_lock_give(struct named_lock *l, struct thread *t, uint32_t n)
{
	if (load_relaxed(&l->holder) != t)
		return;
	l->depth -= n < l->depth ? n : l->depth;
	if (l->depth == 0)
		store_release(&l->holder, NULL);
}

#endif
