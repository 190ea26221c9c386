/* SPDX-License-Identifier: BSD-3-Clause */
/* clock.c -- os.h's clocks for a Linux process. */
#include "os/os.h"

#include <time.h>

static int64_t
clock_read(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
os_steady_ns(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int64_t
os_wall_ns(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t
os_cpu_ns(void)
{
	return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}
