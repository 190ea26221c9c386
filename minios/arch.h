/* SPDX-License-Identifier: BSD-3-Clause */
/* arch.h -- x86-64 as the kernel uses it, by the names of what things are. */
#ifndef MINIOS_ARCH_H
#define MINIOS_ARCH_H

#include <stdint.h>

enum {
	PAGE_SHIFT = 12,
	PAGE_SIZE = 1 << PAGE_SHIFT,
};

/* Bits of a page table entry (Intel SDM 3A, 4.5). */
#define PTE_PRESENT UINT64_C(1)
#define PTE_WRITE   UINT64_C(2)
#define PTE_LARGE   UINT64_C(0x80)
#define PTE_NX      (UINT64_C(1) << 63)
#define PTE_FRAME   UINT64_C(0x000ffffffffff000)

enum {
	MSR_FS_BASE = (int)0xc0000100,
	MSR_APIC_BASE = 0x1b,
	RFLAGS_IF = 0x200,
};

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid
cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid c;

	__asm__ volatile("cpuid"
	                 : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx)
	                 : "a"(leaf), "c"(sub));
	return c;
}

static inline uint64_t
rdtsc(void)
{
	return __builtin_ia32_rdtsc();
}

static inline void
wrmsr(uint32_t msr, uint64_t x)
{
	__asm__ volatile("wrmsr"
	                 :
	                 : "c"(msr), "a"((uint32_t)x), "d"((uint32_t)(x >> 32))
	                 : "memory");
}

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t a, d;

	__asm__ volatile("rdmsr" : "=a"(a), "=d"(d) : "c"(msr));
	return (uint64_t)d << 32 | a;
}

static inline uint64_t
read_cr2(void)
{
	uint64_t x;

	__asm__ volatile("mov %%cr2, %0" : "=r"(x));
	return x;
}

static inline uint64_t
read_cr4(void)
{
	uint64_t x;

	__asm__ volatile("mov %%cr4, %0" : "=r"(x));
	return x;
}

static inline void
write_cr4(uint64_t x)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(x) : "memory");
}

static inline uint8_t
inb(uint16_t port)
{
	uint8_t x;

	__asm__ volatile("inb %1, %0" : "=a"(x) : "Nd"(port));
	return x;
}

static inline void
outb(uint16_t port, uint8_t x)
{
	__asm__ volatile("outb %0, %1" : : "a"(x), "Nd"(port));
}

static inline uint32_t
inl(uint16_t port)
{
	uint32_t x;

	__asm__ volatile("inl %1, %0" : "=a"(x) : "Nd"(port));
	return x;
}

static inline void
outl(uint16_t port, uint32_t x)
{
	__asm__ volatile("outl %0, %1" : : "a"(x), "Nd"(port));
}

#endif
