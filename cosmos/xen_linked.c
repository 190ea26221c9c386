/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_linked.c -- the xen platform of the command, which has it linked in: a
 * program that looks for a dozen shared libraries before it begins has lost the
 * time of a create.  xen_load.c is for the library.
 */
#include <unistd.h>

#include "cosmos/xen.h"

const struct platform *
platform_xen(void)
{
	return access("/proc/xen/capabilities", F_OK) == 0 ||
	               access("/dev/xen/privcmd", F_OK) == 0
	           ? &cosmos_platform_xen_1
	           : NULL;
}
