/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * until.c PROGRAM [ARGUMENT]... -- in dom0: runs a program that creates a
 * guest, and prints two numbers of nanoseconds: until it has ended, and until
 * that guest said that its first router runs.
 */
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <xenstore.h>

#include "base/steady.h"

enum { WAIT_MS = 60000 };

extern char **environ;

/* The newest domain: ids rise. */
static unsigned long
until_newest(struct xs_handle *xs)
{
	unsigned int n = 0, i;
	char **names = xs_directory(xs, XBT_NULL, "/local/domain", &n);
	unsigned long id, newest = 0;

	for (i = 0; names != NULL && i < n; i++) {
		id = strtoul(names[i], NULL, 10);
		newest = id > newest ? id : newest;
	}
	free(names);
	return newest;
}

static int
until_runs(struct xs_handle *xs, const char *path)
{
	char *state = xs_read(xs, XBT_NULL, path, NULL);
	int runs = state != NULL && strcmp(state, "running") == 0;

	free(state);
	return runs;
}

/* 0 once that domain's first router runs. */
static int
until_running(struct xs_handle *xs, unsigned long id)
{
	struct pollfd p = { .fd = xs_fileno(xs), .events = POLLIN };
	unsigned int n;
	char path[80];

	snprintf(
	    path, sizeof(path), "/local/domain/%lu/data/clickos/0/state", id);
	if (!xs_watch(xs, path, "until"))
		return -1;
	while (!until_runs(xs, path)) {
		if (poll(&p, 1, WAIT_MS) <= 0)
			return -1;
		free(xs_read_watch(xs, &n));
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct xs_handle *xs = xs_open(0);
	unsigned long before, id;
	int64_t begin, ended;
	int status;
	pid_t pid;

	if (argc < 2 || xs == NULL) {
		fprintf(
		    stderr, "Usage: until PROGRAM [ARGUMENT]..., in dom0\n");
		return 2;
	}
	before = until_newest(xs);
	begin = steady_ns();
	if (posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "until: %s has failed\n", argv[1]);
		return 1;
	}
	ended = steady_ns();
	id = until_newest(xs);
	if (id == before || until_running(xs, id) != 0) {
		fprintf(stderr, "until: no guest says that it runs\n");
		return 1;
	}
	printf("%lld %lld\n", (long long)(ended - begin),
	    (long long)(steady_ns() - begin));
	return 0;
}
