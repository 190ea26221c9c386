/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox_names.c -- the namespaces of a guest (namespaces(7)), and the empty
 * root that comes with them.
 *
 * Joining two empty namespaces that are there already takes 30 us; making a
 * network namespace 500 us and some 100 kB of the kernel's memory.  The mount
 * namespace is a copy of the empty one, hence quick to make and the guest's
 * own; a copy of the machine's would have to be emptied first.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "host/sandbox.h"

static int
names_write(int proc, const char *file, const char *text, struct diag *why)
{
	int fd = openat(proc, file, O_WRONLY | O_CLOEXEC);
	size_t n = strlen(text);
	bool written = fd >= 0 && write(fd, text, n) == (ssize_t)n;
	int error = errno;

	if (fd >= 0)
		close(fd);
	return written ? 0
	               : diag(why, ERR_PERM, "/proc/self/%s: %s", file,
	                     strerror(error));
}

int
sandbox_map_ids(int proc, uint32_t user, uint32_t group, struct diag *why)
{
	char text[64];
	int err = names_write(proc, "setgroups", "deny", why);

	if (err == 0) {
		snprintf(text, sizeof(text), "%u %u 1", user, user);
		err = names_write(proc, "uid_map", text, why);
	}
	if (err == 0) {
		snprintf(text, sizeof(text), "%u %u 1", group, group);
		err = names_write(proc, "gid_map", text, why);
	}
	return err;
}

/* ---- the empty ones that are there ---- */

static int
names_join(const char *folder, const char *name, int type, struct diag *why)
{
	char path[PATH_MAX];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return diag(why, ERR_IO, "%s: %s", path, strerror(errno));
	if (setns(fd, type) != 0)
		err = diag(why, ERR_PERM, "%s: %s", path, strerror(errno));
	close(fd);
	return err;
}

/* ---- our own ---- */

/* A file system of no files in the place of all there is. */
static int
names_empty_root(struct diag *why)
{
	const unsigned long flags =
	    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	/* What happens to the mounts here is nobody else's affair. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/proc", "tmpfs", flags,
	        "mode=555,nr_inodes=1,size=4k") != 0 ||
	    chdir("/proc") != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
	    umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
		return diag(
		    why, ERR_PERM, "an empty root: %s", strerror(errno));
	return 0;
}

/* ---- together ---- */

/* No longer root, for good. */
static int
names_become(uint32_t user, struct diag *why)
{
	if (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 ||
	    setresuid(user, user, user) != 0)
		return diag(
		    why, ERR_PERM, "user %u: %s", user, strerror(errno));
	/* Our files in /proc are ours again: the maps are written there. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0)
		return diag(why, ERR_PERM, "prctl: %s", strerror(errno));
	return 0;
}

static int
names_unshare(int proc, int flags, struct diag *why)
{
	uint32_t user = geteuid(), group = getegid();

	if (unshare(flags) != 0)
		return diag(why, ERR_PERM,
		    "no namespaces for us here (%s): --no-sandbox does without",
		    strerror(errno));
	return sandbox_map_ids(proc, user, group, why);
}

int
sandbox_namespaces(const struct sandbox *s, struct diag *why)
{
	int flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC;
	int proc = open("/proc/self", O_PATH | O_CLOEXEC), err = 0;

	if (proc < 0)
		return diag(why, ERR_IO, "/proc/self: %s", strerror(errno));
	if (s->empty != NULL) {
		err = names_join(s->empty, "net", CLONE_NEWNET, why);
		if (err == 0)
			err = names_join(s->empty, "mnt", CLONE_NEWNS, why);
	} else {
		flags |= CLONE_NEWNET;
	}
	if (err == 0 && geteuid() == 0)
		err = names_become(s->user, why);
	if (err == 0)
		err = names_unshare(proc, flags, why);
	close(proc);
	if (err == 0 && s->empty == NULL)
		err = names_empty_root(why);
	return err;
}
