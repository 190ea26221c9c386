/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * atomic.h -- shared words by the names of what they mean, over the compiler's
 * __atomic builtins (typed, and free of C11's _Atomic qualifier, so that the
 * same struct can be plain where one thread has it).
 */
#ifndef BASE_ATOMIC_H
#define BASE_ATOMIC_H

#define load_relaxed(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define load_acquire(p)     __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_relaxed(p, x) __atomic_store_n((p), (x), __ATOMIC_RELAXED)
#define store_release(p, x) __atomic_store_n((p), (x), __ATOMIC_RELEASE)
/* Each returns the value before. */
#define fetch_add(p, x) __atomic_fetch_add((p), (x), __ATOMIC_ACQ_REL)
#define fetch_sub(p, x) __atomic_fetch_sub((p), (x), __ATOMIC_ACQ_REL)
#define exchange(p, x)  __atomic_exchange_n((p), (x), __ATOMIC_ACQ_REL)
/* True if *p was *old and is now x; else *old is what it was. */
#define compare_exchange(p, old, x)                                            \
	__atomic_compare_exchange_n(                                           \
	    (p), (old), (x), 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)
#define fence_full() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define cpu_relax()  __builtin_ia32_pause()

/* A lock held for a few instructions; waiting threads spin. */
struct spinlock {
	int locked;
};

static inline void
spin_lock(struct spinlock *l)
{
	while (__atomic_exchange_n(&l->locked, 1, __ATOMIC_ACQUIRE) != 0)
		while (load_relaxed(&l->locked) != 0)
			cpu_relax();
}

static inline void
spin_unlock(struct spinlock *l)
{
	__atomic_store_n(&l->locked, 0, __ATOMIC_RELEASE);
}

#endif
