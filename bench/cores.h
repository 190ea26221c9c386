/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cores.h -- two processors: how far apart they are, and whether we had them.
 *
 * Two virtual processors are near or far, and which they are changes while one
 * looks: each sample is tagged with the round trip of one cache line between
 * them, before and after.  And the machine is shared: a sample counts only for
 * as much as both threads ran.
 */
#ifndef BENCH_CORES_H
#define BENCH_CORES_H

#include <stdint.h>

/* Binds the calling thread; exits when it cannot. */
void cores_pin(int cpu);
/* Nanoseconds of one line's way from a to b and back; pins the caller to a. */
double cores_line_ns(int a, int b);
/* "near", "far" or "moved": by the round trips before and after. */
const char *cores_tag(double before, double after);
/*
 * Nanoseconds that the thread tid of process pid (0: the caller) has waited
 * for a processor that others had (/proc/.../schedstat).
 */
int64_t cores_waited_ns(int pid, int tid);

#endif
