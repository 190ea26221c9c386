/* SPDX-License-Identifier: BSD-3-Clause */
/* xenhost.c -- where the Xen host's functions come from; see xenhost.h. */
#include "vale/xenhost.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

/* Beside the program, as in a build folder; else where it was installed. */
static void *
xenhost_dlopen(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 32);
	const char *named = getenv("VALE_XEN");
	void *object = NULL;

	if (named != NULL)
		return dlopen(named, RTLD_NOW | RTLD_LOCAL);
	if (n > 0) {
		path[n] = '\0';
		strcpy(strrchr(path, '/') + 1, "libvale-xen.so");
		object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	}
	return object != NULL ? object
	                      : dlopen(VALE_LIBEXEC "/libvale-xen.so",
	                            RTLD_NOW | RTLD_LOCAL);
}

const struct xenhost_ops *
xenhost_load(struct diag *why)
{
	const struct xenhost_ops *ops;
	void *object;

	/* No Xen, no use: spares everybody else the search. */
	if (getenv("VALE_XEN") == NULL &&
	    access("/proc/xen/capabilities", F_OK) != 0 &&
	    access("/dev/xen/gntdev", F_OK) != 0)
		return NULL;
	object = xenhost_dlopen();
	ops = object == NULL ? NULL : dlsym(object, XENHOST_SYMBOL);
	if (ops == NULL)
		(void)diag(why, ERR_NOTFOUND, "xen: %s", dlerror());
	return ops;
}
