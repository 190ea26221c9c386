/* SPDX-License-Identifier: BSD-3-Clause */
/* vring.c -- see vring.h. */
#include "minios/virtio/vring.h"

#include <stddef.h>
#include <string.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/err.h"
#include "minios/arch.h"
#include "minios/pages.h"

enum {
	NO_INTERRUPT = 1, /* avail.flags */
	NO_NOTIFY = 1,    /* used.flags */
};

static size_t
vring_avail_offset(uint16_t size)
{
	return size * sizeof(struct vring_desc);
}

/* The event indices lie behind the last slot of either ring (2.7.6, 2.7.8). */
static size_t
vring_used_offset(uint16_t size)
{
	size_t end = vring_avail_offset(size) + sizeof(struct vring_avail) +
	             (size + 1u) * sizeof(uint16_t);

	return (end + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
}

static size_t
vring_pages(uint16_t size)
{
	size_t end = vring_used_offset(size) + sizeof(struct vring_used) +
	             size * sizeof(struct vring_used_slot) + sizeof(uint16_t);

	return (end + PAGE_SIZE - 1) / PAGE_SIZE;
}

int
vring_init(struct vring *r, uint16_t size, bool event_index)
{
	size_t pages = vring_pages(size);
	char *p = pages_alloc(pages);

	if (p == NULL)
		return ERR_NOMEM;
	memset(p, 0, pages * PAGE_SIZE);
	memset(r, 0, sizeof(*r));
	r->desc = (struct vring_desc *)(void *)p;
	r->avail = (struct vring_avail *)(void *)(p + vring_avail_offset(size));
	r->used = (struct vring_used *)(void *)(p + vring_used_offset(size));
	r->size = size;
	r->event_index = event_index;
	r->avail->flags = event_index ? 0 : NO_INTERRUPT;
	return 0;
}

void
vring_fini(struct vring *r)
{
	if (r->desc != NULL)
		pages_free(r->desc);
	r->desc = NULL;
}

/* At which of our indices the device wants to be notified. */
static uint16_t *
vring_avail_event(const struct vring *r)
{
	return (uint16_t *)(void *)&r->used->ring[r->size];
}

/* At which of the device's indices we want an interrupt. */
static uint16_t *
vring_used_event(const struct vring *r)
{
	return &r->avail->ring[r->size];
}

void
vring_post(struct vring *r, uint16_t head)
{
	CHECK_HOT(r->out[head] == 0);
	r->out[head] = 1;
	r->flying++;
	r->avail->ring[r->posted++ & (r->size - 1)] = head;
}

bool
vring_publish(struct vring *r)
{
	uint16_t old = r->shown, event;

	if (old == r->posted)
		return false;
	r->shown = r->posted;
	/* Descriptors and slots before the index that shows them. */
	store_release(&r->avail->index, r->posted);
	/*
	 * Our index before the device's wish; its partner stores the wish
	 * before it looks at our index once more (2.7.13.3.1).
	 */
	fence_full();
	if (!r->event_index)
		return (load_relaxed(&r->used->flags) & NO_NOTIFY) == 0;
	event = load_relaxed(vring_avail_event(r));
	return (uint16_t)(r->posted - event - 1) < (uint16_t)(r->posted - old);
}

int
vring_take(struct vring *r, uint16_t *head, uint32_t *length)
{
	const struct vring_used_slot *slot;
	/* The index before the slots that it shows (2.7.14). */
	uint16_t index = load_acquire(&r->used->index);
	uint32_t id;

	if (index == r->taken)
		return 0;
	if ((uint16_t)(index - r->taken) > r->flying)
		return ERR_PEER;
	slot = &r->used->ring[r->taken & (r->size - 1)];
	id = load_relaxed(&slot->id);
	if (id >= r->size || r->out[id] == 0)
		return ERR_PEER;
	*length = load_relaxed(&slot->length);
	*head = (uint16_t)id;
	r->out[id] = 0;
	r->flying--;
	r->taken++;
	return 1;
}

bool
vring_waiting(const struct vring *r)
{
	return load_relaxed(&r->used->index) != r->taken;
}

bool
vring_arm(struct vring *r, uint16_t ahead)
{
	if (r->event_index)
		store_relaxed(
		    vring_used_event(r), (uint16_t)(r->taken + ahead - 1));
	else
		store_relaxed(&r->avail->flags, (uint16_t)0);
	/* Our wish before its index, as above. */
	fence_full();
	return (uint16_t)(load_relaxed(&r->used->index) - r->taken) >= ahead;
}
