/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_virtio.c -- see fake_virtio.h. */
#include "test/fake_virtio.h"

#include <stddef.h>
#include <string.h>

static struct {
	void (*fn)(void);
	unsigned int nth; /* 0: none */
} before_arm;

void
fake_virtio_before_arm(void (*fn)(void), unsigned int nth)
{
	before_arm.fn = fn;
	before_arm.nth = nth;
}

/* The linker puts this in the place of the driver's calls. */
bool __real_vring_arm(struct vring *r, uint16_t ahead);
bool __wrap_vring_arm(struct vring *r, uint16_t ahead);

bool
__wrap_vring_arm(struct vring *r, uint16_t ahead)
{
	if (before_arm.nth > 0 && --before_arm.nth == 0)
		before_arm.fn();
	return __real_vring_arm(r, ahead);
}

static struct fake_virtio *
fake_of(struct virtio_device *d)
{
	return (struct fake_virtio *)(void *)d;
}

static uint64_t
fake_features(struct virtio_device *d)
{
	return fake_of(d)->offers;
}

static void
fake_accept(struct virtio_device *d, uint64_t features)
{
	fake_of(d)->accepted = features;
}

static uint8_t
fake_status(struct virtio_device *d)
{
	return fake_of(d)->status;
}

static void
fake_set_status(struct virtio_device *d, uint8_t status)
{
	struct fake_virtio *f = fake_of(d);

	if (f->refuses)
		status &= (uint8_t)~VIRTIO_FEATURES_OK;
	f->status = status;
	if (status == 0)
		memset(f->queue, 0, sizeof(f->queue));
}

static uint16_t
fake_queue_max(struct virtio_device *d, uint16_t q)
{
	return q < FAKE_QUEUES ? fake_of(d)->queue_max : 0;
}

static void
fake_queue_set(struct virtio_device *d, uint16_t q, const struct vring *r)
{
	fake_of(d)->queue[q] = (struct fake_queue){
		.desc = r->desc,
		.avail = r->avail,
		.used = r->used,
		.size = r->size,
	};
}

static void
fake_notify(struct virtio_device *d, uint16_t q)
{
	fake_of(d)->queue[q].notified++;
}

static uint32_t
fake_config(struct virtio_device *d, uint32_t offset, unsigned int width)
{
	uint32_t x = 0;

	memcpy(&x, fake_of(d)->config + offset, width);
	return x;
}

static const struct virtio_transport fake_transport = {
	.features = fake_features,
	.accept = fake_accept,
	.status = fake_status,
	.set_status = fake_set_status,
	.queue_max = fake_queue_max,
	.queue_set = fake_queue_set,
	.notify = fake_notify,
	.config = fake_config,
};

void
fake_virtio_init(struct fake_virtio *f, enum virtio_id id, uint64_t offers)
{
	memset(f, 0, sizeof(*f));
	f->device.transport = &fake_transport;
	f->device.id = id;
	strcpy(f->device.name, "virtio0");
	f->offers = offers;
	f->queue_max = 1024;
}

int
fake_virtio_take(struct fake_queue *q)
{
	if (q->desc == NULL || q->seen == q->avail->index)
		return -1;
	return q->avail->ring[q->seen++ % q->size];
}

void
fake_virtio_give(struct fake_queue *q, int head, uint32_t length)
{
	q->used->ring[q->used->index % q->size] =
	    (struct vring_used_slot){ (uint32_t)head, length };
	q->used->index++;
}

uint8_t *
fake_virtio_at(struct fake_queue *q, int head, uint32_t offset)
{
	const struct vring_desc *d = &q->desc[head];

	while (offset >= d->length) {
		offset -= d->length;
		if ((d->flags & VRING_NEXT) == 0)
			return NULL;
		d = &q->desc[d->next];
	}
	return (uint8_t *)(uintptr_t)d->address + offset;
}

uint32_t
fake_virtio_length(const struct fake_queue *q, int head)
{
	const struct vring_desc *d = &q->desc[head];
	uint32_t n = d->length;

	while ((d->flags & VRING_NEXT) != 0) {
		d = &q->desc[d->next];
		n += d->length;
	}
	return n;
}

bool
fake_virtio_interrupts(
    const struct fake_virtio *f, const struct fake_queue *q, uint16_t old)
{
	uint16_t event = q->avail->ring[q->size];

	if ((f->accepted & VIRTIO_F_EVENT_IDX) == 0)
		return q->avail->flags == 0;
	return (uint16_t)(q->used->index - event - 1) <
	       (uint16_t)(q->used->index - old);
}

bool
fake_virtio_put(struct fake_queue *q, const void *data, uint32_t n)
{
	int head = fake_virtio_take(q);
	const uint8_t *from = data;
	uint8_t *to;
	uint32_t i;

	if (head < 0 || (q->desc[head].flags & VRING_WRITE) == 0)
		return false;
	for (i = 0; i < n && (to = fake_virtio_at(q, head, i)) != NULL; i++)
		*to = from[i];
	fake_virtio_give(q, head, n);
	return true;
}
