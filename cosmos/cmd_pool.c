/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_pool.c -- cosmos pool. */
#include <stdio.h>
#include <stdlib.h>

#include "cosmos/cmd.h"

static const struct option pool_options[] = {
	{ "on", required_argument, NULL, 'o' },
	{ "port", required_argument, NULL, 'p' },
	{ NULL, 0, NULL, 0 },
};

static int
pool_run(struct cmd_context *x, int argc, char **argv)
{
	const char *ports[COSMOS_PORTS_MAX];
	uint32_t n = UINT32_MAX, nports = 0;
	char *end;
	uint32_t platform = COSMOS_BEST;
	int option, status = COSMOS_OK;

	while (
	    status == COSMOS_OK && (option = cmd_option(x, argc, argv)) != -1)
		if (option == 'o')
			status = cmd_platform(x, optarg, &platform);
		else if (option != 'p')
			status = COSMOS_E_USAGE;
		else if (nports == COSMOS_PORTS_MAX)
			status = cmd_usage(
			    x, "more than %d ports", COSMOS_PORTS_MAX);
		else
			ports[nports++] = optarg;
	if (status != COSMOS_OK)
		return status;
	if (nports > 0 && optind == argc)
		return cmd_usage(x, "how many with that port?");
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
	status = cosmos_pool_with(x->c, platform, ports, nports, &n);
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
	.help = "  -o, --on PLATFORM     one of xen, process; else xen where "
	        "it is\n"
	        "  -p, --port N=bridge:B they have this port already (xen)\n",
	.about =
	    "A prepared guest is a process or a domain (under xen: one of 8 "
	    "MB,\n"
	    "booted and paused) that waits for a name and a configuration; "
	    "create\n"
	    "takes one where nothing but these is asked for, and under xen "
	    "ports.\n"
	    "With --port it has these already, and is for guests with just "
	    "these: the\n"
	    "backend of a device takes longer to begin than the guest.\n"
	    "'cosmos watch' makes new ones for those that were taken.",
	.shorts = "o:p:",
	.longs = pool_options,
	.run = pool_run,
};
