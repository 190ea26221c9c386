/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cpu.h -- what the processor that we run on can do beyond plain x86-64.
 *
 * Asked once, when a table is made that has a vector version: a feature counts
 * only if the surroundings save its registers, too (Intel SDM 1, 13.3 and
 * 14.3), so the same test holds in a process and in a guest whose kernel has
 * not switched the wide registers on.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdint.h>

enum cpu_feature {
	CPU_SSSE3 = 1,
	CPU_AVX2 = 2,
	CPU_POPCNT = 4,
	CPU_AVX512F = 8,
};

/* The features, a bit each. */
unsigned int cpu_features(void);

#endif
