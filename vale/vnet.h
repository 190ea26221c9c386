/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vnet.h -- the header in which virtio devices, TAP and packet sockets say
 * what is left to do for a frame: a checksum, cutting into segments.
 *
 * Its layout is struct virtio_net_hdr's (Virtual I/O Device 1.2, 5.1.6;
 * linux/virtio_net.h), little-endian, 10 bytes; virtio 1 and mergeable buffers
 * append a count of buffers.
 */
#ifndef VALE_VNET_H
#define VALE_VNET_H

#include "vale/port.h"

enum {
	VNET_HEADER = 10,
	VNET_HEADER_COUNTED = 12,
	VNET_COUNT = 10, /* where the count of buffers stands */
	/* A segment's least payload: smaller ones cost more than they carry. */
	VNET_GSO_MIN = 48,
};

/*
 * Takes the flags and fields of f, whose total is known, from a header that
 * somebody else wrote.  False when they make no sense for it, or ask for what
 * the switch does not know (UDP fragments, ECN): then f is unchanged.
 */
bool vnet_get(const uint8_t header[static VNET_HEADER], struct vale_frame *f);

/*
 * Whether a frame's offload flags and fields (from wherever) make sense: the
 * checksum lies in the frame behind the Ethernet header, a segment size
 * comes with a checksum to be filled and is at least VNET_GSO_MIN.
 */
bool vnet_valid(const struct vale_frame *f);

/* Writes the header of f; f has a head when it needs segmentation. */
void vnet_put(uint8_t header[static VNET_HEADER], const struct vale_frame *f);

#endif
