/* SPDX-License-Identifier: BSD-3-Clause */
/* xen.h -- what the entry code learned from Xen, and the end of the guest. */
#ifndef MINIOS_XEN_XEN_H
#define MINIOS_XEN_XEN_H

#include <stdint.h>

#include "minios/machine.h"
#include "minios/xen/public.h"

struct xen {
	struct shared_info *shared_info;
	uint64_t console_page, store_page; /* addresses */
	uint32_t console_port, store_port;
};

extern struct xen xen;

static inline struct vcpu_info *
xen_vcpu_info(void)
{
	return &xen.shared_info->vcpu_info[0];
}

/* Binds timer, console and store. */
void xen_start(void);

/*
 * The fiber that obeys control/shutdown: poweroff, halt, reboot, suspend
 * (xen's docs/misc/xenstore-paths).
 */
void shutdown_init(void);

/* See struct machine_ops (store.c, selftest.c). */
struct store *xen_store(struct os_waiter *w);
void xen_selftest(void);

NORETURN void xen_end(enum machine_end how);

#endif
