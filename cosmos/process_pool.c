/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_pool.c -- guests made beforehand: everything but the name and the
 * configuration; process_internal.h.  Taking one is a rename of its folder,
 * which the system does once for each, whoever asks.
 *
 * The file "pool/.wanted" holds how many there should be; `cosmos watch` makes
 * new ones for those that were taken.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

/* A prepared guest has the defaults, and no ports. */
static bool
pool_would_do(const struct cosmos_spec *s)
{
	return s->image == NULL && s->nports == 0 && s->memory == 0 &&
	       s->cpu_percent == 0 && s->cpus == NULL && s->no_limits == 0;
}

struct pool_search {
	const char *name;
	struct process_dir *d;
	pid_t *pid;
	bool found;
};

/* COSMOS_E_STATE is "take the next one". */
static int
pool_try(struct cosmos *c, const char *entry, void *arg)
{
	struct pool_search *s = arg;
	bool alive;
	int status = process_dir_open_pooled(c, entry, s->d, &alive, s->pid);

	if (status == COSMOS_E_NOTFOUND)
		return COSMOS_OK; /* somebody else has taken it */
	if (status != COSMOS_OK)
		return status;
	/* Who is at work on it holds "making". */
	if (alive && *s->pid > 0 && faccessat(s->d->fd, "making", F_OK, 0) != 0)
		status = process_dir_rename(c, s->d, s->name);
	else
		status = COSMOS_E_STATE;
	s->found = status == COSMOS_OK;
	if (s->found)
		return COSMOS_E_TIMEOUT; /* any, to end the search */
	process_dir_close(s->d);
	return status == COSMOS_E_STATE || status == COSMOS_E_NOTFOUND
	           ? COSMOS_OK
	           : status;
}

int
process_pool_take(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid)
{
	struct pool_search s = { spec->name, d, pid, false };
	int status;

	if (!pool_would_do(spec))
		return COSMOS_E_STATE;
	status = process_each(c, "pool", pool_try, &s);
	if (s.found)
		return COSMOS_OK;
	/* A guest of that name: create says so, or clears a dead one. */
	return status == COSMOS_OK || status == COSMOS_E_EXISTS ? COSMOS_E_STATE
	                                                        : status;
}

/* ---- keeping it full ---- */

static int
pool_count(struct cosmos *c, const char *entry, void *arg)
{
	(void)c;
	(void)entry;
	++*(uint32_t *)arg;
	return COSMOS_OK;
}

static int
pool_add(struct cosmos *c)
{
	struct cosmos_spec spec = COSMOS_SPEC_INIT;
	struct process_dir d;
	pid_t pid = 0;
	int status = process_dir_make_pooled(c, &d);

	if (status != COSMOS_OK)
		return status;
	status = process_begin(c, &spec, &d, &pid);
	if (status != COSMOS_OK) {
		process_clear(c, &d, pid);
		return status;
	}
	process_dir_made(&d);
	process_dir_close(&d);
	return COSMOS_OK;
}

/* Ends it, if there are more than *arg. */
static int
pool_drop(struct cosmos *c, const char *entry, void *arg)
{
	uint32_t *too_many = arg;
	struct process_dir d;
	bool alive;
	pid_t pid;

	if (*too_many == 0 ||
	    process_dir_open_pooled(c, entry, &d, &alive, &pid) != COSMOS_OK)
		return COSMOS_OK;
	process_clear(c, &d, pid);
	--*too_many;
	return COSMOS_OK;
}

static bool
pool_wanted_path(char path[static PATH_MAX])
{
	return process_root_path("pool/.wanted", path);
}

static uint32_t
pool_wanted(void)
{
	char path[PATH_MAX];
	unsigned int n = 0;
	FILE *f = pool_wanted_path(path) ? fopen(path, "re") : NULL;

	if (f == NULL || fscanf(f, "%u", &n) != 1)
		n = 0;
	if (f != NULL)
		fclose(f);
	return n;
}

static int
pool_want(struct cosmos *c, uint32_t n)
{
	char path[PATH_MAX];
	FILE *f = pool_wanted_path(path) ? fopen(path, "we") : NULL;
	int err = 0;

	if (f == NULL)
		return cosmos_fail_errno(c, "%s", path);
	if (fprintf(f, "%u\n", n) < 0 || fflush(f) != 0)
		err = errno;
	fclose(f);
	errno = err;
	return err == 0 ? COSMOS_OK : cosmos_fail_errno(c, "%s", path);
}

int
process_pool_fill(struct cosmos *c, uint32_t *have)
{
	uint32_t wanted = pool_wanted(), now = 0, too_many;
	int status = process_each(c, "pool", pool_count, &now);

	while (status == COSMOS_OK && now < wanted) {
		status = pool_add(c);
		now += status == COSMOS_OK;
	}
	if (status == COSMOS_OK && now > wanted) {
		too_many = now - wanted;
		status = process_each(c, "pool", pool_drop, &too_many);
		now = wanted + too_many;
	}
	*have = now;
	return status;
}

int
process_pool(struct cosmos *c, const struct cosmos_spec *like, uint32_t *n)
{
	int status;

	if (like->nports > 0)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "pool: port %s: a process guest gets its ports when it is "
		    "taken",
		    like->ports[0]);
	if (*n == UINT32_MAX) {
		*n = 0;
		return process_each(c, "pool", pool_count, n);
	}
	status = process_make_root(c);
	if (status == COSMOS_OK)
		status = pool_want(c, *n);
	return status == COSMOS_OK ? process_pool_fill(c, n) : status;
}
