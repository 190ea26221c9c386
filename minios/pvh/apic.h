/* SPDX-License-Identifier: BSD-3-Clause */
/* apic.h -- the processor's own interrupt controller and its timer. */
#ifndef MINIOS_PVH_APIC_H
#define MINIOS_PVH_APIC_H

#include <stdint.h>

void apic_init(void);

/* Ticks the timer makes while the clock is calibrated. */
void apic_count_start(void);
uint32_t apic_count(void);
void apic_set_rate(uint64_t ticks_per_second);

/* One interrupt in at least ns nanoseconds (or earlier: the wait is long). */
void apic_timer(int64_t ns);

#endif
