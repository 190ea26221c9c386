/* SPDX-License-Identifier: BSD-3-Clause */
/* clock.c -- see clock.h. */
#include "minios/pvh/clock.h"

#include <stdbool.h>

#include "minios/arch.h"
#include "minios/pvclock.h"
#include "minios/pvh/apic.h"
#include "minios/pvh/rtc.h"

enum {
	NS = 1000000000,
	/* Channel 0 of the PIT (Intel 8254): no machine is without it, while
	 * the gate of channel 2 is missing in a microvm. */
	PIT_HZ = 1193182,
	PIT_WINDOW = PIT_HZ / 200, /* 5 ms */
	PIT_DATA = 0x40,
	PIT_COMMAND = 0x43,
	PIT_COUNT_DOWN = 0x30,
	PIT_LATCH = 0,
	PATIENCE = 1000000,
	/* KVM: Documentation/virt/kvm/x86/msr.rst */
	KVM_LEAF = 0x40000000,
	KVM_CLOCK = 8,
	KVM_MSR_CLOCK = 0x4b564d01,
	KVM_WINDOW_NS = 1000000,
};

static struct {
	struct pvclock kvm __attribute__((aligned(64)));
	bool has_kvm;
	uint64_t tsc_base;
	uint64_t ns_per_tick; /* 32.32 fixed point */
	int64_t wall_base_ns; /* wall clock minus steady clock */
} clock;

static uint16_t
clock_pit(void)
{
	uint8_t low;

	outb(PIT_COMMAND, PIT_LATCH);
	low = inb(PIT_DATA);
	return (uint16_t)(inb(PIT_DATA) << 8 | low);
}

/* Nanoseconds that it takes the PIT to make a window's ticks, or more. */
static uint64_t
clock_wait_pit(void)
{
	uint16_t start, ticks = 0;
	int i;

	outb(PIT_COMMAND, PIT_COUNT_DOWN);
	outb(PIT_DATA, 0xff);
	outb(PIT_DATA, 0xff);
	start = clock_pit();
	for (i = 0; i < PATIENCE && ticks < PIT_WINDOW; i++)
		ticks = (uint16_t)(start - clock_pit());
	return (uint64_t)ticks * NS / PIT_HZ;
}

static uint64_t
clock_wait_kvm(void)
{
	uint64_t start = pvclock_ns(&clock.kvm), ns = 0;

	while (ns < KVM_WINDOW_NS)
		ns = pvclock_ns(&clock.kvm) - start;
	return ns;
}

static bool
clock_find_kvm(void)
{
	struct cpuid c = cpuid(KVM_LEAF, 0);

	if (c.ebx != 0x4b4d564b || c.ecx != 0x564b4d56 || c.edx != 0x4d)
		return false; /* not "KVMKVMKVM" */
	if ((cpuid(KVM_LEAF + 1, 0).eax & KVM_CLOCK) == 0)
		return false;
	wrmsr(KVM_MSR_CLOCK, (uintptr_t)&clock.kvm | 1);
	return true;
}

void
clock_init(void)
{
	uint64_t tsc, apic, ns;

	clock.has_kvm = clock_find_kvm();
	apic_count_start();
	tsc = rdtsc();
	ns = clock.has_kvm ? clock_wait_kvm() : clock_wait_pit();
	tsc = rdtsc() - tsc;
	apic = apic_count();
	apic_set_rate(apic * NS / (ns + 1));
	clock.ns_per_tick = (ns << 32) / (tsc + 1);
	clock.tsc_base = rdtsc();
	clock.wall_base_ns = rtc_seconds() * NS - clock_steady_ns();
}

int64_t
clock_steady_ns(void)
{
	uint64_t ticks;

	if (clock.has_kvm)
		return (int64_t)pvclock_ns(&clock.kvm);
	ticks = rdtsc() - clock.tsc_base;
	return (int64_t)((unsigned __int128)ticks * clock.ns_per_tick >> 32);
}

int64_t
clock_wall_ns(void)
{
	return clock.wall_base_ns + clock_steady_ns();
}
