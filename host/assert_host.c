/* SPDX-License-Identifier: BSD-3-Clause */
/* assert_host.c -- a failed ASSERT in a process: say so and dump core. */
#include "base/compiler.h"

#include <stdio.h>
#include <stdlib.h>

void
base_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}
