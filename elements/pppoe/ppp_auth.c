/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ppp_auth.c -- who is it: PAP (RFC 1334, 2) and CHAP with MD5 (RFC 1994), the
 * authenticator's side.  See bras.h.
 */
#include "elements/pppoe/bras.h"
#include "os/os.h"

enum {
	PAP_REQUEST = 1,
	PAP_ACK = 2,
	PAP_NAK = 3,
	CHAP_CHALLENGE = 1,
	CHAP_RESPONSE = 2,
	CHAP_SUCCESS = 3,
	CHAP_FAILURE = 4,
};

static void
chap_challenge(struct bras *b, struct session *s)
{
	const uint8_t size = BRAS_CHALLENGE;
	struct packet *p =
	    bras_control(b, s, PPP_CHAP, CHAP_CHALLENGE, s->chap_id);

	bras_control_add(p, &size, 1);
	bras_control_add(p, s->challenge, size);
	bras_control_add(p, b->ac_name.s, (uint32_t)b->ac_name.n);
	bras_control_send(b, p);
	s->auth_due_ms = b->now_ms + BRAS_RESTART_MS;
}

void
bras_auth_begin(struct bras *b, struct session *s)
{
	s->phase = PHASE_AUTH;
	s->auth_tries = BRAS_MAX_CONFIGURE;
	s->auth_due_ms = b->now_ms + BRAS_AUTH_MS;
	if (s->auth == AUTH_NONE) {
		bras_authenticated(b, s, NULL);
	} else if (s->auth == AUTH_CHAP) {
		s->chap_id++;
		os_random(s->challenge, sizeof(s->challenge));
		chap_challenge(b, s);
	}
}

void
bras_auth_tick(struct bras *b, struct session *s)
{
	if ((int32_t)(b->now_ms - s->auth_due_ms) < 0)
		return;
	if (s->auth == AUTH_CHAP && --s->auth_tries > 0)
		chap_challenge(b, s);
	else
		bras_end(b, s, END_TIMEOUT);
}

/* In the same time whatever differs. */
static bool
auth_equal(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;
	uint8_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}

/* Tells the outcome; a good one is told before what follows it. */
static void
auth_answer(struct bras *b, struct session *s, uint16_t proto, uint8_t id,
    struct str name, bool good)
{
	const struct bras_user *u = bras_user(b, name);
	const char *text = good ? "welcome" : "wrong name or secret";
	enum bras_end why = END_AUTH;
	struct packet *p;
	uint8_t code, size;

	if (good) {
		/* Users' names are no longer than that. */
		(void)str_copy(name, s->user, sizeof(s->user));
		if (!bras_assign(b, s, u)) {
			good = false;
			text = "no address";
			why = END_ADDRESS;
		}
	}
	if (proto == PPP_PAP)
		code = good ? PAP_ACK : PAP_NAK;
	else
		code = good ? CHAP_SUCCESS : CHAP_FAILURE;
	size = (uint8_t)strlen(text);
	p = bras_control(b, s, proto, code, id);
	if (proto == PPP_PAP)
		bras_control_add(p, &size, 1);
	bras_control_add(p, text, size);
	bras_control_send(b, p);
	if (good)
		bras_authenticated(b, s, u);
	else
		bras_end(b, s, why);
}

static void
pap_request(struct bras *b, struct session *s, uint8_t id, const uint8_t *data,
    uint32_t n)
{
	const struct bras_user *u;
	struct str name, secret;

	if (n < 1 || data[0] + 2u > n || data[0] + 2u + data[data[0] + 1] > n) {
		b->bad_frames++;
		return;
	}
	name = str_make((const char *)data + 1, data[0]);
	secret = str_make((const char *)data + 2 + data[0], data[data[0] + 1]);
	u = bras_user(b, name);
	auth_answer(b, s, PPP_PAP, id, name,
	    u != NULL && u->secret.n == secret.n &&
	        auth_equal(u->secret.s, secret.s, secret.n));
}

/* RFC 1994, 4.1: the hash of identifier, secret and challenge. */
static void
chap_response(struct bras *b, struct session *s, uint8_t id,
    const uint8_t *data, uint32_t n)
{
	const struct bras_user *u;
	uint8_t digest[MD5_SIZE];
	struct str name;
	struct md5 m;

	if (n < 1 + MD5_SIZE || data[0] != MD5_SIZE || id != s->chap_id) {
		b->bad_frames++;
		return;
	}
	name = str_make((const char *)data + 1 + MD5_SIZE, n - 1 - MD5_SIZE);
	u = bras_user(b, name);
	md5_init(&m);
	md5_update(&m, &id, 1);
	if (u != NULL)
		md5_update(&m, u->secret.s, u->secret.n);
	md5_update(&m, s->challenge, sizeof(s->challenge));
	md5_final(&m, digest);
	auth_answer(b, s, PPP_CHAP, id, name,
	    u != NULL && auth_equal(digest, data + 1, MD5_SIZE));
}

/* The answer to an earlier request was lost: say it again. */
static void
auth_repeat(struct bras *b, struct session *s, uint16_t proto, uint8_t id)
{
	const uint8_t none = 0;
	struct packet *p = bras_control(
	    b, s, proto, proto == PPP_PAP ? PAP_ACK : CHAP_SUCCESS, id);

	if (proto == PPP_PAP)
		bras_control_add(p, &none, 1);
	bras_control_send(b, p);
}

void
bras_auth_input(struct bras *b, struct session *s, uint16_t proto, uint8_t code,
    uint8_t id, const uint8_t *data, uint32_t n)
{
	uint8_t wanted = proto == PPP_PAP ? PAP_REQUEST : CHAP_RESPONSE;

	if (proto != s->auth || code != wanted) {
		b->bad_frames++;
		return;
	}
	if (s->phase == PHASE_NETWORK)
		auth_repeat(b, s, proto, id);
	else if (proto == PPP_PAP)
		pap_request(b, s, id, data, n);
	else
		chap_response(b, s, id, data, n);
}
