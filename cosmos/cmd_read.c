/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_read.c -- cosmos read. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd_handler.h"

static int
read_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const struct cmd_call *call = arg;
	char *text;
	size_t n;
	int status = cosmos_read(
	    x->c, g, call->router, call->path, call->value, &text, &n);

	if (status != COSMOS_OK)
		return status;
	if (x->json) {
		json_object_set_new(
		    item, "router", json_integer((json_int_t)call->router));
		json_object_set_new(item, "handler", json_string(call->path));
		json_object_set_new(item, "value", cmd_text_json(text, n));
	} else {
		if (call->many)
			printf("%s: ", g->name);
		fwrite(text, 1, n, stdout);
		if (n == 0 || text[n - 1] != '\n')
			putchar('\n');
	}
	free(text);
	return COSMOS_OK;
}

static int
read_run(struct cmd_context *x, int argc, char **argv)
{
	struct cmd_call call;
	int status = cmd_call(x, &call, argc, argv);

	return status != COSMOS_OK
	           ? status
	           : cmd_guests(x, &call.guest, 1, read_one, &call);
}

const struct cmd cmd_read = {
	.name = "read",
	.arguments = "[-r ROUTER] GUEST ELEMENT.HANDLER [PARAMETER]",
	.summary = "read a handler",
	.help = "  -r, --router N        of this router (default 0)\n",
	.about =
	    "'.HANDLER' is a handler of the router itself.  The original's\n"
	    "form, with ELEMENT and HANDLER as two words, is understood\n"
	    "where the first of them has no dot.",
	.shorts = "r:",
	.longs = cmd_call_options,
	.run = read_run,
};
