/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libc.c -- the floor under musl's archive: what its functions call where they
 * would enter a kernel.  malloc and its family are in heap.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

static int libc_errno;

int *
__errno_location(void)
{
	return &libc_errno;
}

/* musl's own name for it inside the archive. */
int *___errno_location(void) __attribute__((alias("__errno_location"), const));

/*
 * printf's %m and %ls, which nobody uses: musl's would bring a page of messages
 * and its locales along.
 */
char *
strerror(int e)
{
	static char none[] = "";

	(void)e;
	return none;
}

int
wctomb(char *to, wchar_t c)
{
	(void)to;
	(void)c;
	return -1;
}

void
abort(void)
{
	os_panic("abort");
}
