/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_install.c -- cosmos install. */
#include "cosmos/cmd_router.h"

static int
install_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_routers self;
	int status = cmd_routers(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 1)
		return cmd_usage(x, "which configuration?");
	if (self.chosen && !self.swap)
		return cmd_usage(x, "--router is for --swap");
	return cmd_install_file(x, &self, argv[optind]);
}

const struct cmd cmd_install = {
	.name = "install",
	.arguments = "[OPTION]... GUEST FILE",
	.summary = "start another router in a guest",
	.help = "  -l, --label TEXT      its label (default: the file's name)\n"
	        "  -s, --swap            put it in a running router's place,\n"
	        "                        which hands its state over\n"
	        "  -r, --router N        of that one (default 0)\n",
	.about = "Prints the router's number.  A configuration with mistakes\n"
	         "changes nothing: Click's messages are printed, and the exit\n"
	         "status is 5.  '-' is standard input.",
	.shorts = "r:sl:",
	.longs = cmd_router_options,
	.run = install_run,
};
