/* SPDX-License-Identifier: BSD-3-Clause */
/* alignment_info.h -- what AlignmentInfo knows about an element's input. */
#ifndef ELEMENTS_STANDARD_ALIGNMENT_INFO_H
#define ELEMENTS_STANDARD_ALIGNMENT_INFO_H

#include <stdbool.h>
#include <stdint.h>

struct element;

/*
 * True if packets that come to input port of e are known to begin *offset
 * bytes after a multiple of *chunk.
 */
bool alignment_query(const struct element *e, unsigned int port, int32_t *chunk,
    int32_t *offset);

#endif
