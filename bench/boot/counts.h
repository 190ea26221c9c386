/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * counts.h -- page faults, and processes and threads begun: both are dear.
 */
#ifndef BENCH_BOOT_COUNTS_H
#define BENCH_BOOT_COUNTS_H

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Processes and threads that this machine has begun; proc_stat(5). */
static inline uint64_t
counts_forks(void)
{
	FILE *f = fopen("/proc/stat", "re");
	uint64_t n = 0;
	char line[4096];

	while (f != NULL && n == 0 && fgets(line, sizeof(line), f) != NULL)
		(void)!sscanf(line, "processes %" SCNu64, &n);
	if (f != NULL)
		fclose(f);
	return n;
}

/* Of a process that runs, since it was cloned; proc_pid_stat(5). */
static inline uint64_t
counts_faults(pid_t pid)
{
	char path[64];
	uint64_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f != NULL &&
	    fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %" SCNu64,
	        &n) != 1)
		n = 0;
	if (f != NULL)
		fclose(f);
	return n;
}

/* Our own. */
static inline uint64_t
counts_own_faults(void)
{
	struct rusage r;

	return getrusage(RUSAGE_SELF, &r) == 0 ? (uint64_t)r.ru_minflt : 0;
}

#endif
