/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_resume.c -- cosmos resume.  An argument that is a file (cmd_is_file())
 * makes it the original's: `resume FILE` restores.
 */
#include "cosmos/cmd.h"
#include "cosmos/cmd_save.h"

static int
resume_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	(void)item, (void)arg;
	return cosmos_resume(x->c, g);
}

static int
resume_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	if (argc - optind == 1 && cmd_is_file(argv[optind]))
		return cmd_restore_file(x, argv[optind], NULL);
	return cmd_guests(
	    x, argv + optind, (size_t)(argc - optind), resume_one, NULL);
}

const struct cmd cmd_resume = {
	.name = "resume",
	.arguments = "GUEST... | FILE",
	.summary = "let guests go on",
	.help = "",
	.about = "With one argument that is a file (it has a '/' or ends in\n"
	         ".save) it is the original's form, and the same as restore.",
	.shorts = "",
	.run = resume_run,
};
