/* SPDX-License-Identifier: BSD-3-Clause */
/* glob.h -- the patterns for element names of click -h. */
#ifndef HOST_GLOB_H
#define HOST_GLOB_H

#include <stdbool.h>

#include "base/str.h"

bool glob_is_pattern(struct str s);

/*
 * "*" matches any bytes, "?" one, "[xabc]" one of abc, "[^xabc]" one that is
 * not: as in Click, the first byte of a set never counts and there are no
 * ranges.  A backslash takes the meaning from what follows it.
 */
bool glob_match(struct str text, struct str pattern);

#endif
