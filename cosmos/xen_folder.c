/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_folder.c -- what is kept of a guest under Xen in files: XenStore has no
 * room for configurations.  run_path("xen/NAME") has "spec", "kept/" (keep.c)
 * and "domid"; "xen/.making.DOMID" is locked by whoever makes that domain, and
 * "xen/.names" by who gives a name.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cosmos/xen.h"

static bool
folder_path(const char *name, char path[static PATH_MAX])
{
	char below[COSMOS_NAME_MAX + 8];

	snprintf(below, sizeof(below), "xen/%s", name);
	return run_path(below, path, PATH_MAX);
}

int
xen_folder_open(const char *name)
{
	char path[PATH_MAX];

	return folder_path(name, path)
	           ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
	           : -1;
}

static bool
folder_mkdir(const char *name)
{
	char path[PATH_MAX];

	if (!folder_path(name, path))
		return false;
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	if (errno != ENOENT)
		return false;
	(void)mkdir(run_root(), 0755); /* the last mkdir tells */
	if (folder_path("", path))
		(void)mkdir(path, 0700);
	return folder_path(name, path) &&
	       (mkdir(path, 0700) == 0 || errno == EEXIST);
}

int
xen_folder_make(struct cosmos *c, const struct xen_guest *g)
{
	const char *name = g->spec->name;
	char text[16];
	int fd = -1, folder, n, status;
	bool ok;

	xen_folder_remove(name); /* of a domain that has gone unseen */
	folder = folder_mkdir(name) ? xen_folder_open(name) : -1;
	if (folder < 0)
		return cosmos_fail_errno(c, "%s: %s/xen", name, run_root());
	status = spec_save(c, folder, name, g->spec);
	n = snprintf(text, sizeof(text), "%u\n", g->domid);
	if (status == COSMOS_OK)
		fd = openat(folder, "domid",
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && write(fd, text, (size_t)n) == n;
	if (status == COSMOS_OK && !ok)
		status = cosmos_fail_errno(c, "%s: its domid", name);
	if (fd >= 0)
		close(fd);
	close(folder);
	if (status != COSMOS_OK)
		xen_folder_remove(name);
	return status;
}

uint32_t
xen_folder_domid(int folder)
{
	char text[16];
	int fd = openat(folder, "domid", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return (uint32_t)strtoul(text, NULL, 10);
}

void
xen_folder_remove(const char *name)
{
	char path[PATH_MAX];
	int folder = xen_folder_open(name);

	if (folder < 0)
		return;
	unlinkat(folder, "spec", 0);
	unlinkat(folder, "domid", 0);
	keep_clear(folder);
	close(folder);
	if (folder_path(name, path))
		rmdir(path);
}

int
xen_folder_each(struct cosmos *c,
    int (*each)(struct cosmos *c, const char *name, void *arg), void *arg)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *d = folder_path("", path) ? opendir(path) : NULL;
	int status = COSMOS_OK;

	while (status == COSMOS_OK && d != NULL && (entry = readdir(d)) != NULL)
		if (name_valid(entry->d_name)) /* what begins with . is not */
			status = each(c, entry->d_name, arg);
	if (d != NULL)
		closedir(d);
	return status;
}

/* ---- domains on their way ---- */

static bool
making_path(uint32_t domid, char path[static PATH_MAX])
{
	char name[24];

	snprintf(name, sizeof(name), ".making.%u", domid);
	return folder_path(name, path);
}

static int
folder_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ENOENT && folder_mkdir(""))
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
	return fd;
}

int
xen_making(uint32_t domid)
{
	char path[PATH_MAX];

	return making_path(domid, path) ? folder_lock(path) : -1;
}

int
xen_names_lock(void)
{
	char path[PATH_MAX];

	return folder_path(".names", path) ? folder_lock(path) : -1;
}

void
xen_names_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

void
xen_made(uint32_t domid, int lock)
{
	char path[PATH_MAX];

	if (making_path(domid, path))
		unlink(path);
	if (lock >= 0)
		close(lock);
}

enum xen_stage
xen_is_made(uint32_t domid)
{
	char path[PATH_MAX];
	int fd = making_path(domid, path) ? open(path, O_RDWR | O_CLOEXEC) : -1;
	bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;

	if (fd < 0)
		return XEN_MADE;
	close(fd);
	return held ? XEN_BEING_MADE : XEN_HALF_MADE;
}
