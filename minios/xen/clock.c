/* SPDX-License-Identifier: BSD-3-Clause */
/* clock.c -- see clock.h. */
#include "minios/xen/clock.h"

#include "base/atomic.h"
#include "minios/pvclock.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"
#include <xen/vcpu.h>

enum { NS = 1000000000 };

/* Written by Xen whenever it takes the processor away or gives it back. */
static struct vcpu_runstate_info runstate;

/* Added to Xen's time; changed when a resume would let ours step. */
static struct {
	int64_t offset_ns, suspended_ns;
} clock;

/* Nanoseconds of Xen's system time. */
static int64_t
xen_clock_ns(void)
{
	return (int64_t)pvclock_ns(
	    (const struct pvclock *)(const void *)&xen_vcpu_info()->time);
}

int64_t
xen_clock_steady_ns(void)
{
	return xen_clock_ns() + clock.offset_ns;
}

int64_t
xen_clock_wall_ns(void)
{
	const struct shared_info *s = xen.shared_info;
	uint32_t version;
	int64_t base;

	do {
		version = load_acquire(&s->wc_version) & ~1u;
		base =
		    (int64_t)((uint64_t)s->wc_sec_hi << 32 | s->wc_sec) * NS +
		    s->wc_nsec;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (load_relaxed(&s->wc_version) != version);
	return base + xen_clock_ns();
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
xen_clock_count(void)
{
	struct vcpu_register_runstate_memory_area area = {
		.addr.v = (struct vcpu_runstate_info *)&runstate,
	};

	/* Where it does not, all time is ours. */
	(void)xen_vcpu_op(VCPUOP_register_runstate_memory_area, &area);
}

int64_t
xen_clock_run_ns(void)
{
	const volatile struct vcpu_runstate_info *r = &runstate;
	uint64_t entered, ran;
	int64_t now;

	do {
		entered = r->state_entry_time;
		ran = r->time[RUNSTATE_running];
		now = xen_clock_ns();
	} while (entered != r->state_entry_time);
	return (int64_t)(ran + (uint64_t)now - entered);
}

void
xen_clock_suspend(void)
{
	clock.suspended_ns = xen_clock_steady_ns();
}

void
xen_clock_resume(void)
{
	xen_clock_count();
	clock.offset_ns += clock.suspended_ns - xen_clock_steady_ns();
}
