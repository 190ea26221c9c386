/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_start.c -- cosmos start; its forms: cmd_router.h. */
#include "cosmos/cmd_router.h"

static int
start_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_routers self;
	int status = cmd_routers(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind == 1 && !self.chosen)
		return cmd_install_file(x, &self, argv[optind]);
	if (optind < argc)
		return cmd_usage(x, "'%s' is one too many", argv[optind]);
	return cmd_routers_do(x, &self, "halted", cosmos_start);
}

const struct cmd cmd_start = {
	.name = "start",
	.arguments = "[-r ROUTER] GUEST [FILE]",
	.summary = "start halted routers, or install FILE",
	.help = "  -r, --router N        only this one\n",
	.about = "With a second argument it is the original's form, and the\n"
	         "same as install.",
	.shorts = "r:",
	.longs = cmd_router_options,
	.run = start_run,
};
