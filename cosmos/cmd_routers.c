/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_routers.c -- cosmos install, remove, start, stop.
 *
 * A second argument makes start and stop the original's: `start GUEST FILE`
 * installs, `stop GUEST ROUTER` stops that one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "cosmos/cmd.h"

static const struct option router_options[] = {
	{ "router", required_argument, NULL, 'r' },
	{ "swap", no_argument, NULL, 's' },
	{ "label", required_argument, NULL, 'l' },
	{ NULL, 0, NULL, 0 },
};

struct routers {
	struct cosmos_guest g;
	unsigned int router;
	bool chosen, swap;
	const char *label;
};

/* The options, and the guest that the first argument names. */
static int
routers_options(
    struct cmd_context *x, struct routers *self, int argc, char **argv)
{
	int option, status;

	memset(self, 0, sizeof(*self));
	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == 'r') {
			status = cmd_router(x, optarg, &self->router);
			if (status != COSMOS_OK)
				return status;
			self->chosen = true;
		} else if (option == 's') {
			self->swap = true;
		} else if (option == 'l') {
			self->label = optarg;
		} else {
			return COSMOS_E_USAGE;
		}
	}
	if (optind >= argc)
		return cmd_usage(x, "which guest?");
	return cmd_guest(x, argv[optind++], &self->g);
}

static const char *
file_label(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
install_file(struct cmd_context *x, struct routers *self, const char *path)
{
	const char *label =
	    self->label != NULL ? self->label : file_label(path);
	unsigned int router = self->router;
	char *text;
	size_t n;
	int status = cmd_file(x, path, &text, &n);

	if (status != COSMOS_OK)
		return status;
	status = self->swap
	             ? cosmos_swap(x->c, &self->g, router, text, n)
	             : cosmos_install(x->c, &self->g, label, text, n, &router);
	free(text);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	if (x->json)
		cmd_print_json(json_pack("{s:s, s:i}", "guest", self->g.name,
		    "router", (int)router));
	else
		printf("%u\n", router);
	return COSMOS_OK;
}

static int
install_run(struct cmd_context *x, int argc, char **argv)
{
	struct routers self;
	int status = routers_options(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 1)
		return cmd_usage(x, "which configuration?");
	if (self.chosen && !self.swap)
		return cmd_usage(x, "--router is for --swap");
	return install_file(x, &self, argv[optind]);
}

typedef int router_fn(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router);

/* Does fn to every router in state. */
static int
routers_all(struct cmd_context *x, const struct cosmos_guest *g,
    const char *state, router_fn *fn)
{
	char *text, *line, *rest, found[16];
	unsigned int router;
	int status = cosmos_routers(x->c, g, &text, NULL);

	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "%u %15s", &router, found) != 2 ||
		    strcmp(found, state) != 0)
			continue;
		status = fn(x->c, g, router);
		if (status != COSMOS_OK)
			break;
	}
	free(text);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

static int
routers_do(struct cmd_context *x, struct routers *self, const char *state,
    router_fn *fn)
{
	int status;

	if (!self->chosen)
		return routers_all(x, &self->g, state, fn);
	status = fn(x->c, &self->g, self->router);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

static int
start_run(struct cmd_context *x, int argc, char **argv)
{
	struct routers self;
	int status = routers_options(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind == 1 && !self.chosen)
		return install_file(x, &self, argv[optind]);
	if (optind < argc)
		return cmd_usage(x, "'%s' is one too many", argv[optind]);
	return routers_do(x, &self, "halted", cosmos_start);
}

static int
stop_run(struct cmd_context *x, int argc, char **argv)
{
	struct routers self;
	int status = routers_options(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind == 1 && !self.chosen) {
		status = cmd_router(x, argv[optind++], &self.router);
		if (status != COSMOS_OK)
			return status;
		self.chosen = true;
	}
	if (optind < argc)
		return cmd_usage(x, "'%s' is one too many", argv[optind]);
	return routers_do(x, &self, "running", cosmos_stop);
}

static int
remove_run(struct cmd_context *x, int argc, char **argv)
{
	struct routers self;
	int status = routers_options(x, &self, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (argc - optind != 1)
		return cmd_usage(x, "which router?");
	status = cmd_router(x, argv[optind], &self.router);
	if (status != COSMOS_OK)
		return status;
	status = cosmos_remove(x->c, &self.g, self.router);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

const struct cmd cmd_install = {
	.name = "install",
	.arguments = "[OPTION]... GUEST FILE",
	.summary = "start another router in a guest",
	.help = "  -l, --label TEXT      its label (default: the file's name)\n"
	        "  -s, --swap            put it in a running router's place,\n"
	        "                        which hands its state over\n"
	        "  -r, --router N        of that one (default 0)\n",
	.shorts = "r:sl:",
	.longs = router_options,
	.run = install_run,
};

const struct cmd cmd_remove = {
	.name = "remove",
	.arguments = "GUEST ROUTER",
	.summary = "remove a router from a guest",
	.help = "",
	.shorts = "",
	.run = remove_run,
};

const struct cmd cmd_start = {
	.name = "start",
	.arguments = "[-r ROUTER] GUEST [FILE]",
	.summary = "start halted routers, or install FILE",
	.help = "  -r, --router N        only this one\n",
	.shorts = "r:",
	.longs = router_options,
	.run = start_run,
};

const struct cmd cmd_stop = {
	.name = "stop",
	.arguments = "[-r ROUTER] GUEST [ROUTER]",
	.summary = "stop running routers; their texts stay",
	.help = "  -r, --router N        only this one\n",
	.shorts = "r:",
	.longs = router_options,
	.run = stop_run,
};
