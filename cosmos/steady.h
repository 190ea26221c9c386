/* SPDX-License-Identifier: BSD-3-Clause */
/* steady.h -- the clock by which cosmos measures and waits; never steps. */
#ifndef COSMOS_STEADY_H
#define COSMOS_STEADY_H

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
