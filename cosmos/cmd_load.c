/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_load.c -- cosmos load, as the original has it: a guest for as long as one
 * looks at its console.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "cosmos/cmd.h"

static const struct option load_options[] = {
	{ "on", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static volatile int load_stop;

static void
load_signal(int signo)
{
	(void)signo;
	load_stop = 1;
}

/* The file's extra= and what stands behind it on the command line. */
static const char *
load_cmdline(struct strbuf *to, const char *extra, int n, char **words)
{
	int i;

	if (extra != NULL)
		sb_adds(to, extra);
	for (i = 0; i < n; i++)
		sb_printf(to, "%s%s", to->n > 0 ? " " : "", words[i]);
	return to->n > 0 ? sb_cstr(to) : NULL;
}

static int
load_guest(struct cmd_context *x, const struct cosmos_spec *spec)
{
	struct sigaction stop = { .sa_handler = load_signal };
	struct cosmos_guest g, now;
	int status, gone;

	/* From before there is something that must not stay. */
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	status = cosmos_create(x->c, spec, &g);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	status = cmd_console_show(x, &g, &load_stop);
	/* Whoever watches may have been quicker. */
	if (cosmos_find(x->c, g.name, &now) != COSMOS_OK || now.id != g.id)
		return status;
	gone = cosmos_destroy(x->c, &g);
	if (gone != COSMOS_OK && gone != COSMOS_E_NOTFOUND)
		return cmd_fail(x, gone);
	return status;
}

static int
load_run(struct cmd_context *x, int argc, char **argv)
{
	struct cosmos_spec *spec;
	struct strbuf cmdline = STRBUF_INIT;
	uint32_t platform = COSMOS_BEST;
	char *warnings;
	int option, status = COSMOS_OK;

	while (
	    status == COSMOS_OK && (option = cmd_option(x, argc, argv)) != -1)
		status = option == 'o' ? cmd_platform(x, optarg, &platform)
		                       : COSMOS_E_USAGE;
	if (status == COSMOS_OK && optind == argc)
		status = cmd_usage(x, "which file?");
	if (status != COSMOS_OK)
		return status;
	status = cosmos_spec_load(x->c, argv[optind], &spec, &warnings);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	fputs(warnings, stderr);
	free(warnings);
	spec->platform = platform;
	/* As create has it: the file is for every platform. */
	if (platform == COSMOS_PROCESS)
		spec->type = spec->cmdline = NULL;
	spec->cmdline = load_cmdline(
	    &cmdline, spec->cmdline, argc - optind - 1, argv + optind + 1);
	if (cmdline.oom) {
		fputs("cosmos load: out of memory\n", stderr);
		status = COSMOS_E_FULL;
	} else {
		status = load_guest(x, spec);
	}
	cosmos_spec_free(spec);
	sb_fini(&cmdline);
	return status;
}

const struct cmd cmd_load = {
	.name = "load",
	.arguments = "[OPTION]... FILE [WORD]...",
	.summary = "create a guest, show its console, destroy it",
	.help =
	    "  -o, --on PLATFORM     one of xen, kvm, process, or best (the "
	    "default)\n",
	.about =
	    "The guest is that of one of xl's files, with the words on its\n"
	    "kernel's command line.  It lasts until it ends by itself or the\n"
	    "command is interrupted.",
	.longs = load_options,
	/* What stands behind the file is the guest's. */
	.shorts = "+o:",
	.run = load_run,
};
