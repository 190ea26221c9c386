/* SPDX-License-Identifier: BSD-3-Clause */
/* vhost_ring.c -- see vhost_ring.h. */
#include "vale/vhost_ring.h"

int
vhost_ring_map(struct vhost_ring *r, const struct vhost_memory *m,
    uint64_t desc, uint64_t avail, uint64_t used)
{
	/* Each with its event index, whether that is negotiated or not. */
	uint8_t *d = vhost_memory_user(m, desc, UINT64_C(16) * r->size);
	uint8_t *a = vhost_memory_user(m, avail, 6 + UINT64_C(2) * r->size);
	uint8_t *u = vhost_memory_user(m, used, 6 + UINT64_C(8) * r->size);

	if (d == NULL || a == NULL || u == NULL || ((uintptr_t)d & 15) != 0 ||
	    ((uintptr_t)a & 1) != 0 || ((uintptr_t)u & 3) != 0)
		return ERR_PEER;
	r->memory = m;
	r->desc = (const void *)d;
	r->avail = (void *)a;
	r->used = (void *)u;
	return 0;
}

void
vhost_ring_start(struct vhost_ring *r, uint16_t base)
{
	r->avail_index = base;
	r->used_index = load_relaxed(&r->used[USED_INDEX]);
	/* As if all that fits had been given: the first look calls. */
	r->signalled = (uint16_t)(r->used_index - r->size);
	r->armed = true;
	vhost_ring_disarm(r);
}

static inline uint16_t *
ring_used_event(const struct vhost_ring *r)
{
	return r->avail + AVAIL_RING + r->size;
}

static inline uint16_t *
ring_avail_event(const struct vhost_ring *r)
{
	return r->used + 2 + 4 * (size_t)r->size;
}

bool
vhost_ring_must_call(struct vhost_ring *r)
{
	uint16_t new = r->used_index, old = r->signalled, event;

	if (new == old)
		return false;
	r->signalled = new;
	if (!r->event_idx)
		return (load_relaxed(&r->avail[AVAIL_FLAGS]) &
		           RING_NO_INTERRUPT) == 0;
	event = load_relaxed(ring_used_event(r));
	return (uint16_t)(new - event - 1) < (uint16_t)(new - old);
}

bool
vhost_ring_arm(struct vhost_ring *r)
{
	r->armed = true;
	if (r->event_idx)
		store_relaxed(ring_avail_event(r), r->avail_index);
	else
		store_relaxed(&r->used[USED_FLAGS], (uint16_t)0);
	/* The guest sees it, or we see what it added: it has a barrier
	 * between its index and its look (2.7.13.4.1). */
	fence_full();
	return vhost_ring_look(r) != 0;
}

void
vhost_ring_disarm(struct vhost_ring *r)
{
	if (!r->armed)
		return;
	r->armed = false;
	if (r->event_idx)
		/* As far away as can be. */
		store_relaxed(
		    ring_avail_event(r), (uint16_t)(r->avail_index - 1));
	else
		store_relaxed(&r->used[USED_FLAGS], (uint16_t)RING_NO_NOTIFY);
}

/* ---- chains ---- */

struct chain {
	const struct vhost_memory *memory;
	struct vale_piece *piece;
	unsigned int n, max;
};

/* A buffer may lie in several regions. */
static int
chain_add(struct chain *c, uint64_t address, uint32_t length)
{
	while (length > 0) {
		uint32_t n = length;
		uint8_t *at = vhost_memory_at(c->memory, address, &n);

		if (at == NULL)
			return ERR_PEER;
		if (c->n == c->max)
			return ERR_RANGE;
		c->piece[c->n].data = at;
		c->piece[c->n++].length = n;
		address += n;
		length -= n;
	}
	return 0;
}

/* The table that an indirect descriptor stands for, its size in *size. */
static const uint64_t (*ring_indirect(
    const struct vhost_ring *r, const struct vhost_desc *d, uint32_t *size))[2]
{
	uint32_t n = d->length;
	uint8_t *table = vhost_memory_at(r->memory, d->address, &n);

	*size = n / 16;
	if (!r->indirect || table == NULL || n != d->length || n % 16 != 0 ||
	    ((uintptr_t)table & 15) != 0 || n / 16 > RING_SIZE_MAX ||
	    (d->flags & RING_NEXT) != 0)
		return NULL;
	return (const void *)table;
}

int
vhost_ring_chain(const struct vhost_ring *r, uint16_t head, bool writable,
    struct vale_piece *piece, unsigned int max)
{
	struct chain c = { r->memory, piece, 0, max };
	const uint64_t(*table)[2] = r->desc;
	uint32_t size = r->size;
	uint16_t i = head;

	/* A chain longer than the table goes in a circle. */
	for (uint32_t steps = 0; steps < size; steps++) {
		struct vhost_desc d;
		int err;

		if (i >= size)
			return ERR_PEER;
		d = vhost_ring_desc(table, i);
		if ((d.flags & RING_INDIRECT) != 0) {
			if (table != r->desc)
				return ERR_PEER;
			table = ring_indirect(r, &d, &size);
			if (table == NULL || size == 0)
				return ERR_PEER;
			steps = UINT32_MAX; /* the first of these comes next */
			i = 0;
			continue;
		}
		if (((d.flags & RING_WRITE) != 0) != writable)
			return ERR_PEER;
		err = chain_add(&c, d.address, d.length);
		if (err != 0)
			return err;
		if ((d.flags & RING_NEXT) == 0)
			return (int)c.n;
		i = d.next;
	}
	return ERR_PEER;
}
