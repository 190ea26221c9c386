/* SPDX-License-Identifier: BSD-3-Clause */
/* packet.c -- making, sharing, copying and ending packets. */
#include "click/packet.h"

#include <stdlib.h>

#include "click/packet_inline.h"

/* A packet whose bytes are too many for a pool buffer. */
struct packet *
packet_new_long(struct thread *t, uint32_t headroom, const void *data,
    uint32_t length, uint32_t tailroom)
{
	uint64_t size = (uint64_t)headroom + length + tailroom;
	struct packet *p;

	if (size > PACKET_MAX + POOL_BUFFER) {
		t->pool->failures++;
		return NULL;
	}
	p = pool_get_bare(t->pool);
	if (p == NULL)
		return NULL;
	p->head = malloc(size);
	if (p->head == NULL) {
		pool_put_bare(t->pool, p);
		t->pool->failures++;
		return NULL;
	}
	p->size = (uint32_t)size;
	p->buffer = BUFFER_HEAP;
	packet_reset(p, headroom, length);
	if (data != NULL)
		memcpy(p->data, data, length);
	return p;
}

struct packet *
packet_new(struct thread *t, uint32_t headroom, const void *data,
    uint32_t length, uint32_t tailroom)
{
	return packet_new_inline(t, headroom, data, length, tailroom);
}

struct packet *
packet_new_foreign(struct thread *t, struct foreign_buffer *f, uint8_t *head,
    uint32_t size, uint32_t offset, uint32_t length)
{
	struct packet *p = pool_get_bare(t->pool);

	CHECK_HOT(offset <= size && length <= size - offset);
	if (p == NULL)
		return NULL;
	p->head = head;
	p->size = size;
	p->buffer = BUFFER_FOREIGN;
	p->foreign = f;
	packet_reset(p, offset, length);
	return p;
}

struct packet *
packet_lend(struct thread *t, struct foreign_buffer *f, const uint8_t *data,
    uint32_t length)
{
	struct packet *p = pool_get_bare(t->pool);

	if (p == NULL)
		return NULL;
	p->head = (uint8_t *)(uintptr_t)data; /* refs keeps writers off */
	p->size = length;
	p->buffer = BUFFER_LENT;
	p->foreign = f;
	packet_reset(p, 0, length);
	p->refs = 2;
	return p;
}

/* Takes n references off p; true if none is left. */
static inline bool
packet_unref(const struct thread *t, struct packet *p)
{
	if (load_acquire(&p->refs) == 1)
		return true;
	if (t->alone) {
		p->refs--;
		return false;
	}
	return fetch_sub(&p->refs, 1) == 1;
}

/* Gives back a header whose last reference is gone, and its own buffer. */
static void
packet_release(struct thread *t, struct packet *p)
{
	switch ((enum packet_buffer)p->buffer) {
	case BUFFER_POOL:
		p->refs = 1;
		pool_put(t->pool, p);
		return;
	case BUFFER_HEAP:
		free(p->head);
		break;
	case BUFFER_FOREIGN:
		p->foreign->release(p->foreign);
		break;
	case BUFFER_CLONE:
	case BUFFER_LENT:
	case BUFFER_NONE:
		ASSERT(!"a header without a buffer of its own");
	}
	pool_put_bare(t->pool, p);
}

void
packet_kill_slow(struct thread *t, struct packet *p)
{
	CHECK_HOT(p->buffer != BUFFER_NONE);
	if (p->buffer == BUFFER_LENT) {
		struct foreign_buffer *f = p->foreign;

		pool_put_bare(t->pool, p);
		foreign_unuse(f);
		return;
	}
	if (p->buffer == BUFFER_CLONE) {
		struct packet *owner = p->owner;

		pool_put_bare(t->pool, p);
		p = owner;
	}
	if (packet_unref(t, p))
		packet_release(t, p);
}

void
packet_kill(struct thread *t, struct packet *p)
{
	packet_kill_inline(t, p);
}

/* c, a copy of p's fields, borrows p's bytes from whoever owns them. */
static inline void
packet_borrow(const struct thread *t, struct packet *c, struct packet *p)
{
	struct packet *owner = p->buffer == BUFFER_CLONE ? p->owner : p;

	if (p->buffer == BUFFER_LENT) {
		foreign_use(p->foreign, 1);
		return;
	}
	if (t->alone)
		owner->refs++;
	else
		fetch_add(&owner->refs, 1);
	c->buffer = BUFFER_CLONE;
	c->owner = owner;
}

struct packet *
packet_clone(struct thread *t, struct packet *p)
{
	struct packet *c = pool_get_bare(t->pool);

	if (c == NULL)
		return NULL;
	/* Not refs: reading wider than was just written has to wait. */
	c->data = p->data;
	c->length = p->length;
	c->refs = 2; /* packet_shared() */
	memcpy(&c->head, &p->head, sizeof(*c) - offsetof(struct packet, head));
	c->next = NULL;
	packet_borrow(t, c, p);
	return c;
}

/*
 * A private packet with p's metadata, at least the room asked for, and p's
 * bytes from the buffer's beginning (what was stripped may be put back) to
 * the packet's end.  p is killed.
 */
static struct packet *
packet_move(
    struct thread *t, struct packet *p, uint32_t headroom, uint32_t tailroom)
{
	uint32_t old = packet_headroom(p);
	uint32_t keep = old < headroom ? old : headroom;
	int32_t moved = (int32_t)(headroom - old);
	struct packet *q = packet_new(t, headroom, NULL, p->length, tailroom);

	t->pool->copied += p->buffer == BUFFER_LENT;
	if (q != NULL) {
		memcpy(q->data - keep, p->data - keep, keep + p->length);
		packet_copy_annotations(q, p);
		q->mac = p->mac < 0 ? -1 : p->mac + moved;
		q->network = p->network < 0 ? -1 : p->network + moved;
		q->transport = p->transport < 0 ? -1 : p->transport + moved;
		q->next = p->next;
	}
	packet_kill(t, p);
	return q;
}

/* Tailroom for a copy: what there was, as far as a pool buffer has it. */
static uint32_t
packet_copy_tailroom(const struct packet *p, uint32_t headroom)
{
	uint64_t used = (uint64_t)headroom + p->length;
	uint64_t room = used < POOL_BUFFER ? POOL_BUFFER - used : 0;

	return packet_tailroom(p) < room ? packet_tailroom(p) : (uint32_t)room;
}

struct packet *
packet_copy_private(struct thread *t, struct packet *p)
{
	uint32_t headroom = packet_headroom(p);

	return packet_move(t, p, headroom, packet_copy_tailroom(p, headroom));
}

struct packet *
packet_expand(
    struct thread *t, struct packet *p, uint32_t headroom, uint32_t tailroom)
{
	uint32_t head = packet_headroom(p), tail;

	if (head < headroom)
		head = headroom + PACKET_HEADROOM;
	tail = packet_copy_tailroom(p, head);
	if (tail < tailroom)
		tail = tailroom;
	return packet_move(t, p, head, tail);
}

struct packet *
packet_shift(struct thread *t, struct packet **p, int32_t offset)
{
	struct packet *q = *p;
	int64_t head = (int64_t)packet_headroom(q) + offset;

	if (head < 0 || offset > (int64_t)packet_tailroom(q) ||
	    packet_shared(q)) {
		uint32_t room = head < 0 ? (uint32_t)(PACKET_HEADROOM + offset)
		                         : (uint32_t)head;

		return *p = packet_move(
		           t, q, room, packet_copy_tailroom(q, room));
	}
	memmove(q->data + offset, q->data, q->length);
	q->data += offset;
	if (q->mac >= 0)
		q->mac += offset;
	if (q->network >= 0)
		q->network += offset;
	if (q->transport >= 0)
		q->transport += offset;
	return q;
}
