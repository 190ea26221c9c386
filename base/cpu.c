/* SPDX-License-Identifier: BSD-3-Clause */
/* cpu.c -- the processor's features, by CPUID; see cpu.h. */
#include "base/cpu.h"

#include <cpuid.h>

/* Low half of XCR0: the register sets that are saved and restored. */
static uint32_t
cpu_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

unsigned int
cpu_features(void)
{
	const uint32_t ymm = 0x6, zmm = 0xe6; /* XCR0: the states they need */
	unsigned int a, b, c, d, found = 0;
	uint32_t saved;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0)
		return 0;
	if ((c & bit_SSSE3) != 0)
		found |= CPU_SSSE3;
	if ((c & bit_POPCNT) != 0)
		found |= CPU_POPCNT;
	if ((c & bit_OSXSAVE) == 0 ||
	    __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0)
		return found;
	saved = cpu_xcr0();
	if ((saved & ymm) == ymm && (b & bit_AVX2) != 0)
		found |= CPU_AVX2;
	if ((saved & zmm) == zmm && (b & bit_AVX512F) != 0)
		found |= CPU_AVX512F;
	return found;
}
