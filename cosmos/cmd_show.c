/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_show.c -- cosmos show, logs, version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/cmd.h"

/* The routers as {"0": {"state": ..., "label": ...}}. */
static json_t *
show_routers_json(char *text)
{
	json_t *all = json_object();
	char *line, *rest, id[8], state[16];
	int label;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		if (sscanf(line, "%7s %15s %n", id, state, &label) == 2)
			json_object_set_new(all, id,
			    json_pack("{s:s, s:s}", "state", state, "label",
			        line + label));
	return all;
}

static int
show_print(struct cmd_context *x, const struct cosmos_guest *g, char *routers,
    const char *stats)
{
	json_t *all;

	if (x->json) {
		all = cmd_guest_json(g);
		json_object_set_new(all, "routers", show_routers_json(routers));
		json_object_set_new(all, "stats", cmd_lines_json(stats));
		cmd_print_json(all);
		return COSMOS_OK;
	}
	printf("%s: %s guest %u, %s\n", g->name,
	    cosmos_platform_name(g->platform), g->id,
	    cosmos_state_name(g->state));
	printf("%s%s", routers[0] != '\0' ? "\nrouters:\n" : "", routers);
	printf("%s%s", stats[0] != '\0' ? "\n" : "", stats);
	return COSMOS_OK;
}

static int
show_one(struct cmd_context *x, const struct cosmos_guest *g)
{
	char *routers = NULL, *stats = NULL;
	int status = COSMOS_OK;

	/* One that does not run cannot tell more than its state. */
	if (g->state == COSMOS_STATE_RUNNING) {
		status = cosmos_routers(x->c, g, &routers, NULL);
		if (status == COSMOS_OK)
			status = cosmos_stats(x->c, g, &stats, NULL);
	} else {
		routers = strdup("");
		stats = strdup("");
	}
	if (status == COSMOS_OK)
		status = show_print(x, g, routers, stats);
	free(routers);
	free(stats);
	return status;
}

static int
show_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, show_one);
}

static int
logs_one(struct cmd_context *x, const struct cosmos_guest *g)
{
	char *text;
	size_t n;
	int status = cosmos_logs(x->c, g, &text, &n);

	if (status != COSMOS_OK)
		return status;
	if (x->json)
		cmd_print_json(json_pack(
		    "{s:s, s:s%}", "guest", g->name, "text", text, n));
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

static int
version_run(struct cmd_context *x, int argc, char **argv)
{
	while (cmd_option(x, argc, argv) != -1)
		;
	if (x->json)
		cmd_print_json(json_pack("{s:s}", "version", cosmos_version()));
	else
		printf("cosmos %s\n", cosmos_version());
	return COSMOS_OK;
}

const struct cmd cmd_show = {
	.name = "show",
	.arguments = "GUEST...",
	.summary = "show guests, their routers and what they have counted",
	.help = "",
	.shorts = "",
	.run = show_run,
};

const struct cmd cmd_logs = {
	.name = "logs",
	.arguments = "GUEST...",
	.summary = "print what guests have written on their consoles",
	.help = "",
	.shorts = "",
	.run = logs_run,
};

const struct cmd cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "print the version",
	.help = "",
	.shorts = "",
	.run = version_run,
};
