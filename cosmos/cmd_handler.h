/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_handler.h -- the arguments of read and write.
 *
 * A handler is ELEMENT.HANDLER.  Where the word has no dot, the next one is
 * the handler: the original's form, `read GUEST ELEMENT HANDLER`.  A handler
 * of the whole router has no element: `.list`.
 */
#ifndef COSMOS_CMD_HANDLER_H
#define COSMOS_CMD_HANDLER_H

#include "cosmos/cmd.h"

struct cmd_call {
	char *guest; /* or a pattern */
	unsigned int router;
	char path[1024];
	const char *value; /* what follows, or "" */
	bool many;         /* the guest is a pattern */
};

extern const struct option cmd_call_options[];

int cmd_call(
    struct cmd_context *x, struct cmd_call *call, int argc, char **argv);

#endif
