/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_pool.c -- cosmos pool. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd.h"

static int
pool_run(struct cmd_context *x, int argc, char **argv)
{
	uint32_t n = UINT32_MAX;
	char *end;
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	if (optind < argc) {
		unsigned long wanted = strtoul(argv[optind], &end, 10);

		if (argv[optind][0] < '0' || argv[optind][0] > '9' ||
		    *end != '\0' || wanted > 100000)
			return cmd_usage(
			    x, "'%s' is no number up to 100000", argv[optind]);
		n = (uint32_t)wanted;
		optind++;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s': one number", argv[optind]);
	status = cosmos_pool(x->c, &n);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		cmd_print_json(json_pack("{s:I}", "prepared", (json_int_t)n));
	else
		printf("%u\n", n);
	return COSMOS_OK;
}

const struct cmd cmd_pool = {
	.name = "pool",
	.arguments = "[NUMBER]",
	.summary = "have so many guests prepared, or say how many are",
	.help = "",
	.about =
	    "A prepared guest is a process guest that waits for a name and a\n"
	    "configuration; create takes one where nothing but these is asked "
	    "for.\n"
	    "'cosmos watch' makes new ones for those that were taken.",
	.shorts = "",
	.run = pool_run,
};
