/* SPDX-License-Identifier: BSD-3-Clause */
/* tcp_track.c -- see tcp_track.h. */
#include "elements/ip/tcp_track.h"

#include "base/bytes.h"
#include "base/proto.h"

enum {
	MAX_ACK_WINDOW = 66000, /* van Rooij, 4.3 */
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_SCALE = 3,
	SCALE_MAX = 14, /* RFC 7323, 2.3 */
};

const char *const tcp_track_state_name[TCP_STATES] = { "opening", "answered",
	"established", "half-closed", "closed", "reset" };

/* a is behind b in sequence space. */
static bool
tcp_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* ---- segments ---- */

static void
tcp_segment_options(const uint8_t *option, uint32_t n, struct tcp_segment *s)
{
	while (n > 0 && *option != OPTION_END) {
		uint32_t size = 1;

		if (*option != OPTION_NOP) {
			if (n < 2 || option[1] < 2 || option[1] > n)
				return;
			size = option[1];
		}
		if (*option == OPTION_SCALE && size == 3) {
			s->can_scale = true;
			s->scale =
			    option[2] > SCALE_MAX ? SCALE_MAX : option[2];
		}
		option += size;
		n -= size;
	}
}

bool
tcp_segment_read(const uint8_t *l4, uint32_t n, struct tcp_segment *segment)
{
	const struct tcp *tcp = (const struct tcp *)(const void *)l4;
	uint32_t hlen;
	uint8_t flags;

	if (n < sizeof(*tcp))
		return false;
	hlen = tcp_hlen(tcp);
	if (hlen < sizeof(*tcp) || hlen > n)
		return false;
	flags = tcp->flags;
	if ((flags & (TCP_SYN | TCP_ACK | TCP_RST)) == 0 ||
	    ((flags & TCP_SYN) && (flags & (TCP_FIN | TCP_RST))))
		return false;
	*segment = (struct tcp_segment){ .seq = get_be32(tcp->seq),
		.ack = get_be32(tcp->ack),
		.win = get_be16(tcp->win),
		.flags = flags };
	segment->end = segment->seq + (n - hlen);
	segment->end += ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
	if (flags & TCP_SYN)
		tcp_segment_options(
		    l4 + sizeof(*tcp), hlen - (uint32_t)sizeof(*tcp), segment);
	return true;
}

/* ---- sides ---- */

/* The window that a segment of side gives, 1 at least: for probes. */
static uint32_t
tcp_side_window(const struct tcp_side *side, const struct tcp_segment *s)
{
	uint32_t win = s->win;

	if (!(s->flags & TCP_SYN))
		win <<= side->scale;
	return win == 0 ? 1 : win;
}

/* The side's first segment. */
static void
tcp_side_begin(struct tcp_side *side, const struct tcp_segment *s)
{
	side->seen = true;
	side->end = side->maxend = s->end;
	side->can_scale = s->can_scale;
	side->scale = s->scale;
	side->fin = false;
	side->maxwin = tcp_side_window(side, s);
}

/* What a good segment of from tells. */
static void
tcp_side_update(
    struct tcp_side *from, struct tcp_side *to, const struct tcp_segment *s)
{
	uint32_t win = tcp_side_window(from, s);

	if (tcp_after(s->end, from->end))
		from->end = s->end;
	if (win > from->maxwin)
		from->maxwin = win;
	if ((s->flags & TCP_ACK) && tcp_after(s->ack + win, to->maxend))
		to->maxend = s->ack + win;
	if (s->flags & TCP_FIN)
		from->fin = true;
}

static bool
tcp_side_good(const struct tcp_side *from, const struct tcp_side *to,
    const struct tcp_segment *s)
{
	uint32_t back =
	    from->maxwin > MAX_ACK_WINDOW ? from->maxwin : MAX_ACK_WINDOW;

	if (tcp_after(s->end, from->maxend) ||
	    tcp_after(from->end - to->maxwin, s->end))
		return false;
	if (!(s->flags & TCP_ACK))
		return true;
	return !tcp_after(s->ack, to->end) &&
	       !tcp_after(to->end - back, s->ack);
}

/* ---- connections ---- */

bool
tcp_track_may_open(const struct tcp_segment *s)
{
	return (s->flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN;
}

void
tcp_track_open(struct tcp_track *c, const struct tcp_segment *s)
{
	c->state = TCP_OPENING;
	c->side[1] = (struct tcp_side){ .seen = false };
	tcp_side_begin(&c->side[0], s);
	/* The least that an answer may acknowledge: the SYN, no data. */
	c->side[0].maxend = s->seq + 1;
}

void
tcp_track_join(struct tcp_track *c, const struct tcp_segment *s)
{
	const uint32_t most = 0xffff;

	c->state = TCP_ESTABLISHED;
	tcp_side_begin(&c->side[0], s);
	c->side[0].maxend = s->end + most;
	c->side[0].maxwin = most;
	c->side[1] = (struct tcp_side){ .end = s->ack,
		.maxend = s->ack + most,
		.maxwin = most,
		.seen = true };
	/* What the other side has sent already is not known. */
	c->side[1].end = s->ack + most;
}

/* The first segment of the side that did not begin. */
static enum tcp_track_verdict
tcp_track_answer(struct tcp_track *c, const struct tcp_segment *s)
{
	struct tcp_side *first = &c->side[0], *second = &c->side[1];

	/* It must acknowledge the SYN, perhaps not all data with it. */
	if ((s->flags & TCP_ACK) &&
	    (tcp_after(s->ack, first->end) || tcp_after(first->maxend, s->ack)))
		return TCP_ALIEN;
	if (s->flags & TCP_RST) {
		if (!(s->flags & TCP_ACK))
			return TCP_ALIEN;
		c->state = TCP_RESET;
		return TCP_PART;
	}
	/* A SYN alone: both open at once (RFC 9293, 3.5). */
	if (!(s->flags & TCP_SYN))
		return TCP_ALIEN;
	tcp_side_begin(second, s);
	second->maxend = second->end + first->maxwin;
	if (!first->can_scale || !second->can_scale)
		first->scale = second->scale = 0;
	if (s->flags & TCP_ACK)
		first->maxend = s->ack + second->maxwin;
	else
		first->maxend = first->end + second->maxwin;
	c->state = TCP_ANSWERED;
	return TCP_PART;
}

/* A SYN of a connection that is known; *done if that decides. */
static enum tcp_track_verdict
tcp_track_syn(struct tcp_track *c, unsigned int direction,
    const struct tcp_segment *s, bool *done)
{
	struct tcp_side *side = &c->side[direction];

	*done = true;
	if (c->state == TCP_OPENING && direction == 0) {
		/* Sent again, maybe another one. */
		tcp_track_open(c, s);
		return TCP_PART;
	}
	/*
	 * One side has forgotten the connection: the other's answer will make
	 * it reset this one (RFC 9293, 3.5.1); nothing is learnt of it.
	 */
	if (c->state >= TCP_ESTABLISHED && !(s->flags & TCP_ACK))
		return direction == 0 ? TCP_PART : TCP_ALIEN;
	/* Sent again because the answer was lost. */
	*done = c->state < TCP_ESTABLISHED && s->end != side->end;
	return TCP_ALIEN;
}

static void
tcp_track_advance(
    struct tcp_track *c, unsigned int direction, const struct tcp_segment *s)
{
	if (s->flags & TCP_RST)
		c->state = TCP_RESET;
	else if (c->side[0].fin && c->side[1].fin)
		c->state = TCP_CLOSED;
	else if (c->side[0].fin || c->side[1].fin)
		c->state = TCP_HALF_CLOSED;
	else if (c->state == TCP_ANSWERED && direction == 0 &&
	         !(s->flags & TCP_SYN))
		c->state = TCP_ESTABLISHED;
}

enum tcp_track_verdict
tcp_track_segment(
    struct tcp_track *c, unsigned int direction, const struct tcp_segment *s)
{
	struct tcp_side *from = &c->side[direction];
	struct tcp_side *to = &c->side[!direction];
	enum tcp_track_verdict verdict;
	bool done = false;

	if ((s->flags & TCP_SYN) && c->state >= TCP_CLOSED)
		return tcp_track_may_open(s) ? TCP_AGAIN : TCP_ALIEN;
	if (!from->seen)
		return c->state == TCP_OPENING ? tcp_track_answer(c, s)
		                               : TCP_ALIEN;
	if (s->flags & TCP_SYN) {
		verdict = tcp_track_syn(c, direction, s, &done);
		if (done)
			return verdict;
	}
	if (!to->seen) {
		/* Before the answer nothing but a reset makes sense. */
		if (!(s->flags & TCP_RST) || s->seq != from->end)
			return TCP_ALIEN;
		c->state = TCP_RESET;
		return TCP_PART;
	}
	if (!tcp_side_good(from, to, s))
		return TCP_ALIEN;
	tcp_side_update(from, to, s);
	tcp_track_advance(c, direction, s);
	return TCP_PART;
}

bool
tcp_track_sent(const struct tcp_track *c, unsigned int direction, uint32_t seq)
{
	const struct tcp_side *from = &c->side[direction];
	const struct tcp_side *to = &c->side[!direction];
	uint32_t back =
	    to->maxwin > MAX_ACK_WINDOW ? to->maxwin : MAX_ACK_WINDOW;

	return from->seen && !tcp_after(seq, from->end) &&
	       !tcp_after(from->end - back, seq);
}
