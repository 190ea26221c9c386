/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox.h -- the switch without privileges: a user of its own, and only the
 * system calls that moving frames and answering requests need.
 */
#ifndef VALE_SANDBOX_H
#define VALE_SANDBOX_H

#include "base/diag.h"

/*
 * Becomes user, with its group and no other, and puts all threads under a
 * seccomp filter.  What it opens from here on, the helper opens (opener.h).
 * With user NULL "vale" if there is such a user, else "nobody".  ERR_NOTFOUND
 * (no such user), ERR_PERM, ERR_IO; then the process should end.
 */
int sandbox_enter(const char *user, struct diag *why);

#endif
