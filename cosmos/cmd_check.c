/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_check.c -- cosmos check: `click --check`, the runtime itself, reads and
 * initializes a configuration.  Its numbered ports are there, and lead nowhere.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cosmos/cmd.h"

enum { CLICK_FAILED = 127 };

static const struct option check_options[] = {
	{ "port", required_argument, NULL, 'p' },
	{ NULL, 0, NULL, 0 },
};

struct check {
	const char *argv[2 * 2 * COSMOS_PORTS_MAX + 8];
	char numbered[COSMOS_PORTS_MAX][32];
	unsigned int argc;
};

/* Beside us, as in a build folder and in PREFIX/bin; or in PATH. */
static void
check_exec(const struct check *self)
{
	char path[PATH_MAX], *const *argv =
	                         (char *const *)(uintptr_t)self->argv;
	const char *named = getenv("CLICK");
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 8);

	if (named != NULL) {
		execv(named, argv);
		_exit(CLICK_FAILED);
	}
	path[n > 0 ? n : 0] = '\0';
	if (n > 0) {
		strcpy(strrchr(path, '/') + 1, "click");
		execv(path, argv);
	}
	execvp("click", argv);
	_exit(CLICK_FAILED);
}

/* Runs it; what it says, and how it ended. */
static int
check_run_click(const struct check *self, char *said, size_t size, size_t *n)
{
	int ends[2], how = -1;
	ssize_t got;
	pid_t pid;

	*n = 0;
	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		check_exec(self);
	}
	close(ends[1]);
	while (pid > 0 && *n < size &&
	       ((got = read(ends[0], said + *n, size - *n)) > 0 ||
	           (got < 0 && errno == EINTR)))
		*n += got > 0 ? (size_t)got : 0;
	close(ends[0]);
	if (pid > 0)
		while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
			;
	return how;
}

static int
check_file(
    struct cmd_context *x, struct check *self, const char *path, json_t *all)
{
	static char said[1 << 20];
	size_t n;
	int how, status = COSMOS_OK;

	self->argv[self->argc] = path;
	how = check_run_click(self, said, sizeof(said), &n);
	if (how == -1 || !WIFEXITED(how) || WEXITSTATUS(how) == CLICK_FAILED) {
		fprintf(stderr,
		    "cosmos: %s: no click to check it with: it belongs beside "
		    "cosmos or in PATH (CLICK names another)\n",
		    path);
		status = COSMOS_E_NOTSUP;
	} else if (WEXITSTATUS(how) != 0) {
		status = access(path, R_OK) != 0 && strcmp(path, "-") != 0
		             ? COSMOS_E_NOTFOUND
		             : COSMOS_E_CONFIG;
	}
	if (x->json)
		json_array_append_new(
		    all, json_pack("{s:s, s:b, s:i, s:o}", "file", path, "ok",
		             status == COSMOS_OK, "status", status, "messages",
		             cmd_text_json(said, n)));
	else
		fwrite(said, 1, n, stderr);
	return status;
}

/* A port that nobody has named is a cable to nowhere. */
static void
check_numbered(struct check *self, const char *const *named, unsigned int n)
{
	unsigned int i, j;
	size_t length;

	for (i = 0; i < COSMOS_PORTS_MAX; i++) {
		snprintf(self->numbered[i], sizeof(self->numbered[i]),
		    "%u=mem:64", i);
		length = strcspn(self->numbered[i], "=") + 1;
		for (j = 0; j < n; j++)
			if (strncmp(named[j], self->numbered[i], length) == 0)
				break;
		if (j < n)
			continue;
		self->argv[self->argc++] = "--port";
		self->argv[self->argc++] = self->numbered[i];
	}
}

static int
check_run(struct cmd_context *x, int argc, char **argv)
{
	struct check self = { .argv = { "click", "--check" }, .argc = 2 };
	const char *ports[COSMOS_PORTS_MAX];
	json_t *all;
	unsigned int nports = 0;
	int option, one, status = COSMOS_OK;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option != 'p')
			return COSMOS_E_USAGE;
		if (nports == COSMOS_PORTS_MAX)
			return cmd_usage(
			    x, "more than %d ports", COSMOS_PORTS_MAX);
		ports[nports++] = optarg;
		self.argv[self.argc++] = "--port";
		self.argv[self.argc++] = optarg;
	}
	if (optind >= argc)
		return cmd_usage(x, "which configuration?");
	check_numbered(&self, ports, nports);
	all = json_array();
	for (; optind < argc; optind++) {
		one = check_file(x, &self, argv[optind], all);
		status = one != COSMOS_OK ? one : status;
	}
	if (x->json)
		cmd_print_json(json_incref(all));
	json_decref(all);
	return status;
}

const struct cmd cmd_check = {
	.name = "check",
	.arguments = "[-p N=KIND:...]... FILE...",
	.summary = "check configurations before they run anywhere",
	.help =
	    "  -p, --port N=KIND:... what port N is; else a cable to nowhere\n",
	.about =
	    "Says what click --check says, every mistake with its place.\n"
	    "The exit status is 5 if there is one.  '-' is standard input.",
	.shorts = "p:",
	.longs = check_options,
	.run = check_run,
};
