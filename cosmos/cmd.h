/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd.h -- the command `cosmos`: one file a subcommand (cmd_*.c), one table
 * (main.c).
 *
 * A subcommand returns an enum cosmos_status, the exit status.  What it has to
 * say goes to standard output, as text or, with --json, as one JSON value;
 * errors go to standard error.
 */
#ifndef COSMOS_CMD_H
#define COSMOS_CMD_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>

#include "cosmos/cosmos.h"

struct cmd;

struct cmd_context {
	struct cosmos *c;
	const struct cmd *cmd;
	bool json;
};

struct cmd {
	const char *name;
	const char *arguments;      /* of the usage line */
	const char *summary;        /* a line */
	const char *help;           /* lines of the options, or "" */
	const char *shorts;         /* for getopt_long; "" */
	const struct option *longs; /* or NULL; -j/--json, -h are everybody's */
	int (*run)(struct cmd_context *x, int argc, char **argv);
};

extern const struct cmd cmd_create, cmd_list, cmd_show, cmd_destroy,
    cmd_install, cmd_remove, cmd_start, cmd_stop, cmd_read, cmd_write,
    cmd_suspend, cmd_resume, cmd_shutdown, cmd_logs, cmd_console, cmd_version,
    cmd_doctor, cmd_pool, cmd_watch;

/*
 * The next option of argv, or -1: then argv[optind] is the first argument.
 * Takes the common ones itself; '?' for a mistake, which has been reported.
 */
int cmd_option(struct cmd_context *x, int argc, char **argv);

/* Says what was wrong with the call, and where help is. */
int cmd_usage(struct cmd_context *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Says what the library's last error was; returns status. */
int cmd_fail(struct cmd_context *x, int status);

/* The guest of that name or id; else the failure has been reported. */
int cmd_guest(struct cmd_context *x, const char *name, struct cosmos_guest *g);

/* A router's id, 0..63; cmd_usage() otherwise. */
int cmd_router(struct cmd_context *x, const char *text, unsigned int *router);

/* Reads a file ("-": standard input) whole; *text ends in a NUL that *n does
 * not count. */
int cmd_file(struct cmd_context *x, const char *path, char **text, size_t *n);

/* Prints value and a newline, and gives it up. */
void cmd_print_json(json_t *value);
/* A guest as it is shown everywhere. */
json_t *cmd_guest_json(const struct cosmos_guest *g);
/* "name value" lines as an object; numbers become numbers. */
json_t *cmd_lines_json(const char *text);

/* Does one(x, g, arg) to every guest named in argv[optind..]; worst status. */
int cmd_each_guest(struct cmd_context *x, int argc, char **argv,
    int (*one)(struct cmd_context *x, const struct cosmos_guest *g));

#endif
