/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * archive.h -- configurations in ar(1) archives, as Click's tools make them:
 * "!<arch>\n", then members of a 60-byte header and their data, padded to
 * even length.
 */
#ifndef HOST_ARCHIVE_H
#define HOST_ARCHIVE_H

#include <stdbool.h>

#include "base/str.h"

/* The data of member name, borrowed from archive; false: no such member. */
bool archive_find(struct str archive, struct str name, struct str *data);

#endif
