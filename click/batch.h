/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * batch.h -- packets on their way from element to element.
 *
 * Every push and pull moves a batch: at most BATCH_MAX packets and the thread
 * that runs them.  The storage lies in that thread's scratch memory:
 *
 *	struct scratch_mark m = scratch_mark(t);
 *	struct batch *b = batch_new(t, 32);
 *	...fill, push...
 *	scratch_release(t, m);
 *
 * Whoever receives a batch by push owns its packets and may shorten, reorder
 * and refill it within its capacity; when push returns the batch is empty or
 * rubbish, and the caller, who owns the storage, may fill it again after
 * batch_reset().
 */
#ifndef CLICK_BATCH_H
#define CLICK_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "click/packet.h"
#include "click/thread.h"

enum { BATCH_MAX = 256 };

struct batch {
	struct thread *thread;
	uint32_t count;
	uint32_t capacity;
	struct packet *packet[];
};

struct scratch_mark {
	char *top;
};

static inline struct scratch_mark
scratch_mark(struct thread *t)
{
	return (struct scratch_mark){ t->scratch.top };
}

static inline void
scratch_release(struct thread *t, struct scratch_mark m)
{
	t->scratch.top = m.top;
}

/*
 * n bytes aligned to 16, valid until the mark before them is released.  The
 * router has sized the scratch for the longest path of its graph, with
 * SCRATCH_ELEMENT bytes for each element on it: an element that takes more
 * says so in its class (scratch).
 */
enum { SCRATCH_ELEMENT = 8192 };
static inline void *
scratch_alloc(struct thread *t, size_t n)
{
	char *p = t->scratch.top;

	n = (n + 15) & ~(size_t)15;
	ASSERT(n <= (size_t)(t->scratch.end - p));
	t->scratch.top = p + n;
	return p;
}

/* An empty batch with room for capacity (1..BATCH_MAX) packets. */
static inline struct batch *
batch_new(struct thread *t, uint32_t capacity)
{
	struct batch *b = scratch_alloc(
	    t, sizeof(struct batch) + capacity * sizeof(struct packet *));

	CHECK_HOT(capacity >= 1 && capacity <= BATCH_MAX);
	b->thread = t;
	b->count = 0;
	b->capacity = capacity;
	return b;
}

static inline void
batch_reset(struct batch *b)
{
	b->count = 0;
}

static inline uint32_t
batch_room(const struct batch *b)
{
	return b->capacity - b->count;
}

static inline void
batch_add(struct batch *b, struct packet *p)
{
	CHECK_HOT(b->count < b->capacity);
	b->packet[b->count++] = p;
}

/* Kills every packet in it. */
void batch_kill(struct batch *b);

/* Bytes of all its packets. */
static inline uint64_t
batch_bytes(const struct batch *b)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < b->count; i++)
		n += b->packet[i]->length;
	return n;
}

#endif
