/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_destroy.c -- cosmos destroy. */
#include "cosmos/cmd.h"

static const struct option destroy_options[] = {
	{ "force", no_argument, NULL, 'f' },
	{ NULL, 0, NULL, 0 },
};

static int
destroy_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	(void)item, (void)arg;
	return cosmos_destroy(x->c, g);
}

static int
destroy_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, destroy_one);
}

const struct cmd cmd_destroy = {
	.name = "destroy",
	.arguments = "GUEST...",
	.summary = "end guests at once",
	.help = "  -f, --force           as always: the original's option\n",
	.about =
	    "What a guest has done so far is lost; its memory is free when\n"
	    "the command returns.",
	.shorts = "f",
	.longs = destroy_options,
	.run = destroy_run,
};
