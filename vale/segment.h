/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * segment.h -- a long TCP frame cut into what fits, for a port that cannot do
 * so itself.
 *
 *	struct segmenter s;
 *
 *	if (!segment_begin(&s, frame))
 *		drop it
 *	while ((n = segment_next(&s)) > 0)
 *		s.segment[0 .. n - 1] are ordinary frames, until the next call
 *
 * Nothing of the payload is copied.  Each segment has headers of its own with
 * its length, sequence number, flags and IP identification (RFC 9293, 3.4 and
 * 3.7.1; RFC 6864), and VALE_CSUM_PARTIAL still, the pseudo header's sum in
 * its checksum field.
 */
#ifndef VALE_SEGMENT_H
#define VALE_SEGMENT_H

#include <stdbool.h>

#include "vale/frame.h"

enum {
	SEGMENTS = 16, /* at a time */
	SEGMENT_PIECES = VALE_PIECES_MAX + 2,
};

struct segmenter {
	struct vale_frame segment[SEGMENTS];

	/* of the frame */
	const struct vale_frame *from;
	uint32_t headers; /* bytes before its payload */
	uint32_t ip_at, tcp_at;
	uint32_t sent;  /* bytes of payload */
	uint16_t count; /* segments made so far */
	bool six;
	struct vale_piece piece[SEGMENTS][SEGMENT_PIECES];
	uint8_t head[SEGMENTS][VALE_HEADROOM + VALE_HEAD];
};

/*
 * False when the frame's headers are not those of TCP over IP, or do not lie
 * in its head.  The frame must stay until the last segment_next().
 */
bool segment_begin(struct segmenter *s, const struct vale_frame *f);

/* Makes the next segments; how many, 0 when there are no more. */
unsigned int segment_next(struct segmenter *s);

#endif
