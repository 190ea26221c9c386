/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tcp_track.h -- one TCP connection as seen by somebody in its middle: which
 * segments can be part of it.
 *
 * After Guido van Rooij, "Real Stateful TCP Packet Filtering in IP Filter"
 * (2001): of each side is known how far it has sent (end), how far it may send
 * (maxend: what the other side has acknowledged and the window that it gave),
 * and the greatest window that it has given (maxwin).  A segment of side s with
 * data from seq to end, acknowledging ack of side r, is part of the connection
 * if
 *
 *	end <= s.maxend                 not beyond what r lets it send
 *	end >= s.end - r.maxwin         not older than r's window
 *	ack <= r.end                    not of what r has not sent
 *	ack >= r.end - max(66000, s.maxwin)
 *
 * in sequence space (RFC 9293, 3.4).  Windows are scaled (RFC 7323, 2) when
 * both sides have offered that.
 *
 *	(SYN) -> OPENING -(SYN, ACK)-> ANSWERED -(ACK)-> ESTABLISHED
 *	    -(FIN)-> HALF_CLOSED -(FIN of the other)-> CLOSED -(SYN)-> anew
 *	any -(RST within the window)-> RESET -(SYN)-> anew
 */
#ifndef ELEMENTS_IP_TCP_TRACK_H
#define ELEMENTS_IP_TCP_TRACK_H

#include <stdbool.h>
#include <stdint.h>

enum tcp_track_state {
	TCP_OPENING,
	TCP_ANSWERED,
	TCP_ESTABLISHED,
	TCP_HALF_CLOSED,
	TCP_CLOSED,
	TCP_RESET,
	TCP_STATES,
};

/* "opening"... */
extern const char *const tcp_track_state_name[TCP_STATES];

struct tcp_side {
	uint32_t end, maxend, maxwin;
	uint8_t scale;  /* of its windows */
	bool can_scale; /* its SYN said so */
	bool seen;      /* it has sent something */
	bool fin;
};

/* side[0] began. */
struct tcp_track {
	struct tcp_side side[2];
	uint8_t state; /* enum tcp_track_state */
	uint8_t user;  /* left alone */
	uint8_t pad[2];
};
_Static_assert(sizeof(struct tcp_track) == 36, "two sides");

struct tcp_segment {
	uint32_t seq, ack;
	uint32_t end; /* seq and what it takes of the sequence space */
	uint16_t win;
	uint8_t flags;
	bool can_scale; /* a SYN with window scale option */
	uint8_t scale;  /* 0..14 */
};

/*
 * Reads the n bytes of TCP at l4; false: cut short, or flags that exclude each
 * other (SYN with FIN or RST; none of SYN, ACK, RST).
 */
bool tcp_segment_read(
    const uint8_t *l4, uint32_t n, struct tcp_segment *segment);

/* Whether the segment may begin a connection. */
bool tcp_track_may_open(const struct tcp_segment *s);
/* It does. */
void tcp_track_open(struct tcp_track *c, const struct tcp_segment *s);
/*
 * Begins in the middle of a connection whose beginning was not seen, with a
 * segment with ACK: windows are taken to be the greatest there are without
 * scaling.
 */
void tcp_track_join(struct tcp_track *c, const struct tcp_segment *s);

enum tcp_track_verdict {
	TCP_PART,  /* of the connection, which has been brought up to date */
	TCP_ALIEN, /* not part of it */
	TCP_AGAIN, /* a SYN after its end: another connection begins */
};

/* A segment of side direction (0: who began). */
enum tcp_track_verdict tcp_track_segment(
    struct tcp_track *c, unsigned int direction, const struct tcp_segment *s);
/*
 * Whether sequence number seq can have been sent by that side lately: for ICMP
 * errors (RFC 5927, 4.1).
 */
bool tcp_track_sent(
    const struct tcp_track *c, unsigned int direction, uint32_t seq);

#endif
