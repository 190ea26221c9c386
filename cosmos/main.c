/* SPDX-License-Identifier: BSD-3-Clause */
/* main.c -- the command `cosmos`; see cmd.h. */
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "cosmos/cmd.h"

static const struct cmd *const commands[] = {
	&cmd_create,
	&cmd_list,
	&cmd_show,
	&cmd_install,
	&cmd_remove,
	&cmd_start,
	&cmd_stop,
	&cmd_read,
	&cmd_write,
	&cmd_console,
	&cmd_logs,
	&cmd_suspend,
	&cmd_resume,
	&cmd_shutdown,
	&cmd_destroy,
	&cmd_watch,
	&cmd_pool,
	&cmd_doctor,
	&cmd_version,
};

static void
main_help(FILE *to)
{
	unsigned int i;

	fprintf(to,
	    "Usage: cosmos COMMAND [OPTION]... [ARGUMENT]...\n"
	    "Creates, configures, watches and destroys middleboxes.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(
		    to, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(to,
	    "\nA GUEST is a name or an id.  Every command takes --json and "
	    "--help.\n");
}

static const struct cmd *
main_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

int
main(int argc, char **argv)
{
	struct cmd_context x = { NULL, NULL, false };
	int status;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		main_help(argc < 2 ? stderr : stdout);
		return argc < 2 ? COSMOS_E_USAGE : COSMOS_OK;
	}
	x.cmd =
	    main_find(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
	if (x.cmd == NULL) {
		fprintf(stderr,
		    "cosmos: %s: no such command: 'cosmos --help' lists them\n",
		    argv[1]);
		return COSMOS_E_USAGE;
	}
	x.c = cosmos_open();
	if (x.c == NULL) {
		fprintf(stderr, "cosmos: out of memory\n");
		return COSMOS_E_FULL;
	}
	status = x.cmd->run(&x, argc - 1, argv + 1);
	cosmos_close(x.c);
	if (fflush(stdout) != 0 && status == COSMOS_OK) {
		perror("cosmos: standard output");
		status = COSMOS_E_SYSTEM;
	}
	return status;
}
