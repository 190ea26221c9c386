/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * steady.h -- the clock by which the system's programs measure and wait, in
 * nanoseconds; never steps.  What runs in a guest, too, asks os/os.h.
 */
#ifndef BASE_STEADY_H
#define BASE_STEADY_H

#include <stdint.h>
#include <time.h>

static inline int64_t
steady_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#endif
