/* SPDX-License-Identifier: BSD-3-Clause */
/* main.c -- the command `cosmos`; see cmd.h. */
#include <stdio.h>
#include <string.h>

#include "base/steady.h"
#include "cosmos/cmd.h"

const struct cmd *const cmd_table[] = {
	&cmd_create,
	&cmd_load,
	&cmd_list,
	&cmd_show,
	&cmd_top,
	&cmd_check,
	&cmd_install,
	&cmd_remove,
	&cmd_start,
	&cmd_stop,
	&cmd_read,
	&cmd_write,
	&cmd_attach,
	&cmd_detach,
	&cmd_console,
	&cmd_logs,
	&cmd_suspend,
	&cmd_resume,
	&cmd_save,
	&cmd_restore,
	&cmd_migrate,
	&cmd_reconnect,
	&cmd_shutdown,
	&cmd_destroy,
	&cmd_images,
	&cmd_watch,
	&cmd_pool,
	&cmd_doctor,
	&cmd_version,
	NULL,
};

static void
main_help(FILE *to)
{
	unsigned int i;

	fprintf(to,
	    "Usage: cosmos [-tv] COMMAND [OPTION]... [ARGUMENT]...\n"
	    "Creates, configures, watches and destroys middleboxes.\n\n");
	for (i = 0; cmd_table[i] != NULL; i++)
		fprintf(to, "  %-9s %s\n", cmd_table[i]->name,
		    cmd_table[i]->summary);
	fprintf(to,
	    "\n  -t, --time            say how long it took, and the "
	    "stages of a create\n"
	    "  -v, --verbose         say what was done to each guest\n"
	    "\nA GUEST is a name, an id, or a pattern: fw{1..100}, {a,b}.  "
	    "Every command\ntakes --json and --help.\n");
}

static const struct cmd *
main_find(const char *name)
{
	unsigned int i;

	if (strcmp(name, "--version") == 0)
		name = "version";
	for (i = 0; cmd_table[i] != NULL; i++)
		if (strcmp(cmd_table[i]->name, name) == 0)
			return cmd_table[i];
	return NULL;
}

static bool
main_is(const char *word, const char *brief, const char *name)
{
	return strcmp(word, brief) == 0 || strcmp(word, name) == 0;
}

/* Of the last create, where its time went. */
static void
main_stages(struct cosmos *c)
{
	const char *name;
	unsigned int i;
	int64_t ns;

	for (i = 0; i < cosmos_stage(c, i, &name, &ns); i++)
		fprintf(stderr, "%.6f s %s\n", (double)ns / 1e9, name);
}

static int
main_run(struct cmd_context *x, int argc, char **argv)
{
	int status;

	x->c = cosmos_open();
	if (x->c == NULL) {
		fprintf(stderr, "cosmos: out of memory\n");
		return COSMOS_E_FULL;
	}
	status = x->cmd->run(x, argc, argv);
	if (x->timed)
		main_stages(x->c);
	cosmos_close(x->c);
	if (fflush(stdout) != 0 && status == COSMOS_OK) {
		perror("cosmos: standard output");
		status = COSMOS_E_SYSTEM;
	}
	return status;
}

int
main(int argc, char **argv)
{
	static char help[] = "--help";
	struct cmd_context x = { .json = false };
	int64_t begin;
	int status, at = 1;

	for (; at < argc; at++) {
		if (main_is(argv[at], "-t", "--time"))
			x.timed = true;
		else if (main_is(argv[at], "-v", "--verbose"))
			x.verbose = true;
		else
			break;
	}
	if (at + 1 < argc && strcmp(argv[at], "help") == 0) {
		argv[at] = argv[at + 1]; /* help COMMAND */
		argv[at + 1] = help;
	}
	if (at >= argc || main_is(argv[at], "-h", "--help") ||
	    strcmp(argv[at], "help") == 0) {
		main_help(at >= argc ? stderr : stdout);
		return at >= argc ? COSMOS_E_USAGE : COSMOS_OK;
	}
	x.cmd = main_find(argv[at]);
	if (x.cmd == NULL) {
		fprintf(stderr,
		    "cosmos: %s: no such command: 'cosmos --help' lists them\n",
		    argv[at]);
		return COSMOS_E_USAGE;
	}
	begin = steady_ns();
	status = main_run(&x, argc - at, argv + at);
	if (x.timed)
		fprintf(
		    stderr, "%.6f s\n", (double)(steady_ns() - begin) / 1e9);
	return status;
}
