/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_stop.c -- cosmos stop; its forms: cmd_router.h. */
#include "cosmos/cmd_router.h"

static int
stop_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_routers self;
	int status = cmd_routers(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind == 1 && !self.chosen) {
		status = cmd_router(x, argv[optind++], &self.router);
		if (status != COSMOS_OK)
			return status;
		self.chosen = true;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s' is one too many", argv[optind]);
	return cmd_routers_do(x, &self, "running", cosmos_stop);
}

const struct cmd cmd_stop = {
	.name = "stop",
	.arguments = "[-r ROUTER] GUEST [ROUTER]",
	.summary = "stop running routers; their texts stay",
	.help = "  -r, --router N        only this one\n",
	.about = "With a second argument it is the original's form, and the\n"
	         "same as --router.",
	.shorts = "r:",
	.longs = cmd_router_options,
	.run = stop_run,
};
