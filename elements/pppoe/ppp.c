/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ppp.c -- LCP (RFC 1661) and IPCP (RFC 1332, 1877): the automaton that both
 * share, and their options.  See bras.h.
 *
 * Functions that may end the session call that last: s is gone afterwards.
 */
#include "base/addr.h"
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

enum {
	LCP_MRU = 1,
	LCP_AUTH = 3,
	LCP_MAGIC = 5,
	MRU_MIN = 128,
	CHAP_MD5 = 5, /* RFC 1994, 3 */
	IPCP_ADDRESS = 3,
	IPCP_DNS1 = 129, /* RFC 1877 */
	IPCP_DNS2 = 131,
};

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

/* ---- control packets ---- */

enum { CONTROL_AT = PPPOE_HEAD + 2, CONTROL_HEAD = 4 };

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
	output_push_one(b->e, 0, b->thread, p);
}

/* A packet of that code with data. */
static void
ppp_send(struct bras *b, const struct session *s, uint16_t proto, uint8_t code,
    uint8_t id, const void *data, uint32_t n)
{
	struct packet *p = bras_control(b, s, proto, code, id);

	bras_control_add(p, data, n);
	bras_control_send(b, p);
}

void
bras_send_terminate(struct bras *b, struct session *s)
{
	ppp_send(b, s, PPP_LCP, TERM_REQ, (uint8_t)(s->lcp.id + 1), NULL, 0);
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

static void
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

/* Codes 1 to 7; data of n bytes behind the header. */
static void
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

/* The restart timer; true: it has ended the session. */
static bool
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

/* ---- LCP ---- */

static struct fsm *
lcp_fsm(struct session *s)
{
	return &s->lcp;
}

static void
lcp_request(struct bras *b, struct session *s, struct packet *p)
{
	uint8_t o[8];

	if (s->our_mru) {
		o[0] = LCP_MRU;
		o[1] = 4;
		put_be16(o + 2, b->mtu);
		bras_control_add(p, o, 4);
	}
	if (s->auth != AUTH_NONE) {
		o[0] = LCP_AUTH;
		o[1] = s->auth == AUTH_CHAP ? 5 : 4;
		put_be16(o + 2, (uint16_t)s->auth);
		o[4] = CHAP_MD5;
		bras_control_add(p, o, o[1]);
	}
	if (s->our_magic) {
		o[0] = LCP_MAGIC;
		o[1] = 6;
		put_be32(o + 2, s->magic);
		bras_control_add(p, o, 6);
	}
}

static enum verdict
lcp_option(struct bras *b, struct session *s, uint8_t *o, bool take)
{
	uint32_t x;

	if (o[0] == LCP_MRU && o[1] == 4) {
		x = get_be16(o + 2);
		if (take)
			s->peer_mru = (uint16_t)x;
		if (x >= MRU_MIN && x <= PPPOE_MTU)
			return TAKE;
		put_be16(o + 2, PPPOE_MTU);
		return SUGGEST;
	}
	if (o[0] == LCP_MAGIC && o[1] == 6) {
		x = get_be32(o + 2);
		if (take)
			s->peer_magic = x;
		if (x != 0 && (x != s->magic || !s->our_magic))
			return TAKE;
		put_be32(o + 2, rand_u32(&b->thread->rand));
		return SUGGEST;
	}
	return REFUSE;
}

/* Another way to ask who it is, or the end. */
static void
lcp_auth_refused(struct bras *b, struct session *s)
{
	s->auth_refused++;
	if (s->auth_refused < 2 && b->auths[s->auth_refused] != AUTH_NONE)
		s->auth = b->auths[s->auth_refused];
	else
		bras_end(b, s, END_AUTH);
}

static void
lcp_refused(struct bras *b, struct session *s, const uint8_t *o, bool suggest)
{
	switch (o[0]) {
	case LCP_MRU:
		s->our_mru = false;
		break;
	case LCP_MAGIC:
		s->our_magic = suggest;
		s->magic = rand_u32(&b->thread->rand) | 1;
		break;
	case LCP_AUTH:
		if (s->auth != AUTH_NONE)
			lcp_auth_refused(b, s);
		break;
	default:
		break;
	}
}

static void
lcp_up(struct bras *b, struct session *s)
{
	s->echoes = 0;
	s->echo_due_ms = b->now_ms + b->keepalive_ms;
	bras_auth_begin(b, s);
}

static void
lcp_down(struct bras *b, struct session *s)
{
	(void)b;
	s->phase = PHASE_ESTABLISH;
	s->ipcp.state = FSM_CLOSED;
	s->peer_mru = PPPOE_MTU;
}

static const struct ppp_proto lcp = {
	.number = PPP_LCP,
	.fsm = lcp_fsm,
	.request = lcp_request,
	.option = lcp_option,
	.refused = lcp_refused,
	.up = lcp_up,
	.down = lcp_down,
};

void
bras_lcp_begin(struct bras *b, struct session *s)
{
	s->our_mru = s->our_magic = true;
	s->magic = rand_u32(&b->thread->rand) | 1;
	s->auth = b->auths[0];
	s->peer_mru = PPPOE_MTU;
	fsm_begin(b, s, &lcp);
}

static void
lcp_echo(struct bras *b, struct session *s, uint8_t id, const uint8_t *data,
    uint32_t n)
{
	uint8_t magic[4] = { 0 };
	struct packet *p;

	/* Our own, from a line that loops: not an answer. */
	if (n < 4 || s->lcp.state != FSM_OPENED ||
	    (s->our_magic && get_be32(data) == s->magic))
		return;
	if (s->our_magic)
		put_be32(magic, s->magic);
	p = bras_control(b, s, PPP_LCP, ECHO_REP, id);
	bras_control_add(p, magic, 4);
	bras_control_add(p, data + 4, n - 4);
	bras_control_send(b, p);
}

/* The subscriber does not know a protocol of ours. */
static void
lcp_proto_rej(
    struct bras *b, struct session *s, const uint8_t *data, uint32_t n)
{
	uint16_t proto = n >= 2 ? get_be16(data) : 0;

	if (proto == PPP_IPCP || (proto != 0 && proto == s->auth))
		bras_end(b, s, END_TIMEOUT);
}

/* whole: the packet with its header, for a Code-Reject. */
static void
lcp_input(struct bras *b, struct session *s, const uint8_t *whole, uint32_t n)
{
	const uint8_t *data = whole + CONTROL_HEAD;
	uint32_t left = n - CONTROL_HEAD;

	switch (whole[0]) {
	case PROTO_REJ:
		lcp_proto_rej(b, s, data, left);
		break;
	case ECHO_REQ:
		lcp_echo(b, s, whole[1], data, left);
		break;
	case ECHO_REP: /* has been heard: that is all */
	case DISCARD_REQ:
		break;
	default:
		if (whole[0] >= CONF_REQ && whole[0] <= CODE_REJ)
			fsm_input(b, s, &lcp, whole[0], whole[1], data, left);
		else
			ppp_send(
			    b, s, PPP_LCP, CODE_REJ, ++s->echo_id, whole, n);
		break;
	}
}

/* ---- IPCP ---- */

static struct fsm *
ipcp_fsm(struct session *s)
{
	return &s->ipcp;
}

static void
ipcp_request(struct bras *b, struct session *s, struct packet *p)
{
	uint8_t o[6] = { IPCP_ADDRESS, 6 };

	put_u32(o + 2, b->gateway);
	if (s->our_addr)
		bras_control_add(p, o, sizeof(o));
}

static enum verdict
ipcp_option(struct bras *b, struct session *s, uint8_t *o, bool take)
{
	uint32_t want = 0;

	(void)take;
	if (o[1] == 6 && o[0] == IPCP_ADDRESS)
		want = s->addr;
	else if (o[1] == 6 && (o[0] == IPCP_DNS1 || o[0] == IPCP_DNS2))
		want = b->dns[o[0] == IPCP_DNS2];
	if (want == 0)
		return REFUSE;
	if (get_u32(o + 2) == want)
		return TAKE;
	put_u32(o + 2, want);
	return SUGGEST;
}

static void
ipcp_refused(struct bras *b, struct session *s, const uint8_t *o, bool suggest)
{
	(void)b;
	/* Our address is not for discussion. */
	if (o[0] == IPCP_ADDRESS && !suggest)
		s->our_addr = false;
}

static void
ipcp_nothing(struct bras *b, struct session *s)
{
	(void)b;
	(void)s;
}

static const struct ppp_proto ipcp = {
	.number = PPP_IPCP,
	.fsm = ipcp_fsm,
	.request = ipcp_request,
	.option = ipcp_option,
	.refused = ipcp_refused,
	.up = ipcp_nothing,
	.down = ipcp_nothing,
};

void
bras_ipcp_begin(struct bras *b, struct session *s)
{
	s->our_addr = true;
	fsm_begin(b, s, &ipcp);
}

void
bras_authenticated(struct bras *b, struct session *s, const struct bras_user *u)
{
	/* Without names the address is the subscriber's. */
	if (!bras_assign(b, s, u)) {
		bras_end(b, s, END_ADDRESS);
		return;
	}
	s->phase = PHASE_NETWORK;
	bras_ipcp_begin(b, s);
}

/* ---- all ---- */

/* A protocol that we do not know (RFC 1661, 5.7). */
static void
ppp_unknown(struct bras *b, struct session *s, uint16_t proto,
    const uint8_t *data, uint32_t n)
{
	struct packet *p;
	uint8_t number[2];

	if (s->lcp.state != FSM_OPENED)
		return;
	put_be16(number, proto);
	p = bras_control(b, s, PPP_LCP, PROTO_REJ, ++s->echo_id);
	bras_control_add(p, number, 2);
	bras_control_add(p, data, n);
	bras_control_send(b, p);
}

void
bras_ppp(struct bras *b, struct session *s, uint16_t proto, const uint8_t *data,
    uint32_t n)
{
	uint32_t length = n >= CONTROL_HEAD ? get_be16(data + 2) : 0;
	bool known = proto == PPP_LCP || proto == PPP_IPCP ||
	             proto == PPP_PAP || proto == PPP_CHAP;

	if (!known) {
		ppp_unknown(b, s, proto, data, n);
		return;
	}
	if (length < CONTROL_HEAD || length > n) {
		b->bad_frames++;
		return;
	}
	if (proto == PPP_LCP)
		lcp_input(b, s, data, length);
	else if (proto == PPP_IPCP)
		fsm_input(b, s, &ipcp, data[0], data[1], data + CONTROL_HEAD,
		    length - CONTROL_HEAD);
	else if (s->phase != PHASE_ESTABLISH)
		bras_auth_input(b, s, proto, data[0], data[1],
		    data + CONTROL_HEAD, length - CONTROL_HEAD);
}

static void
ppp_keepalive(struct bras *b, struct session *s)
{
	uint8_t magic[4] = { 0 };

	if (b->keepalive_ms == 0 || (int32_t)(b->now_ms - s->echo_due_ms) < 0)
		return;
	if (s->echoes >= b->failures) {
		bras_end(b, s, END_SILENT);
		return;
	}
	s->echoes++;
	s->echo_due_ms = b->now_ms + b->keepalive_ms;
	if (s->our_magic)
		put_be32(magic, s->magic);
	ppp_send(b, s, PPP_LCP, ECHO_REQ, ++s->echo_id, magic, 4);
}

void
bras_ppp_tick(struct bras *b, struct session *s)
{
	if (fsm_tick(b, s, &lcp) || s->lcp.state != FSM_OPENED)
		return;
	if (s->phase == PHASE_AUTH)
		bras_auth_tick(b, s);
	else if (!fsm_tick(b, s, &ipcp))
		ppp_keepalive(b, s);
}
