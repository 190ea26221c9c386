/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SpinlockAcquire(LOCK) -- takes a lock for each packet
 *
 *   in 0       any packets (push or pull)
 *   out 0      the same packets
 *
 *   LOCK       a name that SpinlockInfo has made
 *
 * Other threads wait until every packet has come to a SpinlockRelease of this
 * lock.
 *
 *     SpinlockInfo(l);
 *     FromDevice(0) -> SpinlockAcquire(l) -> c :: Counter -> SpinlockRelease(l)
 *       -> Discard;
 */
#include "elements/threads/named_lock.h"

struct spinlock_acquire {
	struct named_lock *lock;
};

static int
spinlock_acquire_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct spinlock_acquire *s = element_state(e);

	return named_lock_configure(e, conf, &s->lock, errh);
}

static void
spinlock_acquire_action(struct element *e, struct batch *b)
{
	const struct spinlock_acquire *s = element_state(e);

	named_lock_take(s->lock, b->thread, b->count);
}

const struct element_class element_spinlock_acquire = {
	.name = "SpinlockAcquire",
	.ports = "1/1",
	.state_size = sizeof(struct spinlock_acquire),
	.flags = ELEMENT_SHAREABLE,
	.configure = spinlock_acquire_configure,
	.action = spinlock_acquire_action,
};
