/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_suspend.c -- cosmos suspend.  A second argument that is a file
 * (cmd_is_file()) makes it the original's: `suspend GUEST FILE` saves.
 */
#include "cosmos/cmd.h"
#include "cosmos/cmd_save.h"

static int
suspend_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	(void)item, (void)arg;
	return cosmos_suspend(x->c, g);
}

static int
suspend_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	if (argc - optind == 2 && cmd_is_file(argv[optind + 1]))
		return cmd_save_file(x, argv[optind], argv[optind + 1], 0);
	return cmd_guests(
	    x, argv + optind, (size_t)(argc - optind), suspend_one, NULL);
}

const struct cmd cmd_suspend = {
	.name = "suspend",
	.arguments = "GUEST... | GUEST FILE",
	.summary = "let guests stand still, in memory",
	.help = "",
	.about =
	    "With two arguments of which the second is a file (it has a '/' "
	    "or\n"
	    "ends in .save) it is the original's form, and the same as save.",
	.shorts = "",
	.run = suspend_run,
};
