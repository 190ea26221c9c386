/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_save.h -- what save and restore share with the original's `suspend GUEST
 * FILE` and `resume FILE`.
 */
#ifndef COSMOS_CMD_SAVE_H
#define COSMOS_CMD_SAVE_H

#include "cosmos/cmd.h"

/* Saves the guest of that name; a file that is half written is removed. */
int cmd_save_file(
    struct cmd_context *x, char *name, const char *path, unsigned int flags);
/* Restores one, called name or, if that is NULL, as it was called. */
int cmd_restore_file(struct cmd_context *x, const char *path, const char *name);

#endif
