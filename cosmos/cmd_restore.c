/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_restore.c -- cosmos restore. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/cmd.h"
#include "cosmos/cmd_save.h"

static const struct option restore_options[] = {
	{ "name", required_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

int
cmd_restore_file(struct cmd_context *x, const char *path, const char *name)
{
	struct cosmos_guest g;
	int status, fd = strcmp(path, "-") == 0
	                     ? dup(STDIN_FILENO)
	                     : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		fprintf(stderr, "cosmos: %s: %s\n", path, strerror(errno));
		return errno == ENOENT ? COSMOS_E_NOTFOUND : COSMOS_E_SYSTEM;
	}
	status = cosmos_restore(x->c, fd, name, &g);
	close(fd);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	cmd_print_made(x, &g);
	return COSMOS_OK;
}

static int
restore_run(struct cmd_context *x, int argc, char **argv)
{
	const char *name = NULL;
	int option;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option != 'n')
			return COSMOS_E_USAGE;
		name = optarg;
	}
	if (argc - optind != 1)
		return cmd_usage(x, "which file?");
	return cmd_restore_file(x, argv[optind], name);
}

const struct cmd cmd_restore = {
	.name = "restore",
	.arguments = "[-n NAME] FILE",
	.summary = "make a guest of a file that save has written",
	.help =
	    "  -n, --name NAME       call it so, and not as it was called\n",
	.about = "'-' is standard input.  A file that ends early or is none\n"
	         "leaves nothing behind.",
	.shorts = "n:",
	.longs = restore_options,
	.run = restore_run,
};
