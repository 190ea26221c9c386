/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_minios.h -- the kernel under a driver that is tested on the host:
 * memory, console and waiters (fake_minios.c).  A driver's pages are malloc's,
 * so that the sanitizers see every byte beyond them.
 */
#ifndef TEST_FAKE_MINIOS_H
#define TEST_FAKE_MINIOS_H

#include <stdint.h>

#include "base/compiler.h"
#include "os/netdev.h"

struct waiter_source;

/* Pages that pages_alloc() may still give; at first: very many. */
void fake_pages_limit(uint64_t pages);
/* Pages that have not been freed. */
uint64_t fake_pages_used(void);

/* What the console has shown since fake_console_clear(). */
const char *fake_console(void);
void fake_console_clear(void);

/* The kernel's command line; at first empty. */
void fake_cmdline(const char *text);

/* Calls what was posted, as os_wait() does; how many. */
unsigned int fake_deliver(void);

/* How often a device's link has gone or come. */
UNUSED static uint64_t
link_changes(struct netdev *dev)
{
	struct netdev_stats s;

	netdev_stats(dev, &s);
	return s.link_changes;
}

#endif
