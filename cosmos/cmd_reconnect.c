/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_reconnect.c -- cosmos reconnect. */
#include "cosmos/cmd.h"

static int
reconnect_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	(void)item, (void)arg;
	return cosmos_reconnect(x->c, g);
}

static int
reconnect_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	return cmd_guests(
	    x, argv + optind, (size_t)(argc - optind), reconnect_one, NULL);
}

const struct cmd cmd_reconnect = {
	.name = "reconnect",
	.arguments = "GUEST...",
	.summary = "bring guests to a switch that was restarted",
	.help = "",
	.about =
	    "A process guest in its sandbox cannot go to another switch when\n"
	    "its own ends and the next one begins: it is brought a\n"
	    "connection. 'cosmos watch' does so by itself.",
	.shorts = "",
	.run = reconnect_run,
};
