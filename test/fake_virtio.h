/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_virtio.h -- a virtio device in plain memory, played by a test: it keeps
 * the rules of virtio 1.2, 2.7, unless the test writes to its rings itself.
 */
#ifndef TEST_FAKE_VIRTIO_H
#define TEST_FAKE_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

#include "minios/virtio/transport.h"

enum { FAKE_QUEUES = 10, FAKE_CONFIG = 64 };

/* A queue as the device has it. */
struct fake_queue {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t size, seen; /* seen: avail.idx up to here is taken */
	unsigned int notified;
};

struct fake_virtio {
	struct virtio_device device; /* first: what the driver is given */
	uint64_t offers, accepted;
	uint8_t status;
	bool refuses; /* does not keep FEATURES_OK */
	uint16_t queue_max;
	uint8_t config[FAKE_CONFIG];
	struct fake_queue queue[FAKE_QUEUES];
};

void fake_virtio_init(
    struct fake_virtio *f, enum virtio_id id, uint64_t offers);

/*
 * Once: what the device does after the driver's last look at a queue and before
 * its wish for an interrupt there; nth: at which of the coming calls of
 * vring_arm(), from 1 on.
 */
void fake_virtio_before_arm(void (*fn)(void), unsigned int nth);

/* Takes the next chain: its head, or -1 if there is none. */
int fake_virtio_take(struct fake_queue *q);
/* Gives it back, length bytes written. */
void fake_virtio_give(struct fake_queue *q, int head, uint32_t length);
/* Where the byte at offset of the chain lies; NULL beyond its end. */
uint8_t *fake_virtio_at(struct fake_queue *q, int head, uint32_t offset);
/* Bytes of the chain. */
uint32_t fake_virtio_length(const struct fake_queue *q, int head);
/* True if the driver's wish for an interrupt came true since used was old. */
bool fake_virtio_interrupts(
    const struct fake_virtio *f, const struct fake_queue *q, uint16_t old);

/* Writes n bytes into the next chain and gives it back; false: there is none.
 */
bool fake_virtio_put(struct fake_queue *q, const void *data, uint32_t n);

#endif
