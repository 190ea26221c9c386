/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_router.h -- what install, remove, start and stop share.
 *
 * A second argument makes start and stop the original's: `start GUEST FILE`
 * installs, `stop GUEST ROUTER` stops that one.
 */
#ifndef COSMOS_CMD_ROUTER_H
#define COSMOS_CMD_ROUTER_H

#include "cosmos/cmd.h"

struct cmd_routers {
	char *guest; /* or a pattern */
	unsigned int router;
	bool chosen, swap;
	const char *label;
};

extern const struct option cmd_router_options[];

/* The options, and the guest that the first argument names. */
int cmd_routers(
    struct cmd_context *x, struct cmd_routers *self, int argc, char **argv);

/* Installs the file in the guests; says which routers they are. */
int cmd_install_file(
    struct cmd_context *x, struct cmd_routers *self, const char *path);

typedef int cmd_router_fn(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router);

/* Does fn to the chosen router of each guest, or to all that are in state. */
int cmd_routers_do(struct cmd_context *x, struct cmd_routers *self,
    const char *state, cmd_router_fn *fn);

#endif
