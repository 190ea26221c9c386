/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_host.c -- what process guests find on a host; process_internal.h.
 *
 * The empty namespaces are bound to two files, so that they need no process:
 * one that is made for a moment makes them, and its /proc/PID/ns is mounted on
 * the files (namespaces(7)).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

enum {
	NSFS = 0x6e736673,        /* linux/magic.h: NSFS_MAGIC */
	ROOM_EVERY = 32,          /* guests are looked for room for at once */
	THREADS = 3 * ROOM_EVERY, /* theirs */
	STACK = 65536,
};

int
process_program(struct cosmos *c, const struct cosmos_spec *spec,
    char path[static PATH_MAX])
{
	const char *named =
	    spec->image != NULL ? spec->image : getenv("CLICKOS_PROCESS");

	if (named == NULL &&
	    installed_path("clickos-process", X_OK, path, PATH_MAX))
		return COSMOS_OK;
	if (named != NULL)
		snprintf(path, PATH_MAX, "%s", named);
	if (access(path, X_OK) == 0)
		return COSMOS_OK;
	if (named == NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "process: no guest program at %s (set CLICKOS_PROCESS)",
		    path);
	return cosmos_fail_errno(c, "%s", path);
}

/* ---- empty namespaces ---- */

static bool
empty_is_there(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct statfs fs;

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < PATH_MAX &&
	       statfs(path, &fs) == 0 && fs.f_type == NSFS;
}

/* In the namespaces: nothing but an empty root; then waits to be killed. */
static int
empty_holder(void *arg)
{
	int ready = *(int *)arg;
	const unsigned long flags =
	    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", "/proc", "tmpfs", flags,
	        "mode=555,nr_inodes=1,size=4k") == 0 &&
	    chdir("/proc") == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
	    umount2(".", MNT_DETACH) == 0 && write(ready, "", 1) == 1)
		pause();
	_exit(1);
}

static bool
empty_bind(pid_t holder, const char *folder, const char *name)
{
	char from[64], to[PATH_MAX];
	int fd;

	snprintf(from, sizeof(from), "/proc/%d/ns/%s", (int)holder, name);
	snprintf(to, sizeof(to), "%s/%s", folder, name);
	fd = open(to, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return mount(from, to, NULL, MS_BIND, NULL) == 0;
}

/* A mount namespace can be bound below a private mount only. */
static bool
empty_make_folder(const char *folder)
{
	struct statfs fs;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return false;
	if (empty_is_there(folder, "net"))
		return true; /* half done by one that was killed */
	return statfs(folder, &fs) == 0 &&
	       mount(folder, folder, NULL, MS_BIND, NULL) == 0 &&
	       mount(NULL, folder, NULL, MS_PRIVATE, NULL) == 0;
}

static void
empty_make(const char *folder)
{
	int ends[2];
	char *stack = malloc(STACK), byte;
	pid_t holder = -1;

	if (stack != NULL && pipe2(ends, O_CLOEXEC) == 0) {
		holder = clone(empty_holder, stack + STACK,
		    CLONE_NEWNS | CLONE_NEWNET | SIGCHLD, &ends[1]);
		close(ends[1]);
		/* The mount namespace last: when it is there, both are. */
		if (holder > 0 && read(ends[0], &byte, 1) == 1 &&
		    empty_make_folder(folder) &&
		    (empty_is_there(folder, "net") ||
		        empty_bind(holder, folder, "net")))
			(void)empty_bind(holder, folder, "mnt");
		close(ends[0]);
	}
	if (holder > 0) {
		kill(holder, SIGKILL);
		waitpid(holder, NULL, 0);
	}
	free(stack);
}

void
process_empty(char path[static PATH_MAX])
{
	char lock[PATH_MAX];
	int fd;

	if (geteuid() != 0 || !process_root_path("empty", path)) {
		path[0] = '\0';
		return;
	}
	if (empty_is_there(path, "mnt"))
		return;
	if (!process_root_path("empty.lock", lock))
		return;
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX) == 0 && !empty_is_there(path, "mnt"))
		empty_make(path);
	if (fd >= 0)
		close(fd);
	if (!empty_is_there(path, "mnt"))
		path[0] = '\0';
}

/* ---- room ---- */

static unsigned long
host_number(const char *path, const char *format)
{
	unsigned long n = 0;
	FILE *f = fopen(path, "re");

	if (f == NULL || fscanf(f, format, &n) != 1)
		n = 0;
	if (f != NULL)
		fclose(f);
	return n;
}

int
process_room(struct cosmos *c, const char *name)
{
	unsigned long now, pids, threads;

	if (c->created++ % ROOM_EVERY != 0)
		return COSMOS_OK;
	/* "0.00 0.00 0.00 RUNNING/ALL LAST": proc(5) */
	now = host_number("/proc/loadavg", "%*f %*f %*f %*u/%lu");
	pids = host_number("/proc/sys/kernel/pid_max", "%lu");
	threads = host_number("/proc/sys/kernel/threads-max", "%lu");
	if (pids != 0 && now + THREADS >= pids)
		return cosmos_fail(c, COSMOS_E_FULL,
		    "%s: %lu threads run here, and %lu is the limit: raise "
		    "kernel.pid_max",
		    name, now, pids);
	if (threads != 0 && now + THREADS >= threads)
		return cosmos_fail(c, COSMOS_E_FULL,
		    "%s: %lu threads run here, and %lu is the limit: raise "
		    "kernel.threads-max",
		    name, now, threads);
	return COSMOS_OK;
}
