/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_handler.c -- see cmd_handler.h. */
#include "cosmos/cmd_handler.h"

#include <stdio.h>
#include <string.h>

const struct option cmd_call_options[] = {
	{ "router", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

int
cmd_call(struct cmd_context *x, struct cmd_call *call, int argc, char **argv)
{
	const char *first, *second = "";
	int option, status;

	call->router = 0;
	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option != 'r')
			return COSMOS_E_USAGE;
		status = cmd_router(x, optarg, &call->router);
		if (status != COSMOS_OK)
			return status;
	}
	if (argc - optind < 2)
		return cmd_usage(x, "which guest and which handler?");
	call->guest = argv[optind++];
	call->many = strchr(call->guest, '{') != NULL;
	first = argv[optind++];
	if (strchr(first, '.') == NULL) {
		if (optind >= argc)
			return cmd_usage(
			    x, "'%s' is no ELEMENT.HANDLER", first);
		second = argv[optind++];
	}
	if (first[0] == '.')
		first++;
	if (snprintf(call->path, sizeof(call->path), "%s%s%s", first,
	        second[0] != '\0' ? "." : "",
	        second) >= (int)sizeof(call->path))
		return cmd_usage(x, "'%s' is too long", first);
	call->value = optind < argc ? argv[optind++] : "";
	if (optind < argc)
		return cmd_usage(x, "'%s' is one too many", argv[optind]);
	return COSMOS_OK;
}
