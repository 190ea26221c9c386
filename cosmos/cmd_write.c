/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_write.c -- cosmos write. */
#include <string.h>

#include "cosmos/cmd_handler.h"

static int
write_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const struct cmd_call *call = arg;

	json_object_set_new(
	    item, "router", json_integer((json_int_t)call->router));
	json_object_set_new(item, "handler", json_string(call->path));
	return cosmos_write(x->c, g, call->router, call->path, call->value,
	    strlen(call->value));
}

static int
write_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_call call;
	int status = cmd_call(x, &call, argc, argv);

	return status != COSMOS_OK
	           ? status
	           : cmd_guests(x, &call.guest, 1, write_one, &call);
}

const struct cmd cmd_write = {
	.name = "write",
	.arguments = "[-r ROUTER] GUEST ELEMENT.HANDLER [VALUE]",
	.summary = "write a handler",
	.help = "  -r, --router N        of this router (default 0)\n",
	.about = "Its forms are those of read.",
	.shorts = "r:",
	.longs = cmd_call_options,
	.run = write_run,
};
