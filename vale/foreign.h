/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * foreign.h -- memory of somebody else's file, which he may shrink under us.
 *
 * Touching a page behind the file's end is a SIGBUS.  Its handler puts zeroed
 * pages of our own in the place of that whole mapping, sets *lost, and the
 * copy that was under way goes on, with nonsense for that one peer; whoever
 * uses the mapping looks at *lost when he is done and closes.
 *
 * Only memory files are mapped (memfd, tmpfs, huge pages): behind another
 * file system a page fault may take as long as its owner likes.
 */
#ifndef VALE_FOREIGN_H
#define VALE_FOREIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum { FOREIGN_MAX = 4096 }; /* mappings in one process */

struct foreign {
	uint8_t *base; /* NULL: not mapped */
	size_t size;
	unsigned int slot; /* the handler's */
};

/*
 * Maps the first size bytes of the file, shared, to be read and written; fd
 * stays the caller's.  *lost must live as long.  ERR_PEER (no memory file, or
 * shorter), ERR_NOMEM.
 */
int foreign_map(
    struct foreign *f, int fd, uint64_t size, int *lost, struct diag *why);
void foreign_unmap(struct foreign *f);

#endif
