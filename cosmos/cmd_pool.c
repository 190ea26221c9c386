/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_pool.c -- cosmos pool. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd.h"

static const struct option pool_options[] = {
	{ "on", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static int
pool_run(struct cmd_context *x, int argc, char **argv)
{
	uint32_t n = UINT32_MAX;
	char *end;
	uint32_t platform = COSMOS_BEST;
	int option, status = COSMOS_OK;

	while (
	    status == COSMOS_OK && (option = cmd_option(x, argc, argv)) != -1)
		status = option == 'o' ? cmd_platform(x, optarg, &platform)
		                       : COSMOS_E_USAGE;
	if (status != COSMOS_OK)
		return status;
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
	status = cosmos_pool_on(x->c, platform, &n);
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
	.arguments = "[OPTION]... [NUMBER]",
	.summary = "have so many guests prepared, or say how many are",
	.help =
	    "  -o, --on PLATFORM     xen or process; else xen where it is\n",
	.about =
	    "A prepared guest is a process or a domain (under xen: one of 8 "
	    "MB,\n"
	    "booted and paused) that waits for a name and a configuration; "
	    "create\n"
	    "takes one where nothing but these is asked for, and under xen "
	    "ports.\n"
	    "'cosmos watch' makes new ones for those that were taken.",
	.shorts = "o:",
	.longs = pool_options,
	.run = pool_run,
};
