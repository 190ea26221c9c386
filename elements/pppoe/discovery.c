/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * discovery.c -- PPPoE discovery (RFC 2516, 5), the access concentrator's side.
 * See bras.h.
 *
 * The AC-Cookie is a keyed hash of the subscriber's Ethernet address and of the
 * minute: a PADR that brings it back comes from who got our PADO, and we need
 * remember nothing meanwhile.
 */
#include "elements/pppoe/bras.h"

enum { COOKIE_SIZE = 1 + MD5_SIZE, TAGS_MAX = 32 };

/* The tags that matter, where they lie in the frame; n < 0: not there. */
struct tag {
	const uint8_t *value;
	int32_t n;
};

struct tags {
	struct tag service, host_uniq, relay, cookie;
};

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* False: they are cut short, or too many. */
static bool
tags_read(const uint8_t *at, uint32_t n, struct tags *tags)
{
	const struct tag none = { NULL, -1 };

	*tags = (struct tags){ none, none, none, none };
	for (unsigned int i = 0; i < TAGS_MAX && n >= 4; i++) {
		uint16_t type = get_be16(at), length = get_be16(at + 2);
		struct tag t = { at + 4, length };

		if (type == TAG_END)
			return true;
		if (length > n - 4)
			return false;
		if (type == TAG_SERVICE_NAME && tags->service.n < 0)
			tags->service = t;
		else if (type == TAG_HOST_UNIQ)
			tags->host_uniq = t;
		else if (type == TAG_RELAY_SESSION_ID)
			tags->relay = t;
		else if (type == TAG_AC_COOKIE)
			tags->cookie = t;
		at += 4u + length;
		n -= 4u + length;
	}
	return n == 0;
}

/* ---- frames of ours ---- */

/* Begins one; its length is what has been added so far. */
static struct packet *
discovery_new(
    struct bras *b, const uint8_t mac[6], uint8_t code, uint16_t session)
{
	struct packet *p = packet_new(
	    b->thread, PACKET_HEADROOM, NULL, PPPOE_HEAD + PPPOE_MTU + 2, 0);
	struct pppoe *h;

	if (p == NULL)
		return NULL;
	p->length = PPPOE_HEAD;
	memcpy(p->data, mac, 6);
	memcpy(p->data + 6, b->mac, 6);
	put_be16(p->data + 12, ETHERTYPE_PPPOE_DISC);
	h = (struct pppoe *)(void *)(p->data + sizeof(struct ether));
	h->version = PPPOE_VERSION;
	h->code = code;
	put_be16(h->session, session);
	return p;
}

/* A tag for which there is no room is left out. */
static void
discovery_add(struct packet *p, uint16_t type, const void *value, uint32_t n)
{
	if (p == NULL || p->length + 4 + n > PPPOE_HEAD + PPPOE_MTU)
		return;
	put_be16(packet_end(p), type);
	put_be16(packet_end(p) + 2, (uint16_t)n);
	if (n > 0)
		memcpy(packet_end(p) + 4, value, n);
	p->length += 4 + n;
}

/* Host-Uniq and Relay-Session-Id go back as they came (RFC 2516, 5.2). */
static void
discovery_echo(struct packet *p, const struct tags *tags)
{
	if (tags->host_uniq.n >= 0)
		discovery_add(p, TAG_HOST_UNIQ, tags->host_uniq.value,
		    (uint32_t)tags->host_uniq.n);
	if (tags->relay.n >= 0)
		discovery_add(p, TAG_RELAY_SESSION_ID, tags->relay.value,
		    (uint32_t)tags->relay.n);
}

static void
discovery_send(struct bras *b, struct packet *p)
{
	if (p == NULL)
		return;
	put_be16(p->data + 18, (uint16_t)(p->length - PPPOE_HEAD));
	if (p->length < PPPOE_FRAME_MIN) {
		memset(packet_end(p), 0, PPPOE_FRAME_MIN - p->length);
		p->length = PPPOE_FRAME_MIN;
	}
	packet_set_mac(p, p->data);
	outbox_put(&b->outbox, p);
}

void
bras_send_padt(struct bras *b, const struct session *s)
{
	discovery_send(b, discovery_new(b, s->mac, PPPOE_PADT, s->id));
}

/* ---- cookies ---- */

static void
cookie_make(const struct bras *b, const uint8_t mac[6], uint8_t minute,
    uint8_t cookie[COOKIE_SIZE])
{
	uint8_t what[7];

	memcpy(what, mac, 6);
	what[6] = minute;
	cookie[0] = minute;
	md5_hmac(b->secret, what, sizeof(what), cookie + 1);
}

static uint8_t
cookie_minute(const struct bras *b)
{
	return (uint8_t)(b->now_ms / BRAS_COOKIE_MS);
}

/* Good for one to two minutes. */
static bool
cookie_good(const struct bras *b, const uint8_t mac[6], const struct tag *t)
{
	uint8_t cookie[COOKIE_SIZE], differ = 0;

	if (t->n != COOKIE_SIZE ||
	    (uint8_t)(cookie_minute(b) - t->value[0]) > 1)
		return false;
	cookie_make(b, mac, t->value[0], cookie);
	for (unsigned int i = 0; i < COOKIE_SIZE; i++)
		differ |= cookie[i] ^ t->value[i];
	return differ == 0;
}

/* ---- what subscribers send ---- */

/* Whether we have the service: an empty name is any (RFC 2516, appendix A). */
static bool
service_good(const struct bras *b, const struct tag *t)
{
	return b->service.n == 0 || t->n == 0 ||
	       str_eq(
	           b->service, str_make((const char *)t->value, (size_t)t->n));
}

static void
discovery_padi(struct bras *b, const uint8_t *frame, const struct tags *tags)
{
	uint8_t cookie[COOKIE_SIZE];
	struct packet *p;

	b->padi++;
	if (tags->service.n < 0 || !service_good(b, &tags->service) ||
	    b->count >= b->max_sessions) {
		b->refused++;
		return;
	}
	p = discovery_new(b, frame + 6, PPPOE_PADO, 0);
	discovery_add(p, TAG_AC_NAME, b->ac_name.s, (uint32_t)b->ac_name.n);
	discovery_add(p, TAG_SERVICE_NAME, tags->service.value,
	    (uint32_t)tags->service.n);
	if (b->service.n > 0 && tags->service.n == 0)
		discovery_add(
		    p, TAG_SERVICE_NAME, b->service.s, (uint32_t)b->service.n);
	cookie_make(b, frame + 6, cookie_minute(b), cookie);
	discovery_add(p, TAG_AC_COOKIE, cookie, sizeof(cookie));
	discovery_echo(p, tags);
	discovery_send(b, p);
}

/* A PADS that says no (RFC 2516, 5.4). */
static void
discovery_refuse(struct bras *b, const uint8_t mac[6], const struct tags *tags,
    uint16_t error, const char *why)
{
	struct packet *p = discovery_new(b, mac, PPPOE_PADS, 0);

	b->refused++;
	if (tags->service.n >= 0)
		discovery_add(p, TAG_SERVICE_NAME, tags->service.value,
		    (uint32_t)tags->service.n);
	discovery_add(p, error, why, (uint32_t)strlen(why));
	discovery_echo(p, tags);
	discovery_send(b, p);
}

static void
discovery_padr(struct bras *b, const uint8_t *frame, const struct tags *tags)
{
	const uint8_t *mac = frame + 6;
	struct session *s;
	struct packet *p;
	bool again;

	b->padr++;
	if (!cookie_good(b, mac, &tags->cookie)) {
		/* No answer: it may be anybody. */
		b->bad_cookies++;
		return;
	}
	if (tags->service.n < 0 || !service_good(b, &tags->service)) {
		discovery_refuse(
		    b, mac, tags, TAG_SERVICE_NAME_ERROR, "no such service");
		return;
	}
	/* Our PADS may have been lost: the same session again. */
	s = bras_fresh(b, mac);
	again = s != NULL;
	if (!again)
		s = bras_begin(b, mac);
	if (s == NULL) {
		discovery_refuse(
		    b, mac, tags, TAG_AC_SYSTEM_ERROR, "too many sessions");
		return;
	}
	p = discovery_new(b, mac, PPPOE_PADS, s->id);
	discovery_add(p, TAG_SERVICE_NAME, tags->service.value,
	    (uint32_t)tags->service.n);
	discovery_echo(p, tags);
	discovery_send(b, p);
	if (!again)
		bras_lcp_begin(b, s);
}

void
bras_discovery(struct bras *b, const uint8_t *frame, uint32_t n)
{
	const struct pppoe *h =
	    (const struct pppoe *)(const void *)(frame + sizeof(struct ether));
	bool for_us = n >= 6 && memcmp(frame, b->mac, 6) == 0;
	struct session *s;
	struct tags tags;
	uint32_t length;

	if (n < PPPOE_HEAD || h->version != PPPOE_VERSION || (frame[6] & 1))
		goto bad;
	length = get_be16(h->length);
	if (length > n - PPPOE_HEAD ||
	    !tags_read(frame + PPPOE_HEAD, length, &tags))
		goto bad;
	switch (h->code) {
	case PPPOE_PADI:
		if (!for_us && memcmp(frame, broadcast, 6) != 0)
			goto bad;
		discovery_padi(b, frame, &tags);
		return;
	case PPPOE_PADR:
		if (!for_us)
			goto bad;
		discovery_padr(b, frame, &tags);
		return;
	case PPPOE_PADT:
		s = for_us ? bras_session(b, get_be16(h->session), frame + 6)
		           : NULL;
		if (s != NULL)
			bras_end(b, s, END_PEER);
		return;
	default:
		break;
	}
bad:
	b->bad_frames++;
}
