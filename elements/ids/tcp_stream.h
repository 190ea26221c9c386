/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_stream.h -- one direction of a TCP connection, put in order: segments
 * in, whatever their order and overlap; out comes what has become contiguous,
 * with the bytes before it.
 *
 *	  base             next
 *	   | bytes before   |  hole  | island |  hole  | island |
 *	   |<-- history --->|<--------------- window ------------->|
 *
 * Of bytes that come twice before they are contiguous, the policy says which
 * count: the first (as BSD, Windows) or the last to come (as Cisco); see
 * Novak, "Target-Based TCP Stream Reassembly" (2007).  What is contiguous is
 * settled.  Copies that differ are told of in either case.
 *
 * Sequence numbers are compared by subtraction (RFC 9293, 3.4).
 *
 * Memory a direction: nothing before the first data, then history + window
 * bytes at most, and 8 bytes an island, of which there are
 * TCP_STREAM_ISLANDS at most (and room for one more).
 */
#ifndef ELEMENTS_IDS_TCP_STREAM_H
#define ELEMENTS_IDS_TCP_STREAM_H

#include <stdbool.h>
#include <stdint.h>

enum { TCP_STREAM_ISLANDS = 64 };

enum tcp_stream_policy { TCP_STREAM_FIRST, TCP_STREAM_LAST };

struct tcp_stream_limits {
	uint32_t history; /* bytes kept before those that are new */
	uint32_t window;  /* beyond next: nothing is kept; 1..2^30 */
	enum tcp_stream_policy policy;
};

/* Half open; sequence numbers. */
struct tcp_island {
	uint32_t from, to;
};

struct tcp_stream {
	uint8_t *buf;
	struct tcp_island *islands; /* sorted, apart, behind next */
	uint32_t cap;               /* of buf */
	uint32_t base, next;        /* sequence numbers */
	uint8_t nislands, islands_cap;
};

/* What became of a segment: bits. */
enum {
	TCP_STREAM_NEW = 1,     /* contiguous bytes came: see *from */
	TCP_STREAM_OLD = 2,     /* all or some of it was there already */
	TCP_STREAM_DIFFERS = 4, /* and was not the same */
	TCP_STREAM_BEYOND = 8,  /* some lies outside the window: lost */
	TCP_STREAM_FULL = 16,   /* too many islands or no memory: lost */
};

/* s zeroed: the next byte to come has sequence number seq. */
void tcp_stream_start(struct tcp_stream *s, uint32_t seq);
/* Frees; s is as zeroed. */
void tcp_stream_fini(struct tcp_stream *s);

/*
 * Adds n (at most limits->window) bytes at seq.  With TCP_STREAM_NEW, the
 * bytes between the old next, which goes into *old, and the new one are new.
 */
unsigned int tcp_stream_add(struct tcp_stream *s,
    const struct tcp_stream_limits *limits, uint32_t seq, const uint8_t *data,
    uint32_t n, uint32_t *old);

/*
 * The receiver has acknowledged everything before seq: what is missing there
 * will not come.  True: next has moved over a hole to seq or to the island in
 * front of it, what was before is gone, and bytes from *old to next may be
 * new.
 */
bool tcp_stream_skip(struct tcp_stream *s, uint32_t seq, uint32_t *old);

/* The byte at sequence number seq, base..next. */
static inline const uint8_t *
tcp_stream_at(const struct tcp_stream *s, uint32_t seq)
{
	return s->buf + (seq - s->base);
}

/* Bytes allocated. */
static inline uint32_t
tcp_stream_bytes(const struct tcp_stream *s)
{
	return s->cap + s->islands_cap * (uint32_t)sizeof(*s->islands);
}

#endif
