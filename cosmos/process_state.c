/* SPDX-License-Identifier: BSD-3-Clause */
/* process_state.c -- see process_state.h. */
#include "cosmos/process_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DIR_MODE = 0755, GUEST_MODE = 0700, FILE_MODE = 0640, TRIES = 100 };

/* How long those who look at a folder may have its lock, half a second. */
enum { MOMENT_NS = 500000, MOMENTS = 1000 };

/* With a group: its files are that group's to read, its socket to talk to. */
enum { GROUP_MODE = 02750 };

bool
process_root_path(const char *file, char path[static PATH_MAX])
{
	return run_path(file, path, PATH_MAX);
}

bool
process_path(const char *name, const char *file, char path[static PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/guests/%s%s%s", run_root(), name,
	    file[0] != '\0' ? "/" : "", file);

	return n > 0 && n < PATH_MAX;
}

static bool
process_id_path(uint32_t id, char path[static PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/ids/%u", run_root(), id);

	return n > 0 && n < PATH_MAX;
}

/* A folder of guests that is not ours: errno says why. */
static int
process_root_failed(struct cosmos *c, const char *path)
{
	int status = cosmos_fail_errno(c, "%s", path);

	if (status == COSMOS_E_DENIED)
		sb_printf(&c->error,
		    "; root's guests are there: "
		    "$CLICKOS_RUN may name a folder of your own");
	return status;
}

int
process_make_root(struct cosmos *c)
{
	static const char *const below[] = { "", "/guests", "/ids", "/pool" };
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(below); i++) {
		snprintf(path, sizeof(path), "%s%s", run_root(), below[i]);
		if (mkdir(path, DIR_MODE) != 0 && errno != EEXIST)
			return process_root_failed(c, path);
	}
	return COSMOS_OK;
}

static void
process_close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
process_dir_close(struct process_dir *d)
{
	process_close_fd(&d->lock);
	process_close_fd(&d->making);
	process_close_fd(&d->fd);
}

void
process_dir_remove(struct process_dir *d, pid_t pid)
{
	static const char *const files[] = { "control", "pid", "spec",
		"spec.new", "log", "making", "kvm", "qmp.in", "qmp.out",
		"lock" };
	char path[PATH_MAX];
	unsigned int i;

	if (pid > 0 && process_id_path((uint32_t)pid, path))
		unlink(path);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(d->fd, files[i], 0);
	keep_clear(d->fd);
	rmdir(d->path);
	process_dir_close(d);
}

static int
process_dir_init(struct cosmos *c, const char *folder, const char *name,
    struct process_dir *d)
{
	memset(d, 0, sizeof(*d));
	d->fd = d->lock = d->making = -1;
	snprintf(d->name, sizeof(d->name), "%s", name);
	/* Room for the names of the files in it. */
	if (snprintf(d->path, PATH_MAX, "%s/%s/%s", run_root(), folder, name) >=
	    PATH_MAX - 16)
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", name);
	return COSMOS_OK;
}

static int
process_dir_fds(struct cosmos *c, struct process_dir *d, int create)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) != 0)
		return cosmos_fail_errno(c, "%s", d->path);
	d->inode = st.st_ino;
	snprintf(d->key, sizeof(d->key), "%lx.%lu", st.st_dev, st.st_ino);
	d->lock = openat(d->fd, "lock", O_RDWR | create | O_CLOEXEC, FILE_MODE);
	if (d->lock < 0 && errno == EACCES) /* of its group: may look */
		d->lock = openat(d->fd, "lock", O_RDONLY | O_CLOEXEC);
	if (d->lock < 0)
		return cosmos_fail_errno(c, "%s/lock", d->path);
	return COSMOS_OK;
}

void
process_dir_made(struct process_dir *d)
{
	unlinkat(d->fd, "making", 0);
	process_close_fd(&d->making);
}

/*
 * From now until it is done others see that somebody is at work here.
 * COSMOS_E_STATE: somebody else is.
 */
static int
process_dir_begin(struct cosmos *c, struct process_dir *d)
{
	int status;

	d->making = openat(
	    d->fd, "making", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (d->making < 0 && errno == EEXIST)
		return cosmos_fail(c, COSMOS_E_STATE,
		    "%s: somebody else is at work on it", d->path);
	/*
	 * Who asks whether it was given up has it for a moment, and sees by
	 * its being empty that it has yet to be locked.
	 */
	if (d->making >= 0 && flock(d->making, LOCK_EX) == 0 &&
	    write(d->making, "\n", 1) == 1)
		return COSMOS_OK;
	status = cosmos_fail_errno(c, "%s/making", d->path);
	if (d->making >= 0)
		process_dir_made(d);
	return status;
}

bool
process_dir_abandoned(const struct process_dir *d)
{
	int fd = openat(d->fd, "making", O_RDWR | O_CLOEXEC);
	bool abandoned = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
	struct stat st;

	/* Or it was done this very moment. */
	abandoned = abandoned && fstat(fd, &st) == 0 && st.st_nlink > 0 &&
	            st.st_size > 0;
	if (fd >= 0)
		close(fd);
	return abandoned;
}

/* What QEMU has said of a guest's end (QMP's event SHUTDOWN), if it is one. */
static void
process_dir_end_qemu(const struct process_dir *d, char how[static 16])
{
	char text[8192];
	int fd = openat(d->fd, "qmp.out", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (strstr(text, "\"guest-reset\"") != NULL)
		strcpy(how, "reboot");
	else if (strstr(text, "\"guest-shutdown\"") != NULL)
		strcpy(how, "poweroff");
}

void
process_dir_end(const struct process_dir *d, char how[static 16])
{
	ssize_t n = pread(d->lock, how, 15, 0);

	how[n > 0 ? n : 0] = '\0';
	how[strcspn(how, "\n")] = '\0';
	if (how[0] == '\0')
		process_dir_end_qemu(d, how);
}

/* Nobody owns the guest: those who only look share the lock for a moment. */
static bool
process_dir_is_dead(const struct process_dir *d)
{
	return flock(d->lock, LOCK_SH | LOCK_NB) == 0;
}

/*
 * Who has made the folder waits for those who look, a moment each: but what he
 * has opened may be another's, if somebody took his for a dead one's, removed
 * it, and a third made it anew; that one's guest has the lock for life.  Who
 * has found it does not wait: what he took for dead may just have been made.
 * False: it is not ours.
 */
static bool
process_dir_take(const struct process_dir *d, bool made)
{
	const struct timespec moment = { .tv_nsec = MOMENT_NS };
	int tries = made ? MOMENTS : 1;
	struct stat st;

	while (flock(d->lock, LOCK_EX | LOCK_NB) != 0) {
		if (--tries == 0)
			return false;
		nanosleep(&moment, NULL);
	}
	return fstat(d->lock, &st) == 0 && st.st_nlink > 0;
}

static pid_t
process_dir_pid(const struct process_dir *d)
{
	char text[16];
	int fd = openat(d->fd, "pid", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

/* By the file alone: the name services are not in a static command. */
static bool
group_find(const char *name, gid_t *gid)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *group;
	bool found = false;

	while (!found && f != NULL && (group = fgetgrent(f)) != NULL) {
		found = strcmp(group->gr_name, name) == 0;
		if (found)
			*gid = group->gr_gid;
	}
	if (f != NULL)
		fclose(f);
	return found;
}

/* CLICKOS_GROUP, by name or number; -1: there is none. */
static int
process_group(struct cosmos *c, gid_t *gid)
{
	const char *name = getenv("CLICKOS_GROUP");
	char *end;

	*gid = (gid_t)-1;
	if (name == NULL || name[0] == '\0')
		return COSMOS_OK;
	*gid = (gid_t)strtoul(name, &end, 10);
	if (*end == '\0' || group_find(name, gid))
		return COSMOS_OK;
	return cosmos_fail(c, COSMOS_E_USAGE,
	    "CLICKOS_GROUP: there is no group '%s' in /etc/group", name);
}

static int
process_mkdir(struct cosmos *c, const char *path)
{
	gid_t gid;
	int status = process_group(c, &gid);

	if (status != COSMOS_OK)
		return status;
	if (mkdir(path, GUEST_MODE) != 0) {
		if (errno != ENOENT)
			return process_root_failed(c, path);
		status = process_make_root(c);
		if (status != COSMOS_OK)
			return status;
		if (mkdir(path, GUEST_MODE) != 0)
			return cosmos_fail_errno(c, "%s", path);
	}
	if (gid == (gid_t)-1)
		return COSMOS_OK;
	if (chown(path, (uid_t)-1, gid) == 0 && chmod(path, GROUP_MODE) == 0)
		return COSMOS_OK;
	status = cosmos_fail_errno(c, "%s: CLICKOS_GROUP", path);
	rmdir(path);
	return status;
}

int
process_dir_ours(struct cosmos *c, const struct process_dir *d)
{
	return faccessat(d->fd, ".", W_OK, AT_EACCESS) == 0
	           ? COSMOS_OK
	           : cosmos_fail(c, COSMOS_E_DENIED,
	                 "%s: only root, or who made it, may do that", d->name);
}

/* It is dead, or half made and its creator gone: nobody's. */
static bool
process_dir_is_leftover(struct process_dir *d)
{
	if (process_dir_is_dead(d))
		return true;
	if (!process_dir_abandoned(d))
		return false;
	process_kill(d, process_dir_pid(d));
	return true;
}

/*
 * Once.  COSMOS_E_EXISTS with nothing open: what was in the way is gone, it is
 * worth another try.
 */
static int
process_dir_try(struct cosmos *c, const char *folder, const char *name,
    struct process_dir *d)
{
	int made, status = process_dir_init(c, folder, name, d);

	if (status != COSMOS_OK)
		return status;
	made = process_mkdir(c, d->path);
	if (made != COSMOS_OK && made != COSMOS_E_EXISTS)
		return made;
	status = process_dir_fds(c, d, O_CREAT);
	if (status != COSMOS_OK) {
		process_dir_close(d);
		if (made == COSMOS_OK)
			rmdir(d->path);
		return status == COSMOS_E_NOTFOUND ? COSMOS_E_EXISTS : status;
	}
	if (made != COSMOS_OK && !process_dir_is_leftover(d))
		return cosmos_fail(c, COSMOS_E_EXISTS,
		    "%s: a guest of that name is there already", name);
	if (!process_dir_take(d, made == COSMOS_OK)) {
		process_dir_close(d);
		return COSMOS_E_EXISTS;
	}
	status = made == COSMOS_OK ? process_dir_begin(c, d) : COSMOS_E_EXISTS;
	if (status != COSMOS_OK)
		process_clear(c, d, process_dir_pid(d));
	return status;
}

static int
process_dir_make_in(struct cosmos *c, const char *folder, const char *name,
    struct process_dir *d)
{
	int status, tries = 0;

	do
		status = process_dir_try(c, folder, name, d);
	while (status == COSMOS_E_EXISTS && d->fd < 0 && ++tries < TRIES);
	if (status != COSMOS_OK)
		process_dir_close(d);
	return status;
}

int
process_dir_make(struct cosmos *c, const char *name, struct process_dir *d)
{
	return process_dir_make_in(c, "guests", name, d);
}

int
process_dir_make_pooled(struct cosmos *c, struct process_dir *d)
{
	struct timespec now;
	char name[32];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(name, sizeof(name), "%lld.%09ld", (long long)now.tv_sec,
	    now.tv_nsec);
	return process_dir_make_in(c, "pool", name, d);
}

int
process_dir_rename(struct cosmos *c, struct process_dir *d, const char *name)
{
	char path[PATH_MAX];
	int status = process_dir_begin(c, d);

	if (status != COSMOS_OK)
		return status;
	if (!process_path(name, "", path) || strlen(path) > PATH_MAX - 16)
		status = cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", name);
	/* A folder that is there is not empty, and in the way. */
	else if (rename(d->path, path) != 0)
		status = errno == ENOTEMPTY || errno == EEXIST
		             ? COSMOS_E_EXISTS
		             : cosmos_fail_errno(c, "%s", path);
	if (status != COSMOS_OK) {
		process_dir_made(d); /* whoever's it is now */
		return status;
	}
	strcpy(d->path, path);
	snprintf(d->name, sizeof(d->name), "%s", name);
	return COSMOS_OK;
}

int
process_dir_note_pid(const struct process_dir *d, pid_t pid)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)pid);
	int fd = openat(
	    d->fd, "pid", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	ssize_t written = fd >= 0 ? write(fd, text, (size_t)n) : -1;

	if (fd >= 0)
		close(fd);
	return written == n ? 0 : -1;
}

int
process_dir_link_id(struct cosmos *c, const struct process_dir *d, pid_t pid)
{
	char path[PATH_MAX], target[COSMOS_NAME_MAX + 16];

	snprintf(target, sizeof(target), "../guests/%s", d->name);
	if (!process_id_path((uint32_t)pid, path))
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", d->name);
	/* One that a dead guest left: process ids come again. */
	if (symlink(target, path) != 0 &&
	    (errno != EEXIST || unlink(path) != 0 ||
	        symlink(target, path) != 0))
		return cosmos_fail_errno(c, "%s", path);
	return COSMOS_OK;
}

static int
process_dir_open_in(struct cosmos *c, const char *folder, const char *name,
    struct process_dir *d, bool *alive, pid_t *pid)
{
	int status = process_dir_init(c, folder, name, d);

	if (status != COSMOS_OK)
		return status;
	status = process_dir_fds(c, d, 0);
	if (status != COSMOS_OK) {
		process_dir_close(d);
		return status;
	}
	*alive = !process_dir_is_dead(d);
	*pid = process_dir_pid(d);
	return COSMOS_OK;
}

int
process_dir_open_pooled(struct cosmos *c, const char *name,
    struct process_dir *d, bool *alive, pid_t *pid)
{
	return process_dir_open_in(c, "pool", name, d, alive, pid);
}

int
process_dir_open(struct cosmos *c, const char *name, struct process_dir *d,
    bool *alive, pid_t *pid)
{
	return process_dir_open_in(c, "guests", name, d, alive, pid);
}

int
process_name_of(
    struct cosmos *c, uint32_t id, char name[static COSMOS_NAME_MAX + 1])
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *last;
	ssize_t n;

	if (!process_id_path(id, path))
		return COSMOS_E_NOTFOUND;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT ? COSMOS_E_NOTFOUND
		                       : cosmos_fail_errno(c, "%s", path);
	target[n] = '\0';
	last = strrchr(target, '/');
	last = last == NULL ? target : last + 1;
	if (!name_valid(last))
		return COSMOS_E_NOTFOUND;
	memcpy(name, last, strlen(last) + 1); /* valid, hence short */
	return COSMOS_OK;
}

int
process_each(struct cosmos *c, const char *folder,
    int (*each)(struct cosmos *c, const char *name, void *arg), void *arg)
{
	char path[PATH_MAX];
	const struct dirent *e;
	int status = COSMOS_OK;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", run_root(), folder);
	dir = opendir(path);
	if (dir == NULL)
		return errno == ENOENT ? COSMOS_OK
		                       : cosmos_fail_errno(c, "%s", path);
	while (status == COSMOS_OK && (e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.')
			status = each(c, e->d_name, arg);
	closedir(dir);
	return status;
}
