/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * heap.h -- a 4-ary heap of pointers whose items know their place in it.
 *
 * before(a, b) says that a comes first; place(item, i) is told the item's
 * index + 1 whenever it moves (0: it left).  Both are constant functions and
 * compiled in.
 */
#ifndef CLICK_HEAP_H
#define CLICK_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

typedef bool heap_before(const void *a, const void *b);
typedef void heap_place(void *item, uint32_t place);

/* Moves the item at i towards the root as far as it goes. */
ALWAYS_INLINE void
heap_up(void **v, uint32_t i, heap_before *before, heap_place *place)
{
	void *item = v[i];

	while (i > 0 && before(item, v[(i - 1) / 4])) {
		v[i] = v[(i - 1) / 4];
		place(v[i], i + 1);
		i = (i - 1) / 4;
	}
	v[i] = item;
	place(item, i + 1);
}

/* Moves the item at i away from the root as far as it goes. */
ALWAYS_INLINE void
heap_down(
    void **v, uint32_t n, uint32_t i, heap_before *before, heap_place *place)
{
	void *item = v[i];

	for (;;) {
		uint32_t first = 4 * i + 1, best = first;

		if (first >= n)
			break;
		for (uint32_t c = first + 1; c < n && c < first + 4; c++)
			if (before(v[c], v[best]))
				best = c;
		if (!before(v[best], item))
			break;
		v[i] = v[best];
		place(v[i], i + 1);
		i = best;
	}
	v[i] = item;
	place(item, i + 1);
}

/* Takes the item at i out; the heap has *n items before and one less after. */
ALWAYS_INLINE void
heap_remove(
    void **v, uint32_t *n, uint32_t i, heap_before *before, heap_place *place)
{
	void *last = v[--*n];

	place(v[i], 0);
	if (i == *n)
		return;
	v[i] = last;
	place(last, i + 1);
	if (i > 0 && before(last, v[(i - 1) / 4]))
		heap_up(v, i, before, place);
	else
		heap_down(v, *n, i, before, place);
}

#endif
