/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_attach.c -- cosmos attach. */
#include "cosmos/cmd.h"

static int
attach_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const char *port = arg;

	json_object_set_new(item, "port", json_string(port));
	return cosmos_attach(x->c, g, port);
}

static int
attach_run(struct cmd_context *x, int argc, char **argv)
{
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 2)
		return cmd_usage(x, "which guest, and which port?");
	return cmd_guests(x, argv + optind, 1, attach_one, argv[optind + 1]);
}

const struct cmd cmd_attach = {
	.name = "attach",
	.arguments = "GUEST N=KIND:...",
	.summary = "give a running guest a port",
	.help = "",
	.about =
	    "The port is one as --port of create has it.  Guests under xen\n"
	    "take vale0:NAME, a port of the switch, and bridge:NAME, each\n"
	    "with ,mac=ADDRESS if it matters; process guests take vale0:NAME,\n"
	    "tap:NAME and bridge:NAME.  A router that is installed then uses\n"
	    "it.  Guests under kvm have the ports that they were created\n"
	    "with, and say so.",
	.shorts = "",
	.run = attach_run,
};
