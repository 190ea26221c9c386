/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_create.c -- making a process guest; process_internal.h.
 *
 * create makes the control socket itself and hands it over listening, so that
 * it can be asked at once; the configuration goes through it, and its answer
 * is create's.  What takes long is done while the guest starts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

enum { BACKLOG = 16 };

int
process_listen(struct cosmos *c, const struct process_dir *d, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	/* By way of /proc its path may be longer than sun_path. */
	snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/control", d->fd);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return cosmos_fail_errno(c, "%s: its control socket", d->name);
	if (bind(*fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    fchmodat(d->fd, "control", 0660, 0) == 0 &&
	    listen(*fd, BACKLOG) == 0)
		return COSMOS_OK;
	close(*fd);
	return cosmos_fail_errno(c, "%s/control", d->path);
}

/* Of its last words: the machine would not give it what it was to have. */
static int
words_status(const struct strbuf *words)
{
	return memmem(words->s, words->n, strerror(ENOMEM),
	           strlen(strerror(ENOMEM))) != NULL
	           ? COSMOS_E_FULL
	           : COSMOS_E_FAILED;
}

int
process_fail_with_log(struct cosmos *c, const struct process_dir *d, pid_t pid)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX + 8];
	int status;

	snprintf(path, sizeof(path), "%s/log", d->path);
	status = file_read(c, path, &text);
	while (text.n > 0 && text.s[text.n - 1] == '\n')
		text.n--;
	if (process_cgroup_is_full(c, d->key))
		status = cosmos_fail(c, COSMOS_E_FULL,
		    "%s: its memory is too little to begin with: more by "
		    "--memory",
		    d->name);
	else if (text.n > 0)
		status = cosmos_fail(c, words_status(&text), "%s: %.*s",
		    d->name, STR_ARG(sb_str(&text)));
	else if (status == COSMOS_OK)
		status = cosmos_fail(c, COSMOS_E_FAILED,
		    "%s: process %d ended while it was being made, without a "
		    "word",
		    d->name, (int)pid);
	sb_fini(&text);
	return status;
}

static int
begin_hello(struct cosmos *c, const struct cosmos_guest *g)
{
	unsigned int router = CONTROL_ANY_ROUTER;
	struct strbuf hello = STRBUF_INIT;
	int status = platform_process.ask(
	    c, g, CONTROL_HELLO, &router, STR(""), STR(""), &hello);

	sb_fini(&hello);
	return status < 0 ? -status : COSMOS_OK;
}

/* It answers, and its first router runs. */
static int
begin(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d, pid_t pid, struct cosmos_guest *g)
{
	struct cosmos_guest made;
	unsigned int router = CONTROL_ANY_ROUTER;
	bool give = process_ports_are_given(spec);
	int status = COSMOS_OK;

	process_guest_fill(&made, d, pid);
	made.state = COSMOS_STATE_RUNNING;
	if (spec->config == NULL || give)
		status = begin_hello(c, &made);
	if (status == COSMOS_OK && give) {
		status = process_ports_give(c, &made, d, spec);
		if (status != COSMOS_OK)
			return status;
	}
	if (status == COSMOS_OK && spec->config != NULL)
		status = router_put(c, &made, &router,
		    spec->label != NULL ? spec->label : spec->name,
		    spec->config, spec->config_length);
	if (status == COSMOS_E_STATE || status == COSMOS_E_SYSTEM)
		return process_fail_with_log(c, d, pid);
	if (status == COSMOS_OK && spec->paused != 0)
		status = cosmos_suspend(c, &made);
	if (status == COSMOS_OK)
		*g = made;
	return status;
}

int
process_begin(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid)
{
	struct process_spawn spawn = { .spec = spec, .dir = d };
	int status = process_room(c, d->name);

	if (status == COSMOS_OK)
		status = process_listen(c, d, &spawn.control);
	if (status != COSMOS_OK)
		return status;
	status = process_spawn(c, &spawn, pid);
	close(spawn.control);
	/* While it starts; until it is told what to run it takes nothing. */
	if (status == COSMOS_OK && spec->no_limits == 0)
		status = process_cgroup_make(c, d, spec);
	if (status == COSMOS_OK && spec->no_limits == 0)
		status = process_cgroup_attach(c, d, *pid);
	return status;
}

/* A folder of that name with a guest in it: a prepared one, or a new one. */
static int
create_guest(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid)
{
	int status = process_pool_take(c, spec, d, pid);

	if (status != COSMOS_E_STATE)
		return status;
	status = process_dir_make(c, spec->name, d);
	if (status == COSMOS_OK) {
		status = process_begin(c, spec, d, pid);
		if (status != COSMOS_OK)
			process_clear(c, d, *pid);
	}
	return status;
}

int
process_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g)
{
	struct process_dir d;
	pid_t pid = 0;
	int status;

	if (spec->type != NULL || spec->cmdline != NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: a process guest has no kernel for which %s could mean "
		    "something",
		    spec->name, spec->type != NULL ? "a type" : "extra words");
	status = create_guest(c, spec, &d, &pid);

	stage_end(c, "process");
	if (status != COSMOS_OK)
		return status;
	status = spec_save(c, d.fd, d.path, spec);
	if (status == COSMOS_OK)
		status = process_dir_link_id(c, &d, pid);
	stage_end(c, "files");
	if (status == COSMOS_OK)
		status = begin(c, spec, &d, pid, g);
	stage_end(c, "configuration");
	if (status != COSMOS_OK) {
		process_clear(c, &d, pid);
		return status;
	}
	process_dir_made(&d);
	process_dir_close(&d);
	return COSMOS_OK;
}
