/* SPDX-License-Identifier: BSD-3-Clause */
/* libc_gnu.c -- what depends on the C library, with glibc; see host.h. */
#include <execinfo.h>
#include <malloc.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/host.h"

void
backtrace_print(void)
{
	void *frames[64];
	int n = backtrace(frames, ARRAY_SIZE(frames));

	backtrace_symbols_fd(frames, n, STDERR_FILENO);
}

void
heap_is_one(void)
{
	(void)mallopt(M_ARENA_MAX, 1); /* a wish */
}
