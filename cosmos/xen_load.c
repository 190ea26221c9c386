/* SPDX-License-Identifier: BSD-3-Clause */
/* xen_load.c -- where the xen platform comes from; see internal.h. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/internal.h"

/* Beside the program, as in a build folder; else where it was installed. */
static void *
xen_open(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	const char *named = getenv("COSMOS_XEN");
	void *object = NULL;

	if (named != NULL)
		return dlopen(named, RTLD_NOW | RTLD_LOCAL);
	if (n > 0) {
		path[n] = '\0';
		strcpy(strrchr(path, '/') + 1, "libcosmos-xen.so");
		object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	return object != NULL ? object
	                      : dlopen(CLICKOS_LIBEXEC "/libcosmos-xen.so",
	                            RTLD_NOW | RTLD_LOCAL);
}

const struct platform *
platform_xen(void)
{
	static const struct platform *loaded;
	static bool tried;
	void *object;

	if (tried)
		return loaded;
	tried = true;
	/* No Xen, no use: spares everybody else the search. */
	if (access("/proc/xen/capabilities", F_OK) != 0 &&
	    access("/dev/xen/privcmd", F_OK) != 0)
		return NULL;
	object = xen_open();
	if (object != NULL)
		loaded = dlsym(object, "cosmos_platform_xen_1");
	return loaded;
}
