/* SPDX-License-Identifier: BSD-3-Clause */
/* tcp_stream.c -- one direction of a connection in order; see tcp_stream.h. */
#include "elements/ids/tcp_stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/err.h"

enum { CAP_MIN = 512, ISLANDS_MIN = 4 };

/* a - b as a signed number: their order, for they are near each other. */
static inline int32_t
seq_diff(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

void
tcp_stream_start(struct tcp_stream *s, uint32_t seq)
{
	s->base = s->next = seq;
}

void
tcp_stream_fini(struct tcp_stream *s)
{
	free(s->buf);
	free(s->islands);
	*s = (struct tcp_stream){ 0 };
}

/* The last sequence number of which the buffer holds something. */
static uint32_t
stream_top(const struct tcp_stream *s)
{
	return s->nislands > 0 ? s->islands[s->nislands - 1].to : s->next;
}

/* Moves what is to be kept to the front of the buffer. */
static void
stream_slide(struct tcp_stream *s, uint32_t history)
{
	uint32_t kept = s->next - s->base, drop;

	if (kept <= history)
		return;
	drop = kept - history;
	memmove(s->buf, s->buf + drop, stream_top(s) - s->base - drop);
	s->base += drop;
}

/* Room for bytes up to sequence number end. */
static int
stream_reserve(
    struct tcp_stream *s, const struct tcp_stream_limits *limits, uint32_t end)
{
	uint32_t cap = s->cap == 0 ? CAP_MIN : s->cap;
	uint8_t *buf;

	if (end - s->base <= s->cap)
		return 0;
	stream_slide(s, limits->history);
	if (end - s->base <= s->cap)
		return 0;
	while (cap < end - s->base)
		cap *= 2;
	if (cap > limits->history + limits->window)
		cap = limits->history + limits->window;
	buf = realloc(s->buf, cap);
	if (buf == NULL)
		return ERR_NOMEM;
	s->buf = buf;
	s->cap = cap;
	return 0;
}

/* Copies n bytes at seq, or compares them with what is there. */
static void
stream_copy(struct tcp_stream *s, uint32_t seq, const uint8_t *data, uint32_t n)
{
	memcpy(s->buf + (seq - s->base), data, n);
}

static bool
stream_differs(
    const struct tcp_stream *s, uint32_t seq, const uint8_t *data, uint32_t n)
{
	return memcmp(s->buf + (seq - s->base), data, n) != 0;
}

/*
 * Writes seq..end into the buffer, after the policy where islands are in the
 * way; the islands stay as they are.  Result bits.
 */
static unsigned int
stream_fill(struct tcp_stream *s, enum tcp_stream_policy policy, uint32_t seq,
    uint32_t end, const uint8_t *data)
{
	unsigned int result = 0;
	uint32_t at = seq;

	for (unsigned int i = 0; i < s->nislands && at != end; i++) {
		const struct tcp_island *is = &s->islands[i];
		uint32_t from = is->from, to = is->to;

		if (seq_diff(to, at) <= 0)
			continue;
		if (seq_diff(from, end) >= 0)
			break;
		if (seq_diff(from, at) > 0) {
			stream_copy(s, at, data + (at - seq), from - at);
			at = from;
		}
		if (seq_diff(to, end) > 0)
			to = end;
		result |= TCP_STREAM_OLD;
		if (stream_differs(s, at, data + (at - seq), to - at))
			result |= TCP_STREAM_DIFFERS;
		if (policy == TCP_STREAM_LAST)
			stream_copy(s, at, data + (at - seq), to - at);
		at = to;
	}
	stream_copy(s, at, data + (at - seq), end - at);
	return result;
}

/* Whether from..to would be an island of its own. */
static bool
islands_apart(const struct tcp_stream *s, uint32_t from, uint32_t to)
{
	for (unsigned int i = 0; i < s->nislands; i++)
		if (seq_diff(s->islands[i].to, from) >= 0 &&
		    seq_diff(s->islands[i].from, to) <= 0)
			return false;
	return from != s->next;
}

/* Room for from..to, which may pass for an island until it is joined. */
static int
islands_reserve(struct tcp_stream *s, uint32_t from, uint32_t to)
{
	uint32_t cap = s->islands_cap == 0 ? ISLANDS_MIN : s->islands_cap * 2u;
	struct tcp_island *islands;

	if (s->nislands == TCP_STREAM_ISLANDS && islands_apart(s, from, to))
		return ERR_RANGE;
	if (s->nislands < s->islands_cap)
		return 0;
	if (cap > TCP_STREAM_ISLANDS + 1)
		cap = TCP_STREAM_ISLANDS + 1;
	islands = realloc(s->islands, cap * sizeof(*islands));
	if (islands == NULL)
		return ERR_NOMEM;
	s->islands = islands;
	s->islands_cap = (uint8_t)cap;
	return 0;
}

/* Adds from..to to the islands, joining those it touches. */
static void
islands_join(struct tcp_stream *s, uint32_t from, uint32_t to)
{
	unsigned int first = 0, last;

	while (first < s->nislands && seq_diff(s->islands[first].to, from) < 0)
		first++;
	for (last = first;
	     last < s->nislands && seq_diff(s->islands[last].from, to) <= 0;
	     last++) {
		if (seq_diff(s->islands[last].from, from) < 0)
			from = s->islands[last].from;
		if (seq_diff(s->islands[last].to, to) > 0)
			to = s->islands[last].to;
	}
	memmove(s->islands + first + 1, s->islands + last,
	    (s->nislands - last) * sizeof(*s->islands));
	s->islands[first] = (struct tcp_island){ from, to };
	s->nislands = (uint8_t)(s->nislands - (last - first) + 1);
}

/* The first island begins at next: it is no island any more. */
static void
islands_land(struct tcp_stream *s)
{
	if (s->nislands == 0 || seq_diff(s->islands[0].from, s->next) > 0)
		return;
	s->next = s->islands[0].to;
	s->nislands--;
	memmove(s->islands, s->islands + 1, s->nislands * sizeof(*s->islands));
}

/* Cuts off what has been delivered, comparing as far as that is kept. */
static unsigned int
stream_cut_old(
    struct tcp_stream *s, uint32_t *seq, const uint8_t **data, uint32_t *n)
{
	uint32_t old = s->next - *seq, skip = 0;
	unsigned int result = TCP_STREAM_OLD;

	if (old > *n)
		old = *n;
	if (seq_diff(s->base, *seq) > 0)
		skip = s->base - *seq;
	if (skip < old &&
	    stream_differs(s, *seq + skip, *data + skip, old - skip))
		result |= TCP_STREAM_DIFFERS;
	*seq += old;
	*data += old;
	*n -= old;
	return result;
}

unsigned int
tcp_stream_add(struct tcp_stream *s, const struct tcp_stream_limits *limits,
    uint32_t seq, const uint8_t *data, uint32_t n, uint32_t *old)
{
	unsigned int result = 0;

	if (n == 0)
		return 0;
	if (seq_diff(seq, s->next) < 0)
		result |= stream_cut_old(s, &seq, &data, &n);
	if (n > 0 && seq_diff(seq + n, s->next) > (int32_t)limits->window) {
		int32_t room = (int32_t)limits->window - seq_diff(seq, s->next);

		result |= TCP_STREAM_BEYOND;
		n = room > 0 ? (uint32_t)room : 0;
	}
	if (n == 0)
		return result;
	if (islands_reserve(s, seq, seq + n) != 0 ||
	    stream_reserve(s, limits, seq + n) != 0)
		return result | TCP_STREAM_FULL;
	result |= stream_fill(s, limits->policy, seq, seq + n, data);
	islands_join(s, seq, seq + n);
	*old = s->next;
	islands_land(s);
	return s->next != *old ? result | TCP_STREAM_NEW : result;
}

bool
tcp_stream_skip(struct tcp_stream *s, uint32_t seq, uint32_t *old)
{
	uint32_t to = seq;

	if (seq_diff(seq, s->next) <= 0)
		return false;
	if (s->nislands > 0 && seq_diff(s->islands[0].from, to) < 0)
		to = s->islands[0].from;
	/* What is kept moves to the front, where base will be. */
	if (s->nislands > 0)
		memmove(s->buf, s->buf + (to - s->base), stream_top(s) - to);
	s->base = s->next = *old = to;
	islands_land(s);
	return true;
}
