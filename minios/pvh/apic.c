/* SPDX-License-Identifier: BSD-3-Clause */
/* apic.c -- see apic.h; registers: Intel SDM 3A, 11.4 and 11.5. */
#include "minios/pvh/apic.h"

#include "minios/pvh/pvh.h"

enum {
	APIC_SPURIOUS = 0xf0,
	APIC_ENABLE = 0x100,
	APIC_TIMER = 0x320,
	APIC_MASKED = 0x10000,
	APIC_INITIAL = 0x380,
	APIC_CURRENT = 0x390,
	APIC_DIVIDE = 0x3e0,
	APIC_DIVIDE_1 = 0xb,
	NS = 1000000000,
};

static uint64_t apic_rate;

static volatile uint32_t *
apic(uint32_t reg)
{
	return (volatile uint32_t *)(UINT64_C(0xfee00000) + reg);
}

void
apic_init(void)
{
	*apic(APIC_SPURIOUS) = APIC_ENABLE | PVH_VECTOR_SPURIOUS;
	*apic(APIC_DIVIDE) = APIC_DIVIDE_1;
	*apic(APIC_TIMER) = APIC_MASKED;
}

void
apic_count_start(void)
{
	*apic(APIC_INITIAL) = UINT32_MAX;
}

uint32_t
apic_count(void)
{
	return UINT32_MAX - *apic(APIC_CURRENT);
}

void
apic_set_rate(uint64_t ticks_per_second)
{
	apic_rate = ticks_per_second;
	*apic(APIC_TIMER) = PVH_VECTOR_APIC;
}

void
apic_timer(int64_t ns)
{
	uint64_t ticks;

	if (ns > NS)
		ns = NS; /* fits into the counter at 4 GHz; we look again */
	ticks = (uint64_t)ns * apic_rate / NS + 1;
	*apic(APIC_INITIAL) = ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}
