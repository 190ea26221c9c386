/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_logs.c -- cosmos logs. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd.h"

static int
logs_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	char *text;
	size_t n;
	int status = cosmos_logs(x->c, g, &text, &n);

	(void)arg;
	if (status != COSMOS_OK)
		return status;
	if (x->json)
		json_object_set_new(item, "text", cmd_text_json(text, n));
	else
		fwrite(text, 1, n, stdout);
	free(text);
	return COSMOS_OK;
}

static int
logs_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, logs_one);
}

const struct cmd cmd_logs = {
	.name = "logs",
	.arguments = "GUEST...",
	.summary = "print what guests have written on their consoles",
	.help = "",
	.about = "",
	.shorts = "",
	.run = logs_run,
};
