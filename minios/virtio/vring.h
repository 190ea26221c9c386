/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vring.h -- a split virtqueue, the driver's side (virtio 1.2, 2.7).
 *
 *	driver                                        device
 *	fills descriptors; vring_post(head)
 *	vring_publish() -------- avail.idx --------->  takes them
 *	vring_take() <---------- used.idx -----------  gives them back
 *
 * Descriptors belong to the caller, who numbers them: a chain that begins at
 * descriptor `head` is posted by that number and comes back by it.  The device
 * may write anything: each field that it owns is read once, and a head that is
 * not out there ends in ERR_PEER.
 *
 * Rings lie in one run of pages in the layout of legacy devices (2.7.2), which
 * suits the others as well.
 */
#ifndef MINIOS_VIRTIO_VRING_H
#define MINIOS_VIRTIO_VRING_H

#include <stdbool.h>
#include <stdint.h>

enum {
	VRING_MAX = 256, /* descriptors */
	VRING_NEXT = 1,  /* the chain goes on */
	VRING_WRITE = 2, /* the device writes there */
};

struct vring_desc {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};
_Static_assert(sizeof(struct vring_desc) == 16, "2.7.5");

struct vring_avail {
	uint16_t flags, index, ring[];
};

struct vring_used_slot {
	uint32_t id, length;
};

struct vring_used {
	uint16_t flags, index;
	struct vring_used_slot ring[];
};

struct vring {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t size;          /* descriptors, a power of two */
	uint16_t posted;        /* avail.idx, perhaps not yet shown */
	uint16_t shown;         /* avail.idx as the device sees it */
	uint16_t taken;         /* used.idx up to here has been seen */
	uint16_t flying;        /* chains posted and not taken */
	bool event_index;       /* VIRTIO_F_EVENT_IDX */
	uint8_t out[VRING_MAX]; /* 1: the device has the chain of this head */
};

/*
 * A ring of size descriptors (a power of two, at most VRING_MAX), in zeroed
 * pages of its own; interrupts are off.  ERR_NOMEM.
 */
int vring_init(struct vring *r, uint16_t size, bool event_index);
/* The device must have been reset. */
void vring_fini(struct vring *r);

/* Gives the chain at head to the device, once published. */
void vring_post(struct vring *r, uint16_t head);

/* Shows what was posted; true if the device wants to be notified. */
bool vring_publish(struct vring *r);

/*
 * The next chain that came back: 1, with its head and the bytes that the
 * device says it wrote (unchecked), 0 when there is none, or ERR_PEER.
 */
int vring_take(struct vring *r, uint16_t *head, uint32_t *length);

/* True if a chain waits to be taken (or the index is nonsense: take tells). */
bool vring_waiting(const struct vring *r);

/*
 * Asks for an interrupt once `ahead` more chains have come back.  True if they
 * have already: none may come.
 */
bool vring_arm(struct vring *r, uint16_t ahead);

#endif
