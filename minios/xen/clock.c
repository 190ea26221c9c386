/* SPDX-License-Identifier: BSD-3-Clause */
/* clock.c -- see clock.h. */
#include "minios/xen/clock.h"

#include "base/atomic.h"
#include "minios/arch.h"
#include "minios/xen/xen.h"

enum { NS = 1000000000 };

/* Added to Xen's time; changed when a resume would let ours step. */
static struct {
	int64_t offset_ns, suspended_ns;
} clock;

static uint64_t
pvclock_scale(uint64_t ticks, uint32_t mul, int8_t shift)
{
	ticks = shift >= 0 ? ticks << shift : ticks >> -shift;
	return (uint64_t)((unsigned __int128)ticks * mul >> 32);
}

uint64_t
pvclock_ns(const struct vcpu_time_info *t)
{
	uint32_t version;
	uint64_t ns;

	/* The version is odd while Xen writes, and new after it has. */
	do {
		version = load_acquire(&t->version) & ~1u;
		ns = t->system_time +
		     pvclock_scale(rdtsc() - t->tsc_timestamp,
			 t->tsc_to_system_mul, t->tsc_shift);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (load_relaxed(&t->version) != version);
	return ns;
}

int64_t
xen_clock_steady_ns(void)
{
	return (int64_t)pvclock_ns(&xen_vcpu_info()->time) + clock.offset_ns;
}

int64_t
xen_clock_wall_ns(void)
{
	const struct shared_info *s = xen.shared_info;
	uint32_t version;
	int64_t base;

	do {
		version = load_acquire(&s->wc_version) & ~1u;
		base = (int64_t)((uint64_t)s->wc_sec_hi << 32 | s->wc_sec) * NS +
		       s->wc_nsec;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (load_relaxed(&s->wc_version) != version);
	return base + (int64_t)pvclock_ns(&xen_vcpu_info()->time);
}

uint64_t
xen_clock_deadline(int64_t deadline_ns)
{
	if (deadline_ns == INT64_MAX)
		return 0;
	deadline_ns -= clock.offset_ns;
	return deadline_ns < 1 ? 1 : (uint64_t)deadline_ns;
}

void
xen_clock_suspend(void)
{
	clock.suspended_ns = xen_clock_steady_ns();
}

void
xen_clock_resume(void)
{
	clock.offset_ns += clock.suspended_ns - xen_clock_steady_ns();
}
