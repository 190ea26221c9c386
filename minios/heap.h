/* SPDX-License-Identifier: BSD-3-Clause */
/* heap.h -- malloc and its family over pages; what they count. */
#ifndef MINIOS_HEAP_H
#define MINIOS_HEAP_H

#include <stdint.h>

struct heap_stats {
	uint64_t used;     /* bytes given out, by size class */
	uint64_t failures; /* requests that got NULL */
};

void heap_stats(struct heap_stats *s);

#endif
