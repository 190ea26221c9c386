/* SPDX-License-Identifier: BSD-3-Clause */
/* xen.c -- see xen.h. */
#include "minios/xen/xen.h"

#include "minios/xen/clock.h"
#include "minios/xen/console.h"
#include "minios/xen/event.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/netfront.h"
#include "minios/xen/xenbus.h"

struct xen xen;

void
xen_start(void)
{
	xen_clock_count();
	event_init();
	xen_console_init();
	xenbus_init();
	netfront_init();
}

void
xen_end(enum machine_end how)
{
	static const unsigned int reasons[] = {
		[MACHINE_POWEROFF] = SHUTDOWN_poweroff,
		[MACHINE_REBOOT] = SHUTDOWN_reboot,
		[MACHINE_CRASH] = SHUTDOWN_crash,
	};
	struct sched_shutdown shutdown = { .reason = reasons[how] };

	xen_console_flush();
	for (;;)
		xen_sched_op(SCHEDOP_shutdown, &shutdown);
}
