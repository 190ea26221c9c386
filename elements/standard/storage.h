/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * storage.h -- what elements that store packets tell others (RED, Unqueue2):
 * the interface "Storage" of their cast.  For element files; not an element.
 *
 * head and tail run freely, the difference is the length.  They lie in cache
 * lines of their own, for one thread writes each.
 */
#ifndef ELEMENTS_STANDARD_STORAGE_H
#define ELEMENTS_STANDARD_STORAGE_H

#include <stdint.h>

#include "base/atomic.h"
#include "base/compiler.h"

struct storage {
	uint32_t capacity;
	uint32_t tail CACHE_ALIGNED; /* packets that came in */
	uint32_t head CACHE_ALIGNED; /* packets that left */
};

/* Packets in it; other threads may be changing that. */
static inline uint32_t
storage_size(const struct storage *s)
{
	uint32_t head = load_acquire(&s->head);

	return load_acquire(&s->tail) - head;
}

/* Packets that it would still take. */
static inline uint32_t
storage_room(const struct storage *s)
{
	uint32_t size = storage_size(s);

	return size < s->capacity ? s->capacity - size : 0;
}

#endif
