/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_doctor.c -- cosmos doctor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/cmd.h"

static const struct option doctor_options[] = {
	{ "look", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

static json_t *
doctor_json(char *text, int cleared)
{
	json_t *all = json_array();
	char *line, *rest, *space, *colon;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		space = strchr(line, ' ');
		colon = space != NULL ? strstr(space, ": ") : NULL;
		if (colon == NULL)
			continue;
		*space = *colon = '\0';
		json_array_append_new(
		    all, json_pack("{s:s, s:s, s:s, s:b}", "kind", line, "name",
		             space + 1, "what", colon + 2, "cleared", cleared));
	}
	return all;
}

static int
doctor_run(struct cmd_context *x, int argc, char **argv)
{
	int option, status, clear = 1;
	char *text;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == '?')
			return COSMOS_E_USAGE;
		clear = 0;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	status = cosmos_doctor(x->c, clear, &text, NULL);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		cmd_print_json(doctor_json(text, clear));
	else
		fputs(text, stdout);
	free(text);
	return COSMOS_OK;
}

const struct cmd cmd_doctor = {
	.name = "doctor",
	.arguments = "[-n]",
	.summary = "clear what ended guests and killed programs have left",
	.help = "  -n, --look            only say what there is\n",
	.about =
	    "Whatever lives, and whatever somebody is at work on, is left\n"
	    "alone.  A line each: KIND NAME: WHAT.",
	.shorts = "n",
	.longs = doctor_options,
	.run = doctor_run,
};
