/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox_limits.c -- what a guest may use of the machine beside memory and
 * processor time, which the control group of its creator limits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "abi/control.h"
#include "base/compiler.h"
#include "base/err.h"
#include "host/sandbox.h"

enum {
	/* A router, its swap, and the control thread. */
	LIMIT_THREADS = 2 * CONTROL_ROUTERS + 8,
	/* An epoll and an event each, a tap or two, and control links. */
	LIMIT_FILES = 1024,
	LIMIT_STACK = 1 << 20,
};

int
sandbox_limits(struct diag *why)
{
	static const struct {
		int what;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_NPROC, LIMIT_THREADS },
		{ RLIMIT_NOFILE, LIMIT_FILES },
		{ RLIMIT_STACK, LIMIT_STACK },
		{ RLIMIT_FSIZE, SANDBOX_LOG_MAX },
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_SIGPENDING, 64 },
	};
	struct rlimit now;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		if (getrlimit(limits[i].what, &now) == 0 &&
		    now.rlim_max < limits[i].value)
			continue; /* it is lower already */
		now.rlim_cur = now.rlim_max = limits[i].value;
		if (setrlimit(limits[i].what, &now) != 0)
			return diag(why, ERR_PERM, "limit %d: %s",
			    limits[i].what, strerror(errno));
	}
	return 0;
}
