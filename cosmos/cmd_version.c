/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_version.c -- cosmos version. */
#include <stdio.h>

#include "cosmos/cmd.h"

static int
version_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	if (x->json)
		cmd_print_json(json_pack("{s:s}", "version", cosmos_version()));
	else
		printf("cosmos %s\n", cosmos_version());
	return COSMOS_OK;
}

const struct cmd cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "print the version",
	.help = "",
	.about = "",
	.shorts = "",
	.run = version_run,
};
