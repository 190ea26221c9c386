/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hypercall.h -- calls into Xen, for PV and PVH alike: both have a page of
 * entry stubs of 32 bytes each (xen/include/public/arch-x86/xen-x86_64.h).
 *
 * Each returns what Xen returns: 0 or a count, or a negative Xen errno.
 */
#ifndef MINIOS_XEN_HYPERCALL_H
#define MINIOS_XEN_HYPERCALL_H

#include <stdint.h>

#include "base/compiler.h"
#include "minios/xen/public.h"

/* nr is a constant, so that the call goes straight to its stub. */
ALWAYS_INLINE long
hypercall4(const int nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	register uint64_t r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("call hypercall_page + %c[stub]"
	                 : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10)
	                 : [stub] "i"(nr * 32)
	                 : "memory", "rcx", "r8", "r9", "r11");
	return result;
}

#define POINTER(p) ((uint64_t)(uintptr_t)(p))

static inline long
xen_sched_op(int op, const void *arg)
{
	return hypercall4(
	    __HYPERVISOR_sched_op, (uint64_t)op, POINTER(arg), 0, 0);
}

static inline long
xen_event_op(int op, const void *arg)
{
	return hypercall4(
	    __HYPERVISOR_event_channel_op, (uint64_t)op, POINTER(arg), 0, 0);
}

static inline long
xen_memory_op(int op, const void *arg)
{
	return hypercall4(
	    __HYPERVISOR_memory_op, (uint64_t)op, POINTER(arg), 0, 0);
}

static inline long
xen_grant_op(int op, const void *arg, unsigned int count)
{
	return hypercall4(
	    __HYPERVISOR_grant_table_op, (uint64_t)op, POINTER(arg), count, 0);
}

static inline long
xen_vcpu_op(int op, const void *arg)
{
	return hypercall4(
	    __HYPERVISOR_vcpu_op, (uint64_t)op, 0, POINTER(arg), 0);
}

static inline long
xen_hvm_op(int op, const void *arg)
{
	return hypercall4(
	    __HYPERVISOR_hvm_op, (uint64_t)op, POINTER(arg), 0, 0);
}

/* An event at this time of Xen's clock; 0: none. */
static inline long
xen_set_timer(uint64_t deadline_ns)
{
	return hypercall4(__HYPERVISOR_set_timer_op, deadline_ns, 0, 0, 0);
}

#endif
