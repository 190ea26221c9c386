/* SPDX-License-Identifier: BSD-3-Clause */
/* cycles.h -- the processor's own clock, for measuring only. */
#ifndef BASE_CYCLES_H
#define BASE_CYCLES_H

#include <stdint.h>

/* Time stamp counter, not serialising. */
static inline uint64_t
cycles_now(void)
{
	return __builtin_ia32_rdtsc();
}

#endif
