/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bpdu.h -- bridge protocol data units of the spanning tree protocol (IEEE
 * 802.1D-1998, clause 9) in their Ethernet frames.  Not an element.
 */
#ifndef ELEMENTS_ETHERSWITCH_BPDU_H
#define ELEMENTS_ETHERSWITCH_BPDU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

enum bpdu_type {
	BPDU_CONFIG = 0x00,
	BPDU_TCN = 0x80, /* topology change notification: nothing else in it */
};

enum { BPDU_FRAME = 60 }; /* bytes, padding included */

struct bpdu {
	uint8_t type; /* enum bpdu_type */
	bool tc, tca; /* topology change, acknowledgement of one */
	uint64_t root;
	uint32_t cost;
	uint64_t bridge;
	uint16_t port;
	/* In 1/256 seconds. */
	uint16_t message_age, max_age, hello_time, forward_delay;
};

/*
 * Reads a frame.  False: it is too short, no BPDU, one of another version, or
 * older than it may become.
 */
bool bpdu_parse(const uint8_t *frame, uint32_t length, struct bpdu *b);
/* Writes a frame from src. */
void bpdu_write(uint8_t frame[static BPDU_FRAME], const uint8_t src[static 6],
    const struct bpdu *b);

#endif
