/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_handlers.c -- cosmos read, write.
 *
 * A handler is ELEMENT.HANDLER.  Where the word has no dot, the next one is
 * the handler: the original's form, `read GUEST ELEMENT HANDLER`.  A handler
 * of the whole router has no element: `.list`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/cmd.h"

enum { PATH_SIZE = 1024 };

static const struct option handler_options[] = {
	{ "router", required_argument, NULL, 'r' },
	{ NULL, 0, NULL, 0 },
};

struct call {
	struct cosmos_guest g;
	unsigned int router;
	char path[PATH_SIZE];
};

/* Guest and handler; optind is then at what follows. */
static int
call_arguments(struct cmd_context *x, struct call *self, int argc, char **argv)
{
	const char *first, *second = "";
	int option, status;

	self->router = 0;
	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option != 'r')
			return COSMOS_E_USAGE;
		status = cmd_router(x, optarg, &self->router);
		if (status != COSMOS_OK)
			return status;
	}
	if (argc - optind < 2)
		return cmd_usage(x, "which guest and which handler?");
	status = cmd_guest(x, argv[optind++], &self->g);
	if (status != COSMOS_OK)
		return status;
	first = argv[optind++];
	if (strchr(first, '.') == NULL) {
		if (optind >= argc)
			return cmd_usage(
			    x, "'%s' is no ELEMENT.HANDLER", first);
		second = argv[optind++];
	}
	if (first[0] == '.')
		first++;
	if (snprintf(self->path, sizeof(self->path), "%s%s%s", first,
	        second[0] != '\0' ? "." : "", second) >= PATH_SIZE)
		return cmd_usage(x, "'%s' is too long", first);
	return COSMOS_OK;
}

static int
read_run(struct cmd_context *x, int argc, char **argv)
{
	struct call self;
	char *text;
	size_t n;
	int status = call_arguments(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind > 1)
		return cmd_usage(x, "'%s' is one too many", argv[optind + 1]);
	status = cosmos_read(x->c, &self.g, self.router, self.path,
	    optind < argc ? argv[optind] : "", &text, &n);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json) {
		cmd_print_json(json_pack("{s:s, s:i, s:s, s:s%}", "guest",
		    self.g.name, "router", (int)self.router, "handler",
		    self.path, "value", text, n));
	} else {
		fwrite(text, 1, n, stdout);
		if (n == 0 || text[n - 1] != '\n')
			putchar('\n');
	}
	free(text);
	return COSMOS_OK;
}

static int
write_run(struct cmd_context *x, int argc, char **argv)
{
	struct call self;
	const char *value;
	int status = call_arguments(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind > 1)
		return cmd_usage(x, "'%s' is one too many", argv[optind + 1]);
	value = optind < argc ? argv[optind] : "";
	status = cosmos_write(
	    x->c, &self.g, self.router, self.path, value, strlen(value));
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

const struct cmd cmd_read = {
	.name = "read",
	.arguments = "[-r ROUTER] GUEST ELEMENT.HANDLER [PARAMETER]",
	.summary = "read a handler",
	.help = "  -r, --router N        of this router (default 0)\n",
	.shorts = "r:",
	.longs = handler_options,
	.run = read_run,
};

const struct cmd cmd_write = {
	.name = "write",
	.arguments = "[-r ROUTER] GUEST ELEMENT.HANDLER [VALUE]",
	.summary = "write a handler",
	.help = "  -r, --router N        of this router (default 0)\n",
	.shorts = "r:",
	.longs = handler_options,
	.run = write_run,
};
