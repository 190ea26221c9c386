/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capture.h -- a whole capture file in memory, every frame at hand.  Shared by
 * Replay and the replay port.
 */
#ifndef ELEMENTS_DEVICE_CAPTURE_H
#define ELEMENTS_DEVICE_CAPTURE_H

#include "base/diag.h"
#include "base/pcap.h"
#include "click/batch.h"

struct capture_frame {
	const uint8_t *data;
	uint32_t caplen;
	uint32_t length; /* of the packet when it was captured */
	int64_t stamp_ns;
};

struct capture {
	struct foreign_buffer lent; /* must be first */
	struct strbuf file;
	struct capture_frame *frames;
	size_t n, cap;
	uint32_t longest; /* caplen of all frames */
	uint32_t linktype;
};

/* Who plays it; zero at first. */
struct capture_player {
	uint64_t copied; /* the pool's, when it last looked */
	uint32_t lent;   /* packets since then */
	uint32_t pause;  /* turns until it lends again */
};

/*
 * Reads the file through os_file_read(), at most max frames (0: all).  A tail
 * cut short is left out, as is what follows a broken record (*broken is then
 * set).  0; ERR_INVAL (no capture file), ERR_NOMEM or what the reading gave,
 * with the file's name in *why; then *c is NULL.
 */
int capture_load(struct capture **c, struct str path, size_t max, bool *broken,
    struct diag *why);
/* For another user. */
static inline struct capture *
capture_share(struct capture *c)
{
	foreign_use(&c->lent, 1);
	return c;
}
/* It goes with its last user and its last lent packet; NULL: nothing. */
void capture_end(struct capture *c);

/* How many frames there are from one (below n) on; most at most. */
static inline uint32_t
capture_left(const struct capture *c, size_t from, uint32_t most)
{
	return c->n - from < most ? (uint32_t)(c->n - from) : most;
}

/*
 * Adds n frames from one on, as many as there are at most, to b, which has room
 * for them: as packets with the time stamp, the length that was not captured
 * and the link header's place.  Returns how many, fewer when memory is short.
 *
 * Long frames are lent, not copied, as long as the router only reads them: most
 * of those that were lent the turn before have not been written to.
 */
uint32_t capture_play(struct capture *c, struct capture_player *player,
    size_t from, struct batch *b, uint32_t n);

#endif
