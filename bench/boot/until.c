/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * until.c [-d DOMAIN] PROGRAM [ARGUMENT]... -- in dom0: runs a program that
 * creates a guest, and prints two numbers of nanoseconds: until it has ended,
 * and until that guest said that its first router runs.
 *
 * Whose router that is is known beforehand, so that one watch is all that is
 * asked for meanwhile: ids follow each other, and an empty domain, made and
 * given back, says which one is the last; or else it is DOMAIN's.  The program
 * begins when dom0 was left alone for a second.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <xenctrl.h>
#include <xenstore.h>

#include "base/steady.h"

enum { WAIT_MS = 60000 };

extern char **environ;

/* The id of the next domain, or 0. */
static uint32_t
until_next(void)
{
	xc_interface *xch = xc_interface_open(NULL, NULL, 0);
	struct xen_domctl_createdomain config = {
		.max_vcpus = 1,
		.max_evtchn_port = 1023,
		.max_grant_frames = 1,
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
	};
	uint32_t domid = 0;

	if (xch == NULL)
		return 0;
	if (xc_domain_create(xch, &domid, &config) == 0)
		xc_domain_destroy(xch, domid++);
	else
		domid = 0;
	xc_interface_close(xch);
	return domid;
}

static int
until_runs(struct xs_handle *xs, const char *path)
{
	char *state = xs_read(xs, XBT_NULL, path, NULL);
	int runs = state != NULL && strcmp(state, "running") == 0;

	free(state);
	return runs;
}

/*
 * Sets at[ENDED] and at[RUNS] by steady_ns() while the program runs, and after
 * it; 0, or -1 if it fails, or the router does not run.
 */
enum { ENDED, RUNS };

static int
until_both(
    struct xs_handle *xs, const char *path, pid_t pid, int64_t at[static 2])
{
	struct pollfd p[] = {
		[ENDED] = { .fd = pidfd_open(pid, 0), .events = POLLIN },
		[RUNS] = { .fd = xs_fileno(xs), .events = POLLIN },
	};
	unsigned int n;
	int64_t now;
	int status;

	if (p[ENDED].fd < 0)
		return -1;
	while (p[ENDED].fd >= 0 || p[RUNS].fd >= 0) {
		if (poll(p, 2, WAIT_MS) <= 0)
			return -1;
		now = steady_ns();
		if (p[RUNS].revents != 0) {
			free(xs_read_watch(xs, &n));
			if (until_runs(xs, path)) {
				at[RUNS] = now;
				p[RUNS].fd = -1;
			}
		}
		if (p[ENDED].revents != 0) {
			if (waitpid(pid, &status, 0) != pid || status != 0)
				return -1;
			at[ENDED] = now;
			p[ENDED].fd = -1;
		}
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct timespec rest = { .tv_sec = 1 };
	struct xs_handle *xs = xs_open(0);
	bool known = argc > 1 && strcmp(argv[1], "-d") == 0;
	int64_t begin, at[2] = { 0 };
	uint32_t domid;
	char path[80];
	unsigned int n;
	pid_t pid;

	if (xs == NULL || argc < (known ? 4 : 2)) {
		fprintf(stderr, "Usage: until [-d DOMAIN] PROGRAM "
		                "[ARGUMENT]..., in dom0\n");
		return 2;
	}
	domid = known ? (uint32_t)strtoul(argv[2], NULL, 10) : until_next();
	argv += known ? 3 : 1;
	snprintf(
	    path, sizeof(path), "/local/domain/%u/data/clickos/0/state", domid);
	if (domid == 0 || !xs_watch(xs, path, "until")) {
		fprintf(stderr, "until: no domain to watch\n");
		return 1;
	}
	free(xs_read_watch(xs, &n)); /* that it is watched */
	nanosleep(&rest, NULL);
	begin = steady_ns();
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    until_both(xs, path, pid, at) != 0) {
		fprintf(stderr,
		    "until: %s failed, or no router of domain %u runs\n",
		    argv[0], domid);
		return 1;
	}
	printf("%lld %lld\n", (long long)(at[ENDED] - begin),
	    (long long)(at[RUNS] - begin));
	return 0;
}
