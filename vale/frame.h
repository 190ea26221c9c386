/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * frame.h -- a frame on its way through the switch.
 *
 * A port lends its frames for the length of one burst: nothing is allocated,
 * the bytes stay where they came in until they have been copied to where they
 * go.  A frame is up to three things in a row:
 *
 *	head             data                rest[0], rest[1], ...
 *	private bytes    bytes that the      more of them, when it came in
 *	of the switch    peer may still      several buffers
 *	                 write
 *
 * What the switch looks at must not change under its eyes, so whatever it
 * decides by lies in the head.  A port whose peer can still write the bytes
 * (shared memory) leaves head NULL: the switch copies the first VALE_HEAD
 * bytes, once, and sends that copy.  A port that has read the frame into
 * memory of its own (TAP) gives all of it as head and no data.  In front of
 * head lie VALE_HEADROOM bytes that the switch may write, for a VLAN tag.
 *
 * A frame runs from the destination address to the last payload byte, without
 * FCS.
 */
#ifndef VALE_FRAME_H
#define VALE_FRAME_H

#include <stdint.h>

enum {
	VALE_HEAD = 128,    /* bytes copied before they are looked at */
	VALE_HEADROOM = 16, /* writable bytes before them */
	VALE_BURST = 64, /* frames that rx and tx are given at once, at most */
	VALE_FRAME_MIN = 14,
	VALE_FRAME_MAX = 65535 + 18, /* IP's longest, Ethernet and VLAN */
	VALE_PIECES_MAX = 40,        /* entries of rest, at most */
};

/* The values of enum netring_flag (abi/netring.h), where both have one. */
enum vale_frame_flag {
	VALE_CSUM_GOOD = 4,    /* checked by whoever received it */
	VALE_CSUM_PARTIAL = 8, /* to be filled: csum_start, csum_offset */
	VALE_GSO_TCP4 = 16,    /* to be cut into payloads of gso_size */
	VALE_GSO_TCP6 = 32,
	VALE_UNCHANGED = 256, /* goes to one port and as it came in */
	VALE_SWAPPED = 512,   /* tx took the buffer and left another */
};

struct vale_piece {
	const uint8_t *data;
	uint32_t length;
};

struct vale_frame {
	uint8_t *head;
	const uint8_t *data; /* undefined when length is 0 */
	uint32_t head_length, length;
	const struct vale_piece *rest;
	uint16_t nrest;
	uint16_t flags; /* enum vale_frame_flag */
	uint32_t total; /* bytes of all */

	/* as virtio-net's header has them; valid with their flags only */
	uint16_t gso_size;
	uint16_t csum_start;  /* from the frame's first byte */
	uint16_t csum_offset; /* from csum_start to the field */
	uint16_t
	    vlan; /* TCI of the tag that was taken off, 0: there was none */

	/*
	 * For swapping: the memory that the frame lies in (two ports of one
	 * guest give the same pointer) and the number of its buffer there.
	 * NULL: it cannot be swapped.
	 */
	const void *region;
	uint32_t buffer;
	uint32_t to; /* where the forwarding function sends it */
};
_Static_assert(sizeof(struct vale_frame) <= 72, "about a cache line");

#endif
