/* SPDX-License-Identifier: BSD-3-Clause */
/* assert.c -- a broken promise of ours ends the program that uses us. */
#include <stdio.h>
#include <stdlib.h>

#include "base/compiler.h"

void
base_assert_failed(const char *what, const char *file, int line)
{
	fprintf(stderr, "cosmos: %s:%d: %s\n", file, line, what);
	abort();
}
