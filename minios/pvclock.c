/* SPDX-License-Identifier: BSD-3-Clause */
/* pvclock.c -- see pvclock.h. */
#include "minios/pvclock.h"

#include "base/atomic.h"
#include "minios/arch.h"

static uint64_t
pvclock_scale(uint64_t ticks, uint32_t mul, int8_t shift)
{
	ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
	return (uint64_t)((unsigned __int128)ticks * mul >> 32);
}

uint64_t
pvclock_ns(const struct pvclock *p)
{
	uint32_t version;
	uint64_t ns;

	/* The version is odd while the host writes, and new after it has. */
	do {
		version = load_acquire(&p->version) & ~1u;
		ns = p->system_time + pvclock_scale(rdtsc() - p->tsc_timestamp,
		                          p->tsc_to_system_mul, p->tsc_shift);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (load_relaxed(&p->version) != version);
	return ns;
}
