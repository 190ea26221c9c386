/* SPDX-License-Identifier: BSD-3-Clause */
/* xen_load.c -- where the xen platform comes from; see internal.h. */
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "cosmos/internal.h"

static void *
xen_open(void)
{
	char path[PATH_MAX];
	const char *named = getenv("COSMOS_XEN");

	if (named == NULL &&
	    installed_path("libcosmos-xen.so", R_OK, path, sizeof(path)))
		named = path;
	return named != NULL ? dlopen(named, RTLD_NOW | RTLD_LOCAL) : NULL;
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
