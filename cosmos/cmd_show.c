/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_show.c -- cosmos show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
			    json_pack("{s:s, s:o}", "state", state, "label",
			        cmd_text_json(
			            line + label, strlen(line + label))));
	return all;
}

static void
show_print(struct cmd_context *x, const struct cosmos_guest *g, char *routers,
    const char *stats, json_t *item)
{
	json_t *guest;

	if (x->json) {
		guest = cmd_guest_json(g);
		json_object_update(item, guest);
		json_decref(guest);
		json_object_set_new(
		    item, "routers", show_routers_json(routers));
		json_object_set_new(item, "stats", cmd_lines_json(stats));
		return;
	}
	printf("%s: %s guest %u, %s\n", g->name,
	    cosmos_platform_name(g->platform), g->id,
	    cosmos_state_name(g->state));
	printf("%s%s", routers[0] != '\0' ? "\nrouters:\n" : "", routers);
	printf("%s%s", stats[0] != '\0' ? "\n" : "", stats);
}

static int
show_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	char *routers = NULL, *stats = NULL, nothing[] = "";
	int status = COSMOS_OK;

	(void)arg;
	/* One that does not run cannot tell more than its state. */
	if (g->state == COSMOS_STATE_RUNNING) {
		status = cosmos_routers(x->c, g, &routers, NULL);
		if (status == COSMOS_OK)
			status = cosmos_stats(x->c, g, &stats, NULL);
	}
	if (status == COSMOS_OK)
		show_print(x, g, routers != NULL ? routers : nothing,
		    stats != NULL ? stats : nothing, item);
	free(routers);
	free(stats);
	return status;
}

static int
show_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, show_one);
}

const struct cmd cmd_show = {
	.name = "show",
	.arguments = "GUEST...",
	.summary = "show guests, their routers and what they have counted",
	.help = "",
	.about = "",
	.shorts = "",
	.run = show_run,
};
