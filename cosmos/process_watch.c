/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_watch.c -- `cosmos watch`: what becomes of guests that end.
 *
 * It sleeps in one epoll: on a pidfd a guest, which the system makes readable
 * when the process has ended, and on an inotify of the folder of guests, for
 * those that come, and of the one where the switch listens: when that begins
 * anew, guests in their sandboxes are brought a connection.  All it knows lies
 * in the guests' folders, so that it may be killed and started again at any
 * time: it begins by looking at all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/process_internal.h"

enum {
	EVENTS = 64,
	LATER_MS = 1000, /* for one that was being made, or ended at once */
	NOTICES = 65536,
	SWITCH_MS = 10, /* between its socket and its listening there */
	SWITCH_TRIES = 200,
};

/* A guest that lives; freed when its pidfd has spoken. */
struct watched {
	struct watched *next;
	int pidfd;
	pid_t pid;
	int64_t since_ns;
	char name[COSMOS_NAME_MAX + 1];
};

struct watch {
	struct cosmos *c;
	struct watcher watcher;
	int epoll, notify;
	int switch_folder; /* the notices' number; -1: there is none */
	int switch_tries;  /* to reach a new switch; 0: there is none */
	const struct platform *xen; /* if there is Xen */
	struct watched *all;
	bool again; /* look at all of them in a while */
};

static void
watch_say(struct watch *w, const char *name, const char *what)
{
	char line[256];

	snprintf(line, sizeof(line), "%s: %s", name, what);
	w->watcher.say(w->watcher.arg, line);
}

/* ---- one that has ended ---- */

/* The routers come from what was noted, the spec's among them. */
static int
watch_again(struct cosmos *c, struct spec_text *s, const struct kept *k)
{
	struct cosmos_guest g;
	int status;

	s->spec.config = NULL;
	status = cosmos_create(c, &s->spec, &g);
	return status == COSMOS_OK ? keep_install(c, &g, k) : status;
}

static void
watch_restart(struct watch *w, struct spec_text *s, const struct kept *k)
{
	const char *name = s->spec.name;

	watch_say(w, name,
	    watch_again(w->c, s, k) == COSMOS_OK ? "started again"
	                                         : cosmos_error(w->c));
}

/* d is of a guest that has ended; closes it. */
static void
watch_bury(struct watch *w, struct process_dir *d, pid_t pid)
{
	char how[16], name[COSMOS_NAME_MAX + 1];
	struct spec_text s;
	struct kept kept;

	process_dir_end(d, how);
	if (process_spec_load(w->c, d, &s) != COSMOS_OK) {
		process_clear(w->c, d, pid);
		return;
	}
	snprintf(name, sizeof(name), "%s", d->name);
	watch_say(w, name, how[0] == '\0' ? "it has crashed" : how);
	s.spec.name = name;
	if (keep_load(w->c, d->fd, &s.spec, &kept) != COSMOS_OK)
		watch_say(w, name, cosmos_error(w->c));
	process_clear(w->c, d, pid);
	if (spec_action(&s.spec, how) == COSMOS_ACTION_RESTART)
		watch_restart(w, &s, &kept);
	keep_fini(&kept);
	spec_fini(&s);
}

/* ---- those that live ---- */

static bool
watch_knows(const struct watch *w, const char *name, pid_t pid)
{
	const struct watched *k;

	for (k = w->all; k != NULL; k = k->next)
		if (k->pid == pid && strcmp(k->name, name) == 0)
			return true;
	return false;
}

static void
watch_add(struct watch *w, const char *name, pid_t pid)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct watched *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return;
	k->pid = pid;
	k->since_ns = steady_ns();
	snprintf(k->name, sizeof(k->name), "%s", name);
	k->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ev.data.ptr = k;
	if (k->pidfd < 0 ||
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, k->pidfd, &ev) != 0) {
		w->again = true; /* no descriptors, or it has just gone */
		if (k->pidfd >= 0)
			close(k->pidfd);
		free(k);
		return;
	}
	k->next = w->all;
	w->all = k;
}

/* Whatever state the guest of that name is in. */
static int
watch_look(struct cosmos *c, const char *name, void *arg)
{
	struct watch *w = arg;
	struct process_dir d;
	bool alive, making;
	pid_t pid;

	if (process_dir_open(c, name, &d, &alive, &pid) != COSMOS_OK)
		return COSMOS_OK; /* gone meanwhile */
	making = faccessat(d.fd, "making", F_OK, 0) == 0;
	if (making) {
		w->again = true;
	} else if (!alive && !process_preserved(c, &d)) {
		watch_bury(w, &d, pid);
		return COSMOS_OK;
	} else if (alive && !watch_knows(w, name, pid)) {
		watch_add(w, name, pid);
	}
	process_dir_close(&d);
	return COSMOS_OK;
}

static void
watch_forget(struct watch *w, struct watched *k)
{
	struct watched **link = &w->all;

	while (*link != k) {
		ASSERT(*link != NULL); /* it is in the list */
		link = &(*link)->next;
	}
	*link = k->next;
	close(k->pidfd);
	free(k);
}

static void
watch_ended(struct watch *w, struct watched *k)
{
	char name[COSMOS_NAME_MAX + 1];
	bool at_once = steady_ns() - k->since_ns < (int64_t)LATER_MS * 1000000;

	memcpy(name, k->name, sizeof(name));
	watch_forget(w, k);
	/* One that dies as soon as it lives is not started in a circle. */
	if (at_once)
		w->again = true;
	else
		watch_look(w->c, name, w);
}

/* ---- the loop ---- */

/* The part of the switch's path behind its folder. */
static const char *
watch_switch_name(void)
{
	const char *path = process_switch_path(), *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static void
watch_notice(struct watch *w, const struct inotify_event *e)
{
	if (e->wd != w->switch_folder)
		/* Its name does not matter: a create takes a while. */
		w->again = true;
	else if (e->len > 0 && strcmp(e->name, watch_switch_name()) == 0)
		w->switch_tries = SWITCH_TRIES;
}

static void
watch_read_notices(struct watch *w)
{
	char *notices = malloc(NOTICES);
	const struct inotify_event *e;
	ssize_t n;

	while (notices != NULL && (n = read(w->notify, notices, NOTICES)) > 0)
		for (ssize_t at = 0; at < n;
		     at += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(notices + at);
			watch_notice(w, e);
		}
	free(notices);
}

static int
watch_bring(struct cosmos *c, const char *name, void *arg)
{
	struct watch *w = arg;
	struct cosmos_guest g;

	if (cosmos_find(c, name, &g) == COSMOS_OK &&
	    g.state != COSMOS_STATE_PAUSED &&
	    cosmos_reconnect(c, &g) != COSMOS_OK)
		watch_say(w, name, cosmos_error(c));
	return COSMOS_OK;
}

/* A switch has begun: all guests that had ports of the last go to it. */
static void
watch_reconnect(struct watch *w)
{
	int fd;

	w->switch_tries--;
	if (process_switch(w->c, &fd) != COSMOS_OK)
		return; /* it does not listen yet */
	close(fd);
	w->switch_tries = 0;
	(void)process_each(w->c, "guests", watch_bring, w);
	watch_say(w, "switch", "guests were brought to it");
}

static int
watch_step(struct watch *w)
{
	struct epoll_event ev[EVENTS];
	uint32_t have;
	int timeout = w->switch_tries > 0 ? SWITCH_MS
	              : w->again          ? LATER_MS / 4
	                                  : -1;
	int n = epoll_wait(w->epoll, ev, EVENTS, timeout);
	int i, status = COSMOS_OK;

	if (n < 0)
		return errno == EINTR ? COSMOS_OK
		                      : cosmos_fail_errno(w->c, "epoll");
	if (w->switch_tries > 0) {
		watch_reconnect(w);
	} else if (n == 0) {
		w->again = false;
		status = process_each(w->c, "guests", watch_look, w);
		if (status == COSMOS_OK &&
		    process_pool_fill(w->c, &have) != COSMOS_OK)
			watch_say(w, "pool", cosmos_error(w->c));
	}
	for (i = 0; i < n; i++) {
		if (ev[i].data.ptr == NULL)
			watch_read_notices(w);
		else if (ev[i].data.ptr == w)
			status = w->xen->watch(w->c, &w->watcher);
		else
			watch_ended(w, ev[i].data.ptr);
	}
	return status;
}

static int
watch_notify(struct watch *w, const char *folder)
{
	char path[PATH_MAX];

	if (process_root_path(folder, path) &&
	    inotify_add_watch(w->notify, path,
	        IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE |
	            IN_ONLYDIR) >= 0)
		return COSMOS_OK;
	return cosmos_fail_errno(w->c, "%s", path);
}

/* Where there is no such folder no switch comes either. */
static void
watch_switch(struct watch *w)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", process_switch_path());
	path[strlen(path) - strlen(watch_switch_name())] = '\0';
	w->switch_folder = inotify_add_watch(w->notify,
	    path[0] != '\0' ? path : ".", IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

/* Domains tell by XenStore that they end. */
static int
watch_xen(struct watch *w)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int fd;

	w->xen = platform_of(COSMOS_XEN);
	if (w->xen == NULL || w->xen->check(w->c) != COSMOS_OK)
		return COSMOS_OK; /* no Xen here */
	fd = w->xen->watch_fd(w->c);
	ev.data.ptr = w;
	if (fd < 0 || epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		return cosmos_fail_errno(w->c, "watching XenStore");
	return w->xen->watch(w->c, &w->watcher);
}

static int
watch_open(struct watch *w)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct rlimit files;
	int status;

	/* A descriptor a guest: as many as there may be. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files); /* not above it */
	}
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	ev.data.ptr = NULL;
	if (w->epoll < 0 || w->notify < 0 ||
	    epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->notify, &ev) != 0)
		return cosmos_fail_errno(w->c, "watch");
	watch_switch(w);
	status = watch_xen(w);
	if (status == COSMOS_OK)
		status = watch_notify(w, "guests");
	return status != COSMOS_OK ? status : watch_notify(w, "pool");
}

static void
watch_close(struct watch *w)
{
	while (w->all != NULL)
		watch_forget(w, w->all);
	if (w->epoll >= 0)
		close(w->epoll);
	if (w->notify >= 0)
		close(w->notify);
}

/* There is one a host; its lock, or -1 with the error noted. */
static int
watch_lock(struct cosmos *c)
{
	char path[PATH_MAX];
	int fd;

	if (!process_root_path("watch.lock", path)) {
		cosmos_fail(c, COSMOS_E_USAGE, "its path is too long");
		return -1;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		cosmos_fail_errno(c, "%s", path);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	cosmos_fail(c, COSMOS_E_STATE, "another 'cosmos watch' runs already");
	return -1;
}

int
cosmos_watch(struct cosmos *c, const volatile int *stop,
    void (*say)(void *arg, const char *line), void *arg)
{
	struct watch w = { .c = c,
		.watcher = { say, arg, watch_again },
		.again = true,
		.switch_folder = -1,
		.epoll = -1,
		.notify = -1 };
	int lock, status = process_make_root(c);

	if (status != COSMOS_OK)
		return status;
	lock = watch_lock(c);
	if (lock < 0)
		return COSMOS_E_STATE;
	status = watch_open(&w);
	while (status == COSMOS_OK && !*stop)
		status = watch_step(&w);
	watch_close(&w);
	close(lock);
	return status;
}
