/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox.h -- the switch without privileges: a user of its own, and only the
 * system calls that moving frames and answering requests need.
 */
#ifndef VALE_SANDBOX_H
#define VALE_SANDBOX_H

#include <stdint.h>

#include "base/diag.h"

enum { SANDBOX_REQUESTS = 16 };

/*
 * Becomes user, with its group and no other, and puts all threads under a
 * seccomp filter, which of ioctl(2) lets by the n requests given, at most
 * SANDBOX_REQUESTS.  What it opens from here on, the helper opens (opener.h).
 * With user NULL "vale" if there is such a user, else "nobody".  ERR_NOTFOUND
 * (no such user), ERR_PERM, ERR_IO, ERR_INVAL (n); then the process should end.
 */
int sandbox_enter(const char *user, const uint32_t *request, unsigned int n,
    struct diag *why);

#endif
