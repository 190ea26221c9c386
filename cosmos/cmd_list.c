/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_list.c -- cosmos list. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd.h"

static void
list_print(const struct cosmos_guest *v, size_t n)
{
	size_t i;

	printf("%-24s %8s %-8s %-8s %9s %9s\n", "NAME", "ID", "ON", "STATE",
	    "MEMORY", "CPU");
	for (i = 0; i < n; i++)
		printf("%-24s %8u %-8s %-8s %7.1f M %7.2f s\n", v[i].name,
		    v[i].id, cosmos_platform_name(v[i].platform),
		    cosmos_state_name(v[i].state),
		    (double)v[i].memory / (1 << 20), (double)v[i].cpu_ns / 1e9);
}

static int
list_run(struct cmd_context *x, int argc, char **argv)
{
	struct cosmos_guest *v;
	json_t *all;
	size_t n, i;
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	status = cosmos_list(x->c, &v, &n);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json) {
		all = json_array();
		for (i = 0; i < n; i++)
			json_array_append_new(all, cmd_guest_json(&v[i]));
		cmd_print_json(all);
	} else {
		list_print(v, n);
	}
	free(v);
	return COSMOS_OK;
}

const struct cmd cmd_list = {
	.name = "list",
	.arguments = "",
	.summary = "list all guests",
	.help = "",
	.about = "",
	.shorts = "",
	.run = list_run,
};
