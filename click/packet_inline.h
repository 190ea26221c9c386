/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * packet_inline.h -- packet_new() and packet_kill() without the call, for loops
 * that do little else: sources, and what ends whole batches.
 */
#ifndef CLICK_PACKET_INLINE_H
#define CLICK_PACKET_INLINE_H

#include "base/copy.h"
#include "click/packet.h"
#include "click/pool.h"
#include "click/thread.h"

/* Everything but where the buffer is. */
ALWAYS_INLINE void
packet_reset(struct packet *p, uint32_t headroom, uint32_t length)
{
	p->data = p->head + headroom;
	p->length = length;
	p->refs = 1;
	p->mac = p->network = p->transport = -1;
	p->type = PACKET_HOST;
	p->timestamp_ns = 0;
	memset(p->anno, 0, sizeof(*p) - offsetof(struct packet, anno));
}

/* A fresh packet of the pool, with bytes for which there is room. */
ALWAYS_INLINE void
packet_fill(
    struct packet *p, uint32_t headroom, const void *data, uint32_t length)
{
	packet_reset(p, headroom, length);
	if (length <= 128)
		copy_short(p->data, data, length);
	else
		memcpy(p->data, data, length);
}

/* What is too long for a pool's buffer. */
struct packet *packet_new_long(struct thread *t, uint32_t headroom,
    const void *data, uint32_t length, uint32_t tailroom);

/* As packet_new(). */
ALWAYS_INLINE struct packet *
packet_new_inline(struct thread *t, uint32_t headroom, const void *data,
    uint32_t length, uint32_t tailroom)
{
	struct packet *p;

	if (unlikely((uint64_t)headroom + length + tailroom > POOL_BUFFER))
		return packet_new_long(t, headroom, data, length, tailroom);
	p = pool_get(t->pool);
	if (unlikely(p == NULL))
		return NULL;
	if (data != NULL)
		packet_fill(p, headroom, data, length);
	else
		packet_reset(p, headroom, length);
	return p;
}

/* What is shared, or has a buffer of another kind. */
void packet_kill_slow(struct thread *t, struct packet *p);

/* As packet_kill(). */
ALWAYS_INLINE void
packet_kill_inline(struct thread *t, struct packet *p)
{
	if (likely(p->buffer == BUFFER_POOL && load_acquire(&p->refs) == 1))
		pool_put(t->pool, p);
	else
		packet_kill_slow(t, p);
}

#endif
