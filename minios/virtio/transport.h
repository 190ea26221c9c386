/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * transport.h -- a virtio device, whatever carries it (virtio 1.2, 2 and 3).
 *
 *	mmio.c    registers in memory, of version 2 and of the legacy version 1
 *	pci.c     capabilities in configuration space, MSI-X
 *
 * Devices interrupt only to end a sleep; who wants to know what happened looks
 * at the rings.
 */
#ifndef MINIOS_VIRTIO_TRANSPORT_H
#define MINIOS_VIRTIO_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "minios/virtio/vring.h"

enum virtio_id { VIRTIO_NET = 1, VIRTIO_CONSOLE = 3 };

/* Bits of the device status (2.1). */
enum virtio_status {
	VIRTIO_ACKNOWLEDGE = 1,
	VIRTIO_DRIVER = 2,
	VIRTIO_DRIVER_OK = 4,
	VIRTIO_FEATURES_OK = 8,
	VIRTIO_FAILED = 128,
};

/* Features that concern all devices (6). */
#define VIRTIO_F_EVENT_IDX (UINT64_C(1) << 29)
#define VIRTIO_F_VERSION_1 (UINT64_C(1) << 32)

enum { VIRTIO_DEVICES = 32, VIRTIO_QUEUES = 10 };

struct virtio_device;

struct virtio_transport {
	uint64_t (*features)(struct virtio_device *d);
	void (*accept)(struct virtio_device *d, uint64_t features);
	uint8_t (*status)(struct virtio_device *d);
	/* 0 resets; it has happened when the call returns. */
	void (*set_status)(struct virtio_device *d, uint8_t status);
	/* Most descriptors of queue q, 0: there is no such queue. */
	uint16_t (*queue_max)(struct virtio_device *d, uint16_t q);
	void (*queue_set)(
	    struct virtio_device *d, uint16_t q, const struct vring *r);
	void (*notify)(struct virtio_device *d, uint16_t q);
	/* The field of 1, 2 or 4 bytes at offset of its configuration. */
	uint32_t (*config)(
	    struct virtio_device *d, uint32_t offset, unsigned int width);
	/*
	 * Lets the next interrupt through.  True: the device may have changed
	 * its configuration since the call before.
	 */
	bool (*acknowledge)(struct virtio_device *d);
};

struct virtio_device {
	const struct virtio_transport *transport;
	enum virtio_id id;
	uint64_t features; /* those agreed upon */
	char name[24];     /* "virtio0", for messages */

	/* the transport's own */
	volatile uint8_t *base;          /* MMIO registers; PCI: common */
	volatile uint8_t *device_config; /* (4.1.4.6, 4.2.2) */
	volatile uint8_t *doorbell;      /* PCI (4.1.4.4) */
	uint32_t doorbell_step;
	uint16_t doorbell_of[VIRTIO_QUEUES]; /* by queue */
	uint16_t config_vector;              /* PCI: in its MSI-X table */
	uint32_t config_interrupts;          /* PCI: counted so far */
	bool legacy;
};

/*
 * Resets d and agrees on what it offers of wanted; ring layout and event index
 * come along.  ERR_NOTSUP: it refuses.
 */
int virtio_negotiate(
    struct virtio_device *d, uint64_t wanted, struct diag *why);

/*
 * Makes queue q with at most most (a power of two) descriptors.  ERR_NOMEM,
 * ERR_NOTFOUND.
 */
int virtio_queue(struct virtio_device *d, uint16_t q, uint16_t most,
    struct vring *r, struct diag *why);

/* From now on it may use its queues. */
void virtio_ready(struct virtio_device *d);

/* It uses no memory of ours any more. */
void virtio_reset(struct virtio_device *d);

/* Shows what was posted on r, which is queue q; true: it was notified. */
static inline bool
virtio_push(struct virtio_device *d, uint16_t q, struct vring *r)
{
	if (!vring_publish(r))
		return false;
	d->transport->notify(d, q);
	return true;
}

/* Each finds the devices of its kind and hands them to virtio_found(). */
void mmio_probe(void);
void pci_probe(void);

/* Keeps a copy of *d, numbered; says so when there are too many. */
void virtio_found(const struct virtio_device *d);

#endif
