/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * start.c N PROGRAM [ARGUMENT]... -- starts a program N times and prints, a
 * line each, the nanoseconds until it says its first byte, or ends without;
 * its page faults until its end; and the processes and threads that began
 * meanwhile.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/steady.h"
#include "bench/boot/counts.h"

extern char **environ;

/* Nanoseconds, or -1. */
static int64_t
start_once(char **argv, struct rusage *used)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status;
	int64_t begin, end;
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	begin = steady_ns();
	if (posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		return -1;
	close(ends[1]);
	status = read(ends[0], &byte, 1) < 0;
	end = steady_ns();
	close(ends[0]);
	kill(pid, SIGTERM);
	wait4(pid, NULL, 0, used);
	posix_spawn_file_actions_destroy(&actions);
	return status == 0 ? end - begin : -1;
}

int
main(int argc, char **argv)
{
	struct rusage used;
	uint64_t forks;
	int64_t ns;
	int i, n = argc > 2 ? atoi(argv[1]) : 0;

	if (n < 1) {
		fprintf(stderr, "Usage: start N PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	for (i = 0; i < n; i++) {
		forks = counts_forks();
		ns = start_once(argv + 2, &used);
		if (ns < 0) {
			perror(argv[2]);
			return 1;
		}
		printf("%" PRId64 " %ld %" PRIu64 "\n", ns, used.ru_minflt,
		    counts_forks() - forks);
	}
	return 0;
}
