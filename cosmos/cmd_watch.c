/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_watch.c -- cosmos watch. */
#include <signal.h>
#include <stdio.h>

#include "cosmos/cmd.h"

/* A signal handler has nothing else to write to. */
static volatile int watch_stop;

static void
watch_end(int signo)
{
	(void)signo;
	watch_stop = 1;
}

static void
watch_say(void *arg, const char *line)
{
	const struct cmd_context *x = arg;

	if (x->json)
		cmd_print_json(json_string(line));
	else
		printf("%s\n", line);
	fflush(stdout);
}

static int
watch_run(struct cmd_context *x, int argc, char **argv)
{
	struct sigaction end = { .sa_handler = watch_end };
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	status = cosmos_watch(x->c, &watch_stop, watch_say, x);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

const struct cmd cmd_watch = {
	.name = "watch",
	.arguments = "",
	.summary = "see to guests that end: clear, restart or keep them",
	.help = "",
	.about =
	    "It runs until a signal ends it, one a host, and keeps nothing "
	    "that\n"
	    "the next one would miss.  A guest that has ended is destroyed,\n"
	    "restarted (by default: after a reboot) with all that was "
	    "installed in\n"
	    "it, or preserved, as create was told.  The pool is kept full.  "
	    "With\n"
	    "--json each event is a JSON string.",
	.shorts = "",
	.run = watch_run,
};
