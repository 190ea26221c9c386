/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SpinlockPush(LOCK) -- holds a lock while packets are pushed on
 *
 *   in 0       any packets (push)
 *   out 0      the same packets (push)
 *
 *   LOCK       a name that SpinlockInfo has made
 *
 *     SpinlockInfo(l);
 *     FromDevice(0) -> SpinlockPush(l) -> c :: Counter -> Discard;
 */
#include "elements/threads/named_lock.h"

struct spinlock_push {
	struct named_lock *lock;
};

static int
spinlock_push_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct spinlock_push *s = element_state(e);

	return named_lock_configure(e, conf, &s->lock, errh);
}

static void
spinlock_push_push(struct element *e, unsigned int port, struct batch *b)
{
	const struct spinlock_push *s = element_state(e);
	struct thread *t = b->thread;

	(void)port;
	named_lock_take(s->lock, t, 1);
	output_push(e, 0, b);
	named_lock_give(s->lock, t, 1);
}

const struct element_class element_spinlock_push = {
	.name = "SpinlockPush",
	.ports = "1/1",
	.processing = "h",
	.state_size = sizeof(struct spinlock_push),
	.flags = ELEMENT_SHAREABLE,
	.configure = spinlock_push_configure,
	.push = spinlock_push_push,
};
