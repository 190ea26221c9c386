/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * packet_ring.h -- how large the rings of a packet socket are, which are made
 * by who opens it (open_packet.c) and used by port_af_packet.c.
 *
 *	PACKET_BLOCKS blocks to receive, filled by the kernel with frames of
 *	any length and handed over when full or after PACKET_RETIRE_MS
 *	PACKET_TX_BLOCKS blocks of slots to send, a frame each
 */
#ifndef VALE_PACKET_RING_H
#define VALE_PACKET_RING_H

enum {
	PACKET_BLOCK = 1 << 18, /* holds three frames of any length */
	PACKET_BLOCKS = 16,
	PACKET_SLOT = 2048, /* means nothing to version 3 */
	PACKET_RETIRE_MS = 1,
	PACKET_TX_SLOT = 1 << 14, /* jumbo frames; longer ones are cut */
	PACKET_TX_BLOCKS = 16,
	PACKET_TX_SLOTS = PACKET_TX_BLOCKS * (PACKET_BLOCK / PACKET_TX_SLOT),
	PACKET_TX_ROOM = 128, /* of a slot, before the frame */
};

#endif
