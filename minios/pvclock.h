/* SPDX-License-Identifier: BSD-3-Clause */
/* pvclock.h -- a hypervisor's clock in a page: Xen's and KVM's are the same. */
#ifndef MINIOS_PVCLOCK_H
#define MINIOS_PVCLOCK_H

#include <stdint.h>

/* Xen's struct vcpu_time_info (xen.h), KVM's pvclock_vcpu_time_info. */
struct pvclock {
	uint32_t version, pad0;
	uint64_t tsc_timestamp, system_time;
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift, flags, pad1[2];
};
_Static_assert(sizeof(struct pvclock) == 32, "pvclock");

/* Nanoseconds now, on the clock's own scale. */
uint64_t pvclock_ns(const struct pvclock *p);

#endif
