/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_shutdown.c -- cosmos shutdown. */
#include "cosmos/cmd.h"

static const struct option shutdown_options[] = {
	{ "reboot", no_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static int
shutdown_run(struct cmd_context *x, int argc, char **argv)
{
	const char *how = "poweroff";
	struct cosmos_guest g;
	int option, status, worst = COSMOS_OK;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == '?')
			return COSMOS_E_USAGE;
		how = "reboot";
	}
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	for (; optind < argc; optind++) {
		status = cmd_guest(x, argv[optind], &g);
		if (status == COSMOS_OK) {
			status = cosmos_shutdown(x->c, &g, how);
			if (status != COSMOS_OK)
				cmd_fail(x, status);
		}
		if (status != COSMOS_OK)
			worst = status;
	}
	return worst;
}

const struct cmd cmd_shutdown = {
	.name = "shutdown",
	.arguments = "[-r] GUEST...",
	.summary = "ask guests to end by themselves",
	.help = "  -r, --reboot          and to begin anew ('cosmos watch')\n",
	.shorts = "r",
	.longs = shutdown_options,
	.run = shutdown_run,
};
