/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * clock.h -- time without Xen: KVM's clock page where there is one, else the
 * TSC, calibrated once against the PIT.
 */
#ifndef MINIOS_PVH_CLOCK_H
#define MINIOS_PVH_CLOCK_H

#include <stdint.h>

void clock_init(void);
int64_t clock_steady_ns(void);
int64_t clock_wall_ns(void);

#endif
