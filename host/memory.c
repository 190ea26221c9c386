/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * memory.c -- packet buffers and random bytes for a Linux process.
 *
 * Buffers lie in the region shared with the switch while there is one and it
 * lasts (shared.h), and in memory of our own otherwise.
 *
 * Buffers are written to soon after they were asked for, and a page fault
 * costs twenty times what the page costs in a row: hence MAP_POPULATE.  From
 * HUGE_FROM on large pages are asked for, which must come before the pages.
 */
#define _GNU_SOURCE
#include "os/os.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "host/host.h"
#include "host/shared.h"

enum { PAGE = 4096, HUGE_FROM = 4 << 20 };

static size_t
memory_pages(size_t n)
{
	return (n + PAGE - 1) & ~(size_t)(PAGE - 1);
}

void *
os_buffers_alloc(size_t n)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	void *p;

	if (n == 0 || n > SIZE_MAX - PAGE)
		return NULL;
	p = shared_buffers_alloc(n);
	if (p != NULL)
		return p;
	n = memory_pages(n);
	p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    n < HUGE_FROM ? flags | MAP_POPULATE : flags, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (n >= HUGE_FROM) {
		/* Only wishes: without them the pages come one by one. */
		(void)madvise(p, n, MADV_HUGEPAGE);
		(void)madvise(p, n, MADVISE_POPULATE);
	}
	return p;
}

void
os_buffers_free(void *p, size_t n)
{
	if (p != NULL && !shared_buffers_free(p, n))
		munmap(p, memory_pages(n));
}

void
os_random(void *buf, size_t n)
{
	char *at = buf;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			os_panic("getrandom failed");
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}
