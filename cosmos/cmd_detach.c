/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_detach.c -- cosmos detach. */
#include "cosmos/cmd.h"

static int
detach_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const char *port = arg;

	json_object_set_new(item, "port", json_string(port));
	return cosmos_detach(x->c, g, port);
}

static int
detach_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 2)
		return cmd_usage(x, "which guest, and which port?");
	return cmd_guests(x, argv + optind, 1, detach_one, argv[optind + 1]);
}

const struct cmd cmd_detach = {
	.name = "detach",
	.arguments = "GUEST N",
	.summary = "take a port from a guest",
	.help = "",
	.about =
	    "See attach.  A process guest keeps a port that a router has open: "
	    "stop\nor remove that first.",
	.shorts = "",
	.run = detach_run,
};
