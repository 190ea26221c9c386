/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost_ring.h -- a split virtqueue from the device's side (Virtual I/O Device
 * 1.2, 2.7), in memory that the guest may write at any time.
 *
 *	desc[size]   (guest writes)  buffers: address, length, flags, next
 *	avail        (guest writes)  flags, index, heads of chains, used_event
 *	used         (we write)      flags, index, {head, length}, avail_event
 *
 * Each word of the guest's is read once, checked, and used from there.
 */
#ifndef VALE_VHOST_RING_H
#define VALE_VHOST_RING_H

#include <stdbool.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/err.h"
#include "vale/frame.h"
#include "vale/vhost_memory.h"

enum {
	RING_SIZE_MAX = 32768,
	RING_NEXT = 1, /* flags of a descriptor */
	RING_WRITE = 2,
	RING_INDIRECT = 4,
	RING_NO_INTERRUPT = 1, /* of avail */
	RING_NO_NOTIFY = 1,    /* of used */
	AVAIL_FLAGS = 0,       /* 16-bit words of avail and used */
	AVAIL_INDEX = 1,
	AVAIL_RING = 2,
	USED_FLAGS = 0,
	USED_INDEX = 1,
};

struct vhost_ring {
	/* set while nobody uses it */
	const struct vhost_memory *memory;
	uint32_t size;
	bool event_idx, indirect;
	const uint64_t (*desc)[2];
	uint16_t *avail, *used;

	/* of who uses it */
	uint16_t avail_index; /* the next chain to take */
	uint16_t used_index;  /* the next entry to write */
	uint16_t signalled;   /* used_index at the last look at used_event */
	bool armed;           /* the guest is to tell when it adds chains */
};

struct vhost_desc {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

/*
 * Sets the parts to those at the front end's addresses; ERR_PEER: not in its
 * memory, or not aligned.
 */
int vhost_ring_map(struct vhost_ring *r, const struct vhost_memory *m,
    uint64_t desc, uint64_t avail, uint64_t used);

/* Begins at chain base: to be called once before each use. */
void vhost_ring_start(struct vhost_ring *r, uint16_t base);

/* How many chains wait, at most size; ERR_PEER: the index is wild. */
static inline int
vhost_ring_look(const struct vhost_ring *r)
{
	/* Chains are read after the index: the guest wrote them before. */
	uint16_t n =
	    (uint16_t)(load_acquire(&r->avail[AVAIL_INDEX]) - r->avail_index);

	return unlikely(n > r->size) ? ERR_PEER : n;
}

/* The head of the i-th chain that waits; may be anything up to 65535. */
static inline uint16_t
vhost_ring_head(const struct vhost_ring *r, uint32_t i)
{
	return load_relaxed(
	    &r->avail[AVAIL_RING + ((r->avail_index + i) & (r->size - 1))]);
}

static inline struct vhost_desc
vhost_ring_desc(const uint64_t (*table)[2], uint16_t i)
{
	uint64_t more = load_relaxed(&table[i][1]);

	return (struct vhost_desc){ load_relaxed(&table[i][0]), (uint32_t)more,
		(uint16_t)(more >> 32), (uint16_t)(more >> 48) };
}

/*
 * The buffers of the chain that begins at head, all to be read or, writable,
 * all to be written, as piece[0], piece[1], ...; how many, ERR_RANGE: more
 * than max, ERR_PEER: it makes no sense.
 */
int vhost_ring_chain(const struct vhost_ring *r, uint16_t head, bool writable,
    struct vale_piece *piece, unsigned int max);

/* Gives chain head back with length bytes written to it: after publish. */
static inline void
vhost_ring_give(struct vhost_ring *r, uint16_t head, uint32_t length)
{
	/* Entries lie at 4 modulo 8. */
	uint32_t *entry = (uint32_t *)(void *)r->used + 1 +
	                  2 * (r->used_index & (r->size - 1));

	store_relaxed(&entry[0], (uint32_t)head);
	store_relaxed(&entry[1], length);
	r->used_index++;
}

static inline void
vhost_ring_publish(struct vhost_ring *r)
{
	/* The guest reads entries and buffers after it. */
	store_release(&r->used[USED_INDEX], r->used_index);
}

/*
 * After publish and a full barrier: whether the guest wants an event for what
 * was given since the last call (2.7.7).
 */
bool vhost_ring_must_call(struct vhost_ring *r);

/*
 * Asks the guest to tell when it adds a chain.  True: there is one already
 * (or a wild index).
 */
bool vhost_ring_arm(struct vhost_ring *r);
/* Asks it not to; cheap when nothing was asked. */
void vhost_ring_disarm(struct vhost_ring *r);

#endif
