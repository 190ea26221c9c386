/* SPDX-License-Identifier: BSD-3-Clause */
/* ppp_fsm.c -- see ppp_fsm.h; and control packets. */
#include "elements/pppoe/ppp_fsm.h"

/* ---- control packets ---- */

struct packet *
bras_control(struct bras *b, const struct session *s, uint16_t proto,
    uint8_t code, uint8_t id)
{
	struct packet *p = packet_new(
	    b->thread, PACKET_HEADROOM, NULL, CONTROL_AT + PPPOE_MTU, 0);

	if (p == NULL)
		return NULL;
	p->length = CONTROL_AT + CONTROL_HEAD;
	pppoe_session_write(p->data, s->mac, b->mac, s->id, proto, 0);
	p->data[CONTROL_AT] = code;
	p->data[CONTROL_AT + 1] = id;
	return p;
}

/* What there is no room for is left out. */
void
bras_control_add(struct packet *p, const void *data, uint32_t n)
{
	if (p == NULL || n == 0)
		return;
	if (n > CONTROL_AT + PPPOE_MTU - p->length)
		n = CONTROL_AT + PPPOE_MTU - p->length;
	memcpy(packet_end(p), data, n);
	p->length += n;
}

void
bras_control_send(struct bras *b, struct packet *p)
{
	uint32_t n;

	if (p == NULL)
		return;
	n = p->length - CONTROL_AT;
	put_be16(p->data + CONTROL_AT + 2, (uint16_t)n);
	put_be16(p->data + PPPOE_HEAD - 2, (uint16_t)(n + 2));
	if (p->length < PPPOE_FRAME_MIN) {
		memset(packet_end(p), 0, PPPOE_FRAME_MIN - p->length);
		p->length = PPPOE_FRAME_MIN;
	}
	packet_set_mac(p, p->data);
	outbox_put(&b->outbox, p);
}

void
ppp_send(struct bras *b, const struct session *s, uint16_t proto, uint8_t code,
    uint8_t id, const void *data, uint32_t n)
{
	struct packet *p = bras_control(b, s, proto, code, id);

	bras_control_add(p, data, n);
	bras_control_send(b, p);
}

/* ---- the automaton ---- */

static void
fsm_request(struct bras *b, struct session *s, const struct ppp_proto *proto)
{
	struct fsm *f = proto->fsm(s);
	struct packet *p = bras_control(b, s, proto->number, CONF_REQ, ++f->id);

	proto->request(b, s, p);
	bras_control_send(b, p);
	f->due_ms = b->now_ms + BRAS_RESTART_MS;
}

void
fsm_begin(struct bras *b, struct session *s, const struct ppp_proto *proto)
{
	struct fsm *f = proto->fsm(s);

	f->state = FSM_REQ_SENT;
	f->tries = BRAS_MAX_CONFIGURE;
	f->naks = BRAS_MAX_FAILURE;
	fsm_request(b, s, proto);
}

/* Whether the options fill their n bytes exactly. */
static bool
options_good(const uint8_t *o, uint32_t n)
{
	while (n > 0) {
		if (n < 2 || o[1] < 2 || o[1] > n)
			return false;
		n -= o[1];
		o += o[1];
	}
	return true;
}

/*
 * Answers a request: with all options that we refuse, else with suggestions
 * for those that we do not like, else with an Ack.  True: it was an Ack.
 */
static bool
fsm_answer(struct bras *b, struct session *s, const struct ppp_proto *proto,
    uint8_t id, const uint8_t *data, uint32_t n)
{
	struct fsm *f = proto->fsm(s);
	enum verdict worst = TAKE;
	struct packet *p;
	uint8_t o[256];

	for (uint32_t at = 0; at < n; at += data[at + 1]) {
		enum verdict v;

		memcpy(o, data + at, data[at + 1]);
		v = proto->option(b, s, o, false);
		if (v == SUGGEST && f->naks == 0)
			v = REFUSE;
		if (v > worst)
			worst = v;
	}
	p = bras_control(b, s, proto->number,
	    worst == TAKE      ? CONF_ACK
	    : worst == SUGGEST ? CONF_NAK
	                       : CONF_REJ,
	    id);
	for (uint32_t at = 0; at < n; at += data[at + 1]) {
		enum verdict v;

		memcpy(o, data + at, data[at + 1]);
		v = proto->option(b, s, o, worst == TAKE);
		if (v == SUGGEST && f->naks == 0)
			v = REFUSE;
		if (v == worst)
			bras_control_add(
			    p, worst == REFUSE ? data + at : o, data[at + 1]);
	}
	bras_control_send(b, p);
	if (worst == SUGGEST)
		f->naks--;
	return worst == TAKE;
}

static void
fsm_conf_req(struct bras *b, struct session *s, const struct ppp_proto *proto,
    uint8_t id, const uint8_t *data, uint32_t n)
{
	struct fsm *f = proto->fsm(s);
	bool good;

	if (f->state == FSM_OPENED) {
		proto->down(b, s);
		fsm_begin(b, s, proto);
	}
	good = fsm_answer(b, s, proto, id, data, n);
	if (f->state == FSM_ACK_RCVD && good) {
		f->state = FSM_OPENED;
		proto->up(b, s);
	} else if (f->state != FSM_ACK_RCVD) {
		f->state = good ? FSM_ACK_SENT : FSM_REQ_SENT;
	}
}

static void
fsm_conf_ack(struct bras *b, struct session *s, const struct ppp_proto *proto)
{
	struct fsm *f = proto->fsm(s);

	switch (f->state) {
	case FSM_REQ_SENT:
		f->state = FSM_ACK_RCVD;
		f->tries = BRAS_MAX_CONFIGURE;
		break;
	case FSM_ACK_SENT:
		f->state = FSM_OPENED;
		proto->up(b, s);
		break;
	default: /* crossed, or said again */
		if (f->state == FSM_OPENED)
			proto->down(b, s);
		fsm_begin(b, s, proto);
		break;
	}
}

/* A Nak or a Reject of our last request. */
static void
fsm_conf_nak(struct bras *b, struct session *s, const struct ppp_proto *proto,
    const uint8_t *data, uint32_t n, bool suggest)
{
	struct fsm *f = proto->fsm(s);
	uint16_t number = s->id;

	if (f->state == FSM_OPENED) {
		proto->down(b, s);
		f->state = FSM_REQ_SENT;
	} else if (f->state == FSM_ACK_RCVD) {
		f->state = FSM_REQ_SENT;
	}
	for (uint32_t at = 0; at < n; at += data[at + 1]) {
		proto->refused(b, s, data + at, suggest);
		if (!bras_alive(b, number, s))
			return;
	}
	/* Each costs a try: no talk goes on for ever. */
	if (--f->tries == 0)
		bras_end(b, s, END_TIMEOUT);
	else
		fsm_request(b, s, proto);
}

static void
fsm_term_req(struct bras *b, struct session *s, const struct ppp_proto *proto,
    uint8_t id)
{
	struct fsm *f = proto->fsm(s);

	ppp_send(b, s, proto->number, TERM_ACK, id, NULL, 0);
	if (proto->number == PPP_LCP) {
		bras_send_padt(b, s);
		bras_end(b, s, END_PEER);
		return;
	}
	if (f->state == FSM_OPENED)
		proto->down(b, s);
	fsm_begin(b, s, proto);
}

void
fsm_input(struct bras *b, struct session *s, const struct ppp_proto *proto,
    uint8_t code, uint8_t id, const uint8_t *data, uint32_t n)
{
	struct fsm *f = proto->fsm(s);
	bool answer = code >= CONF_ACK && code <= CONF_REJ;

	if (f->state == FSM_CLOSED ||
	    (code <= CONF_REJ && !options_good(data, n)) ||
	    (answer && id != f->id)) {
		b->bad_frames++;
		return;
	}
	switch (code) {
	case CONF_REQ:
		fsm_conf_req(b, s, proto, id, data, n);
		break;
	case CONF_ACK:
		fsm_conf_ack(b, s, proto);
		break;
	case CONF_NAK:
	case CONF_REJ:
		fsm_conf_nak(b, s, proto, data, n, code == CONF_NAK);
		break;
	case TERM_REQ:
		fsm_term_req(b, s, proto, id);
		break;
	default: /* TERM_ACK, CODE_REJ: nothing was asked */
		break;
	}
}

bool
fsm_tick(struct bras *b, struct session *s, const struct ppp_proto *proto)
{
	struct fsm *f = proto->fsm(s);

	if (f->state == FSM_OPENED || f->state == FSM_CLOSED ||
	    (int32_t)(b->now_ms - f->due_ms) < 0)
		return false;
	if (--f->tries == 0) {
		bras_end(b, s, END_TIMEOUT);
		return true;
	}
	if (f->state == FSM_ACK_RCVD)
		f->state = FSM_REQ_SENT;
	fsm_request(b, s, proto);
	return false;
}
