/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * library.h -- where the file of a require(library NAME) lies.
 */
#ifndef HOST_LIBRARY_H
#define HOST_LIBRARY_H

#include "base/strbuf.h"

/*
 * Looks for the plain file name in the folders of clickpath (NULL: the
 * environment's CLICKPATH), each of them by conf/click/, conf/ and itself; an
 * empty folder of the path, or an empty path, stands for the folder of the
 * file that asks.  *found becomes its path.  0, ERR_NOTFOUND or ERR_NOMEM.
 */
int library_find(struct str name, const char *clickpath, struct str asking,
    struct strbuf *found);

#endif
