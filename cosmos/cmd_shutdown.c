/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_shutdown.c -- cosmos shutdown. */
#include "cosmos/cmd.h"

static const struct option shutdown_options[] = {
	{ "reboot", no_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

static int
shutdown_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const char *how = arg;

	json_object_set_new(item, "how", json_string(how));
	return cosmos_shutdown(x->c, g, how);
}

static int
shutdown_run(struct cmd_context *x, int argc, char **argv)
{
	char poweroff[] = "poweroff", reboot[] = "reboot", *how = poweroff;
	int option;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == '?')
			return COSMOS_E_USAGE;
		how = reboot;
	}
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	return cmd_guests(
	    x, argv + optind, (size_t)(argc - optind), shutdown_one, how);
}

const struct cmd cmd_shutdown = {
	.name = "shutdown",
	.arguments = "[-r] GUEST...",
	.summary = "ask guests to end by themselves",
	.help = "  -r, --reboot          and to begin anew ('cosmos watch')\n",
	.about =
	    "It does not wait.  What becomes of one that has ended is\n"
	    "said by --on-poweroff and --on-reboot of create, and done by\n"
	    "'cosmos watch'.",
	.shorts = "r",
	.longs = shutdown_options,
	.run = shutdown_run,
};
