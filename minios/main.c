/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main.c -- the guest's program: the control thread and its routers, unless
 * the command line asks for pkt-gen or a self test.
 */
#include "minios/boot.h"
#include "minios/console.h"
#include "minios/control.h"
#include "minios/pages.h"
#include "minios/pktgen.h"
#include "minios/selftest.h"

void
guest_main(void)
{
	struct pages_stats p;

	pages_stats(&p);
	console_printf("clickos on %s, %llu of %llu kB free\n", machine->name,
	    (unsigned long long)p.free * 4, (unsigned long long)p.total * 4);
	if (pktgen_main() || selftest_main())
		return;
	control_main();
}
