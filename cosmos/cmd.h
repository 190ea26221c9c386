/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd.h -- the command `cosmos`: one file a subcommand (cmd_*.c), one table
 * (main.c).
 *
 * A subcommand returns an enum cosmos_status, the exit status.  What it has to
 * say goes to standard output, as text or, with --json, as one JSON value
 * (docs/cosmos.schema.json); errors go to standard error.
 *
 * Commands about guests take any number of them, by name, by id or as a
 * pattern that stands for several (cmd_expand()).  One that fails does not keep
 * the others from their turn; the exit status is the last failure's.
 */
#ifndef COSMOS_CMD_H
#define COSMOS_CMD_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cosmos/cosmos.h"

struct cmd;

struct cmd_context {
	struct cosmos *c;
	const struct cmd *cmd;
	bool json, verbose, timed;
	char error[256]; /* of the command's own; "": the library's */
};

struct cmd {
	const char *name;
	const char *arguments;      /* of the usage line */
	const char *summary;        /* a line */
	const char *help;           /* lines of the options, or "" */
	const char *about;          /* paragraphs for the manual, or "" */
	const char *shorts;         /* for getopt_long; "" */
	const struct option *longs; /* or NULL; -j/--json, -h are everybody's */
	int (*run)(struct cmd_context *x, int argc, char **argv);
};

/* All of them, in the order of the manual; the last is NULL. */
extern const struct cmd *const cmd_table[];

extern const struct cmd cmd_create, cmd_load, cmd_list, cmd_show, cmd_destroy,
    cmd_install, cmd_remove, cmd_start, cmd_stop, cmd_read, cmd_write,
    cmd_suspend, cmd_resume, cmd_shutdown, cmd_logs, cmd_console, cmd_version,
    cmd_doctor, cmd_pool, cmd_watch, cmd_check, cmd_images, cmd_top, cmd_attach,
    cmd_detach, cmd_save, cmd_restore, cmd_migrate, cmd_reconnect;

/*
 * The next option of argv, or -1: then argv[optind] is the first argument.
 * Takes the common ones itself; '?' for a mistake, which has been reported.
 */
int cmd_option(struct cmd_context *x, int argc, char **argv);
/* For a command without options of its own: COSMOS_OK or COSMOS_E_USAGE. */
int cmd_no_options(struct cmd_context *x, int argc, char **argv);

/* Says what was wrong with the call, and where help is. */
int cmd_usage(struct cmd_context *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What x->error says, else what the library's last error was. */
const char *cmd_error(const struct cmd_context *x);
/* Says so; returns status. */
int cmd_fail(struct cmd_context *x, int status);

/* ---- arguments ---- */

/* A router's id, 0..63; cmd_usage() otherwise. */
int cmd_router(struct cmd_context *x, const char *text, unsigned int *router);

/* A platform's name, or cmd_usage(). */
int cmd_platform(struct cmd_context *x, const char *text, uint32_t *platform);

/*
 * True for what is a file where a guest could stand, too: it has a '/', or ends
 * in .cfg, .xl, .click or .save.
 */
bool cmd_is_file(const char *text);

/* Reads a file ("-": standard input) whole; *text ends in a NUL that *n does
 * not count. */
int cmd_file(struct cmd_context *x, const char *path, char **text, size_t *n);

struct cmd_names {
	char **v;
	size_t n, cap;
};

/*
 * Appends what a pattern stands for: "fw{1..3}" is fw1 fw2 fw3, "fw{01..03}"
 * fw01 ..., "{a,b}.{x,y}" a.x a.y b.x b.y; as shells have it, for those that
 * have not, and for names that are written down somewhere.
 */
int cmd_expand(
    struct cmd_context *x, const char *pattern, struct cmd_names *to);
void cmd_names_free(struct cmd_names *names);

/* ---- output ---- */

/* Prints value and a newline, and gives it up. */
void cmd_print_json(json_t *value);
/* A guest as it is shown everywhere. */
json_t *cmd_guest_json(const struct cosmos_guest *g);
/* A guest that a command has made, as JSON or "name id". */
void cmd_print_made(const struct cmd_context *x, const struct cosmos_guest *g);
/* A text of any bytes: those that are no UTF-8 are taken for Latin-1. */
json_t *cmd_text_json(const char *text, size_t n);
/* "name value" lines as an object; numbers become numbers. */
json_t *cmd_lines_json(const char *text);

/*
 * Says on a terminal how far work has come that takes longer than a second;
 * cmd_progress_end() takes that away.
 */
struct cmd_progress {
	int64_t begun_ns, said_ns;
};

void cmd_progress(
    struct cmd_progress *p, const char *what, size_t done, size_t of);
void cmd_progress_end(struct cmd_progress *p);

/* ---- guests ---- */

/*
 * What a command does to one guest.  item is an object that --json will show,
 * with "name" and "id" so far.  A failure must be the library's last.
 */
typedef int cmd_guest_fn(struct cmd_context *x, const struct cosmos_guest *g,
    json_t *item, void *arg);

/*
 * Does it to every guest that the patterns stand for and, with --json, prints
 * an array of the items; that of a failure has "status" and "error".
 */
int cmd_guests(struct cmd_context *x, char *const *patterns, size_t n,
    cmd_guest_fn *one, void *arg);
/* The whole of a command that takes nothing but guests. */
int cmd_each_guest(
    struct cmd_context *x, int argc, char **argv, cmd_guest_fn *one);

/*
 * Shows the guest's console, and sends it what is typed, until it has ended or
 * *stop, set by a signal handler, is true; stop may be NULL.
 */
int cmd_console_show(struct cmd_context *x, const struct cosmos_guest *g,
    const volatile int *stop);

/* Collects the array of --json by hand, where guests do not exist yet. */
void cmd_item_failed(
    struct cmd_context *x, json_t *all, const char *name, int status);

#endif
