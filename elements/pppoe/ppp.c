/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ppp.c -- LCP (RFC 1661) and IPCP (RFC 1332, 1877): their options, echo, what
 * is unknown.  See bras.h.
 */
#include "elements/pppoe/ppp_fsm.h"

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

void
bras_send_terminate(struct bras *b, struct session *s)
{
	ppp_send(b, s, PPP_LCP, TERM_REQ, (uint8_t)(s->lcp.id + 1), NULL, 0);
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
