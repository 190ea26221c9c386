/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ppp_fsm.h -- inside PPPoEServer: the automaton of option negotiation that LCP
 * and IPCP share (RFC 1661, 4), from Req-Sent on.  See bras.h.
 *
 * Functions that may end the session call that last: s is gone afterwards.
 */
#ifndef ELEMENTS_PPPOE_PPP_FSM_H
#define ELEMENTS_PPPOE_PPP_FSM_H

#include "elements/pppoe/bras.h"

/* Codes (RFC 1661, 5). */
enum {
	CONF_REQ = 1,
	CONF_ACK,
	CONF_NAK,
	CONF_REJ,
	TERM_REQ,
	TERM_ACK,
	CODE_REJ,
	PROTO_REJ,
	ECHO_REQ,
	ECHO_REP,
	DISCARD_REQ,
};

/* Where a control packet stands in a frame, and its header's length. */
enum { CONTROL_AT = PPPOE_HEAD + 2, CONTROL_HEAD = 4 };

enum verdict { TAKE, SUGGEST, REFUSE };

/* What LCP and IPCP do differently. */
struct ppp_proto {
	uint16_t number;
	struct fsm *(*fsm)(struct session *s);
	/* Adds our options to a request. */
	void (*request)(struct bras *b, struct session *s, struct packet *p);
	/*
	 * Judges option o of the subscriber, o[1] bytes; SUGGEST: makes it
	 * what we would take.  take: remembers it.
	 */
	enum verdict (*option)(
	    struct bras *b, struct session *s, uint8_t *o, bool take);
	/* Our option o was refused, or (suggest) o would be taken. */
	void (*refused)(
	    struct bras *b, struct session *s, const uint8_t *o, bool suggest);
	void (*up)(struct bras *b, struct session *s);
	void (*down)(struct bras *b, struct session *s);
};

/* A control packet with n bytes of data. */
void ppp_send(struct bras *b, const struct session *s, uint16_t proto,
    uint8_t code, uint8_t id, const void *data, uint32_t n);

/* Asks for our options, from the beginning. */
void fsm_begin(
    struct bras *b, struct session *s, const struct ppp_proto *proto);
/* Codes 1 to 7; data of n bytes behind the header; may end s. */
void fsm_input(struct bras *b, struct session *s, const struct ppp_proto *proto,
    uint8_t code, uint8_t id, const uint8_t *data, uint32_t n);
/* The restart timer; true: it has ended the session. */
bool fsm_tick(struct bras *b, struct session *s, const struct ppp_proto *proto);

#endif
