/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SpinlockRelease(LOCK) -- gives a lock back for each packet
 *
 *   in 0       any packets (push or pull)
 *   out 0      the same packets
 *
 *   LOCK       a name that SpinlockInfo has made
 *
 * Undoes one SpinlockAcquire of this lock.
 *
 *     SpinlockInfo(l);
 *     FromDevice(0) -> SpinlockAcquire(l) -> c :: Counter -> SpinlockRelease(l)
 *       -> Discard;
 */
#include "elements/threads/named_lock.h"

struct spinlock_release {
	struct named_lock *lock;
};

static int
spinlock_release_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct spinlock_release *s = element_state(e);

	return named_lock_configure(e, conf, &s->lock, errh);
}

static void
spinlock_release_action(struct element *e, struct batch *b)
{
	const struct spinlock_release *s = element_state(e);

	named_lock_give(s->lock, b->thread, b->count);
}

const struct element_class element_spinlock_release = {
	.name = "SpinlockRelease",
	.ports = "1/1",
	.state_size = sizeof(struct spinlock_release),
	.flags = ELEMENT_SHAREABLE,
	.configure = spinlock_release_configure,
	.action = spinlock_release_action,
};
