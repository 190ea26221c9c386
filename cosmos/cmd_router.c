/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_router.c -- see cmd_router.h. */
#include "cosmos/cmd_router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct option cmd_router_options[] = {
	{ "router", required_argument, NULL, 'r' },
	{ "swap", no_argument, NULL, 's' },
	{ "label", required_argument, NULL, 'l' },
	{ NULL, 0, NULL, 0 },
};

int
cmd_routers(
    struct cmd_context *x, struct cmd_routers *self, int argc, char **argv)
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
	self->guest = argv[optind++];
	return COSMOS_OK;
}

/* ---- installing ---- */

struct install {
	const struct cmd_routers *options;
	const char *label;
	char *text;
	size_t n;
};

static int
install_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const struct install *self = arg;
	unsigned int router = self->options->router;
	int status = self->options->swap
	                 ? cosmos_swap(x->c, g, router, self->text, self->n)
	                 : cosmos_install(x->c, g, self->label, self->text,
	                       self->n, &router);

	if (status != COSMOS_OK)
		return status;
	json_object_set_new(item, "router", json_integer((json_int_t)router));
	if (!x->json && strchr(self->options->guest, '{') != NULL)
		printf("%s: ", g->name);
	if (!x->json)
		printf("%u\n", router);
	return COSMOS_OK;
}

int
cmd_install_file(
    struct cmd_context *x, struct cmd_routers *self, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct install install = { .options = self,
		.label = self->label != NULL ? self->label
		         : slash != NULL     ? slash + 1
		                             : path };
	int status = cmd_file(x, path, &install.text, &install.n);

	if (status != COSMOS_OK)
		return status;
	status = cmd_guests(x, &self->guest, 1, install_one, &install);
	free(install.text);
	return status;
}

/* ---- what is done to routers by number ---- */

struct action {
	const struct cmd_routers *options;
	const char *state;
	cmd_router_fn *fn;
};

static int
action_router(struct cmd_context *x, const struct cosmos_guest *g,
    const struct action *self, unsigned int router, json_t *done)
{
	int status = self->fn(x->c, g, router);

	if (status == COSMOS_OK)
		json_array_append_new(done, json_integer((json_int_t)router));
	return status;
}

/* Every router in that state. */
static int
action_all(struct cmd_context *x, const struct cosmos_guest *g,
    const struct action *self, json_t *done)
{
	char *text, *line, *rest, found[16];
	unsigned int router;
	int status = cosmos_routers(x->c, g, &text, NULL);

	if (status != COSMOS_OK)
		return status;
	for (line = strtok_r(text, "\n", &rest);
	     line != NULL && status == COSMOS_OK;
	     line = strtok_r(NULL, "\n", &rest))
		if (sscanf(line, "%u %15s", &router, found) == 2 &&
		    strcmp(found, self->state) == 0)
			status = action_router(x, g, self, router, done);
	free(text);
	return status;
}

static int
action_one(struct cmd_context *x, const struct cosmos_guest *g, json_t *item,
    void *arg)
{
	const struct action *self = arg;
	json_t *done = json_array();

	json_object_set_new(item, "routers", done);
	return self->options->chosen
	           ? action_router(x, g, self, self->options->router, done)
	           : action_all(x, g, self, done);
}

int
cmd_routers_do(struct cmd_context *x, struct cmd_routers *self,
    const char *state, cmd_router_fn *fn)
{
	struct action action = { self, state, fn };

	return cmd_guests(x, &self->guest, 1, action_one, &action);
}
