/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * diag.h -- the sentence that goes with an error.
 *
 * A function that can fail for reasons of the world takes a struct diag and
 * writes there what failed, object first, lower case, no full stop:
 *
 *	return diag(why, ERR_PEER, "tx-ring-ref %u: not granted", ref);
 *
 * NULL is allowed wherever a struct diag * is.  The first sentence wins, so
 * that the cause and not its echo is reported.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/compiler.h"

struct diag {
	char text[240]; /* NUL-terminated, "" when nothing was said */
};

/* Writes the sentence (cut when too long) and returns err. */
int diag(struct diag *why, int err, const char *fmt, ...) PRINTF(3, 4);

#endif
