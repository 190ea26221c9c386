/* SPDX-License-Identifier: BSD-3-Clause */
/* main.c -- the guest's program. */
#include <stdlib.h>

#include "minios/boot.h"
#include "minios/console.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/pktgen.h"
#include "minios/fiber.h"
#include "minios/xen/xenbus.h"
#include "minios/xen/xen.h"

void
guest_main(void)
{
	struct pages_stats p;

	pages_stats(&p);
	console_printf("clickos on %s, %llu of %llu kB free, '%s'\n",
	    machine->name, (unsigned long long)p.free * 4,
	    (unsigned long long)p.total * 4, boot.cmdline);
	if (xen.shared_info != NULL)
	console_printf("write %d\n", xenbus_write(0, "data/clickos", STR("")));
	if (pktgen_main())
		return;
	for (;;) {
		console_printf("tick %lld\n", (long long)machine->wall_ns());
		fiber_sleep_until(machine->steady_ns() + 1000000000);
	}
}
