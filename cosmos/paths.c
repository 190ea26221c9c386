/* SPDX-License-Identifier: BSD-3-Clause */
/* paths.c -- what is installed with the library; see internal.h. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cosmos/internal.h"

const char *
run_root(void)
{
	const char *root = getenv("CLICKOS_RUN");

	return root != NULL && root[0] != '\0' ? root : "/run/clickos";
}

bool
run_path(const char *file, char *path, size_t size)
{
	int n = snprintf(path, size, "%s/%s", run_root(), file);

	return n > 0 && (size_t)n < size;
}

/* Where the code that runs lies: a shared object, or the program. */
static void
own_path(char path[static PATH_MAX])
{
	Dl_info info;
	ssize_t n;

	if (dladdr((const void *)(uintptr_t)installed_path, &info) != 0 &&
	    info.dli_fname != NULL && strstr(info.dli_fname, ".so") != NULL &&
	    realpath(info.dli_fname, path) != NULL)
		return;
	n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
}

/* A file, and no folder of that name. */
static bool
file_is_there(const char *path, int mode)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, mode) == 0;
}

bool
installed_path(const char *name, int mode, char *path, size_t n)
{
	char own[PATH_MAX], *slash;

	own_path(own);
	slash = strrchr(own, '/');
	if (slash != NULL) {
		*slash = '\0';
		snprintf(path, n, "%s/%s", own, name);
		if (file_is_there(path, mode))
			return true;
		/* PREFIX/bin and PREFIX/lib have the same neighbour. */
		snprintf(path, n, "%s/../lib/clickos/%s", own, name);
		if (file_is_there(path, mode))
			return true;
	}
	snprintf(path, n, CLICKOS_LIBEXEC "/%s", name);
	return file_is_there(path, mode);
}
