/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_cgroup.c -- memory and CPU limits of a guest, as control groups
 * (cgroups(7)) of version 2 or 1, whichever has the controllers.
 *
 * A group is named by the device and inode of the guest's folder, which neither
 * a rename nor a guest of the same name can confuse.  In version 1 groups lie
 * below our own, so that limits on us are limits on what we create; in version
 * 2 a group with processes can have none below, hence they lie below the root,
 * or what CLICKOS_CGROUP names (as a path in the hierarchy) where that is
 * delegated.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

enum { PERIOD_US = 100000 };

static const char cgroup_mount[] = "/sys/fs/cgroup";

/* Where groups lie, one a hierarchy: "" where there is none. */
struct cgroups {
	bool v2;
	char memory[PATH_MAX], cpu[PATH_MAX];
};

/* The path of our own group for a controller of version 1. */
static bool
cgroup_own(const char *controller, char path[static PATH_MAX])
{
	char line[PATH_MAX], *list, *at;
	FILE *f = fopen("/proc/self/cgroup", "re");
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		list = strchr(line, ':');
		at = list != NULL ? strchr(list + 1, ':') : NULL;
		if (at == NULL)
			continue;
		*at++ = '\0';
		for (list = strtok(list + 1, ","); list != NULL && !found;
		     list = strtok(NULL, ","))
			found = strcmp(list, controller) == 0;
		if (found)
			snprintf(path, PATH_MAX, "%s",
			    strcmp(at, "/") == 0 ? "" : at);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

/* "" if this machine has no such hierarchy. */
static void
cgroup_find_v1(const char *controller, char folder[static PATH_MAX])
{
	const char *named = getenv("CLICKOS_CGROUP");
	char own[PATH_MAX];

	folder[0] = '\0';
	if (!cgroup_own(controller, own))
		return;
	if (snprintf(folder, PATH_MAX, "%s/%s%s", cgroup_mount, controller,
	        named != NULL ? named : own) >= PATH_MAX - 64)
		folder[0] = '\0';
	else
		strcat(folder, "/clickos");
}

static void
cgroups_look(struct cgroups *g)
{
	const char *named = getenv("CLICKOS_CGROUP");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.controllers", cgroup_mount);
	g->v2 = access(path, F_OK) == 0;
	if (!g->v2) {
		cgroup_find_v1("memory", g->memory);
		cgroup_find_v1("cpu", g->cpu);
		return;
	}
	if (snprintf(g->memory, PATH_MAX, "%s%s/clickos", cgroup_mount,
	        named != NULL ? named : "") >= PATH_MAX)
		g->memory[0] = '\0';
	g->cpu[0] = '\0'; /* the same group */
}

/* Looked for once a handle; where there is no memory, in *instead. */
static const struct cgroups *
cgroups_find(struct cosmos *c, struct cgroups *instead)
{
	if (c->cgroups == NULL) {
		c->cgroups = malloc(sizeof(*c->cgroups));
		cgroups_look(c->cgroups != NULL ? c->cgroups : instead);
	}
	return c->cgroups != NULL ? c->cgroups : instead;
}

static int
cgroup_write(
    const char *folder, const char *key, const char *file, const char *text)
{
	char path[2 * PATH_MAX];
	size_t n = strlen(text);
	ssize_t written;
	int fd, error;

	if (key == NULL)
		snprintf(path, sizeof(path), "%s/%s", folder, file);
	else
		snprintf(path, sizeof(path), "%s/%s/%s", folder, key, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	written = write(fd, text, n);
	error = errno;
	close(fd);
	errno = error;
	return written == (ssize_t)n ? 0 : -1;
}

/* The folder of all our groups, with its controllers passed on. */
static int
cgroup_make_parent(const struct cgroups *g, const char *folder)
{
	char above[PATH_MAX];

	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return -1;
	if (!g->v2)
		return 0;
	snprintf(above, sizeof(above), "%s", folder);
	*strrchr(above, '/') = '\0';
	if (cgroup_write(
	        above, NULL, "cgroup.subtree_control", "+memory +cpu") != 0)
		return -1;
	return cgroup_write(
	    folder, NULL, "cgroup.subtree_control", "+memory +cpu");
}

static int
cgroup_mkdir(const struct cgroups *g, const char *folder, const char *key)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, key);
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || cgroup_make_parent(g, folder) != 0)
		return -1;
	return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : -1;
}

static int
cgroup_limit_memory(const struct cgroups *g, const char *key, uint64_t memory)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)memory);
	return cgroup_write(g->memory, key,
	    g->v2 ? "memory.max" : "memory.limit_in_bytes", text);
}

static int
cgroup_limit_cpu(const struct cgroups *g, const char *key, unsigned int cpu)
{
	const char *folder = g->v2 ? g->memory : g->cpu;
	char text[48];

	if (!g->v2 && cgroup_mkdir(g, folder, key) != 0)
		return -1;
	snprintf(text, sizeof(text), g->v2 ? "%u %u" : "%u",
	    cpu * (PERIOD_US / 100), PERIOD_US);
	return cgroup_write(
	    folder, key, g->v2 ? "cpu.max" : "cpu.cfs_quota_us", text);
}

static int
cgroup_none(struct cosmos *c, const char *name, const char *controller,
    const char *folder)
{
	int error = errno;

	return cosmos_fail(c, COSMOS_E_NOTSUP,
	    "%s: no control group limits its %s%s%s: %s (--no-limits does "
	    "without)",
	    name, controller, folder[0] != '\0' ? ": " : "", folder,
	    folder[0] != '\0' ? strerror(error) : "no such controller here");
}

int
process_cgroup_make(struct cosmos *c, const struct process_dir *d,
    const struct cosmos_spec *spec)
{
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	uint64_t memory = spec->memory != 0 ? spec->memory : PROCESS_MEMORY;

	if (g->memory[0] == '\0' || cgroup_mkdir(g, g->memory, d->key) != 0 ||
	    cgroup_limit_memory(g, d->key, memory) != 0)
		return cgroup_none(c, d->name, "memory", g->memory);
	if (spec->cpu_percent != 0 &&
	    ((!g->v2 && g->cpu[0] == '\0') ||
	        cgroup_limit_cpu(g, d->key, spec->cpu_percent) != 0))
		return cgroup_none(c, d->name, "CPU", g->cpu);
	return COSMOS_OK;
}

int
process_cgroup_attach(struct cosmos *c, const struct process_dir *d, pid_t pid)
{
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	if (cgroup_write(g->memory, d->key, "cgroup.procs", text) != 0)
		return cosmos_fail_errno(
		    c, "%s: %s/%s", d->name, g->memory, d->key);
	/* Without a limit of its own it has no group there. */
	if (g->cpu[0] != '\0' &&
	    cgroup_write(g->cpu, d->key, "cgroup.procs", text) != 0 &&
	    errno != ENOENT)
		return cosmos_fail_errno(
		    c, "%s: %s/%s", d->name, g->cpu, d->key);
	return COSMOS_OK;
}

bool
process_cgroup_is_full(struct cosmos *c, const char *key)
{
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	char path[PATH_MAX + 64], line[80];
	unsigned long kills = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/%s", g->memory, key,
	    g->v2 ? "memory.events" : "memory.oom_control");
	f = fopen(path, "re");
	while (f != NULL && kills == 0 && fgets(line, sizeof(line), f) != NULL)
		(void)!sscanf(line, "oom_kill %lu", &kills);
	if (f != NULL)
		fclose(f);
	return kills > 0;
}

bool
process_cgroup_is_inhabited(struct cosmos *c, const char *key)
{
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	char path[PATH_MAX + 64];
	FILE *f;
	bool somebody;

	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", g->memory, key);
	f = fopen(path, "re");
	somebody = f != NULL && fgetc(f) != EOF;
	if (f != NULL)
		fclose(f);
	return somebody;
}

void
process_cgroup_remove(struct cosmos *c, const char *key)
{
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", g->memory, key);
	(void)rmdir(path); /* it may have had none */
	if (g->cpu[0] != '\0') {
		snprintf(path, sizeof(path), "%s/%s", g->cpu, key);
		(void)rmdir(path);
	}
}

void
process_cgroup_each(
    struct cosmos *c, void (*each)(void *arg, const char *key), void *arg)
{
	const struct dirent *e;
	struct cgroups instead;
	const struct cgroups *g = cgroups_find(c, &instead);
	DIR *dir;

	dir = opendir(g->memory);
	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			each(arg, e->d_name);
	if (dir != NULL)
		closedir(dir);
}
