/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_doctor.c -- finds and clears what ended guests and killed programs
 * have left; process_internal.h.  Whatever lives, and whatever somebody is
 * working on, is left alone: locks tell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

struct doctor {
	struct cosmos *c;
	bool clear;
	struct strbuf *out;
	struct strbuf keys; /* of the folders that are there, between spaces */
};

static void
doctor_say(
    struct doctor *d, const char *kind, const char *name, const char *what)
{
	sb_printf(d->out, "%s %s: %s\n", kind, name, what);
}

static void
doctor_note_key(struct doctor *d, const char *key)
{
	sb_printf(&d->keys, " %s ", key);
}

/* What is wrong with the folder, or NULL. */
static const char *
doctor_judge(struct cosmos *c, const struct process_dir *dir, bool alive)
{
	if (process_dir_abandoned(dir))
		return "half made, and its creator has gone";
	if (alive)
		return NULL;
	return process_preserved(c, dir) ? NULL : "it has ended";
}

static int
doctor_dir(struct cosmos *c, struct doctor *d, const char *kind,
    const char *name, int status, struct process_dir *dir, bool alive,
    pid_t pid)
{
	const char *what;
	char path[PATH_MAX];

	if (status == COSMOS_E_NOTFOUND) {
		/* No folder any more, or one in which nothing was made. */
		snprintf(path, sizeof(path), "%s", dir->path);
		if (access(path, F_OK) == 0) {
			doctor_say(d, kind, name, "empty");
			if (d->clear)
				(void)rmdir(path); /* if it still is */
		}
		return COSMOS_OK;
	}
	if (status != COSMOS_OK)
		return status;
	what = doctor_judge(c, dir, alive);
	if (what == NULL || !d->clear)
		doctor_note_key(d, dir->key);
	if (what != NULL) {
		doctor_say(d, kind, name, what);
		if (d->clear)
			process_clear(c, dir, pid);
	}
	process_dir_close(dir);
	return COSMOS_OK;
}

static int
doctor_guest(struct cosmos *c, const char *name, void *arg)
{
	struct process_dir dir;
	bool alive = false;
	pid_t pid = 0;
	int status = process_dir_open(c, name, &dir, &alive, &pid);

	return doctor_dir(c, arg, "guest", name, status, &dir, alive, pid);
}

static int
doctor_pooled(struct cosmos *c, const char *name, void *arg)
{
	struct process_dir dir;
	bool alive = false;
	pid_t pid = 0;
	int status = process_dir_open_pooled(c, name, &dir, &alive, &pid);

	return doctor_dir(c, arg, "pool", name, status, &dir, alive, pid);
}

/* A link whose guest has gone, or has another id by now. */
static int
doctor_id(struct cosmos *c, const char *id, void *arg)
{
	struct doctor *d = arg;
	char name[COSMOS_NAME_MAX + 1], path[PATH_MAX], file[64];
	struct process_dir dir;
	bool alive, stale;
	pid_t pid = 0;

	if (process_name_of(c, (uint32_t)strtoul(id, NULL, 10), name) !=
	    COSMOS_OK)
		return COSMOS_OK;
	stale = process_dir_open(c, name, &dir, &alive, &pid) != COSMOS_OK;
	if (!stale) {
		stale = pid != (pid_t)strtoul(id, NULL, 10);
		process_dir_close(&dir);
	}
	snprintf(file, sizeof(file), "ids/%.50s", id);
	if (!stale || !process_root_path(file, path))
		return COSMOS_OK;
	doctor_say(d, "id", id, "no guest has it");
	if (d->clear)
		unlink(path);
	return COSMOS_OK;
}

/* Groups of guests whose folders lie elsewhere are none of our affair. */
static void
doctor_group(void *arg, const char *key)
{
	struct doctor *d = arg;
	char path[PATH_MAX], ours[24], known[64];
	struct stat st;

	if (!process_root_path("guests", path) || stat(path, &st) != 0)
		return;
	snprintf(ours, sizeof(ours), "%lx.", st.st_dev);
	snprintf(known, sizeof(known), " %.48s ", key);
	if (strncmp(key, ours, strlen(ours)) != 0 ||
	    strstr(sb_cstr(&d->keys), known) != NULL ||
	    process_cgroup_is_inhabited(d->c, key))
		return;
	doctor_say(d, "cgroup", key, "no guest has it");
	if (d->clear)
		process_cgroup_remove(d->c, key);
}

int
cosmos_doctor(struct cosmos *c, int clear, char **text, size_t *n)
{
	struct strbuf out = STRBUF_INIT;
	struct doctor d = {
		.c = c, .clear = clear != 0, .out = &out, .keys = STRBUF_INIT
	};
	const struct platform *xen = platform_of(COSMOS_XEN);
	int status = process_each(c, "guests", doctor_guest, &d);

	if (status == COSMOS_OK)
		status = process_each(c, "pool", doctor_pooled, &d);
	if (status == COSMOS_OK)
		status = process_each(c, "ids", doctor_id, &d);
	if (status == COSMOS_OK && d.keys.oom)
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	/* Only with all keys known is a group nobody's. */
	if (status == COSMOS_OK)
		process_cgroup_each(c, doctor_group, &d);
	if (status == COSMOS_OK && xen != NULL && xen->check(c) == COSMOS_OK)
		status = xen->doctor(c, clear != 0, &out);
	sb_fini(&d.keys);
	return text_give(c, &out, status, text, n);
}
