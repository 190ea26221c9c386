/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_remove.c -- cosmos remove. */
#include "cosmos/cmd_router.h"

static int
remove_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_routers self;
	int status = cmd_routers(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 1)
		return cmd_usage(x, "which router?");
	status = cmd_router(x, argv[optind], &self.router);
	if (status != COSMOS_OK)
		return status;
	self.chosen = true;
	return cmd_routers_do(x, &self, "", cosmos_remove);
}

const struct cmd cmd_remove = {
	.name = "remove",
	.arguments = "GUEST ROUTER",
	.summary = "remove a router from a guest",
	.help = "",
	.about = "It is stopped before, if it runs.",
	.shorts = "",
	.run = remove_run,
};
