/* SPDX-License-Identifier: BSD-3-Clause */
/* selftest_none.c -- no self test: in images made for one configuration. */
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/pvh/pvh.h"
#include "minios/selftest.h"
#include "minios/xen/xen.h"

bool
selftest_main(void)
{
	struct str name;

	if (!cmdline_get("selftest", &name))
		return false;
	console_printf("selftest: only the image of all elements has it\n");
	return true;
}

/* The machines' parts (machine_ops.selftest), which nobody calls. */

void
xen_selftest(void)
{
}

void
pvh_selftest(void)
{
}

void
pvh_xen_selftest(void)
{
}
