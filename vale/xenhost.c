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

/*
 * Beside the program, as in a build folder; where PREFIX/bin has its neighbour;
 * else where the build was told that it would be installed.
 */
static void *
xenhost_dlopen(void)
{
	static const char *const places[] = { "libvale-xen.so",
		"../lib/clickos/libvale-xen.so" };
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 40);
	const char *named = getenv("VALE_XEN");
	void *object = NULL;
	char *file;

	if (named != NULL)
		return dlopen(named, RTLD_NOW | RTLD_LOCAL);
	path[n > 0 ? n : 0] = '\0';
	file = strrchr(path, '/');
	for (size_t i = 0; file != NULL && object == NULL && i < 2; i++) {
		strcpy(file + 1, places[i]);
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
