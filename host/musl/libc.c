/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libc.c -- what depends on the C library, with musl (host.h); and what
 * nettle's archive, which was built for a hardened glibc, wants beyond musl's:
 * its choice of code for this processor can be traced, and is not.
 */
#include "host/host.h"

/* It cannot be known without the tables that are not in this program. */
void
backtrace_print(void)
{
}

/* heap.c is. */
void
heap_is_one(void)
{
}
