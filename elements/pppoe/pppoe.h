/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pppoe.h -- PPP over Ethernet (RFC 2516) and PPP (RFC 1661) as they lie in a
 * frame.
 *
 *	Ethernet | 0x11, code, session, length | PPP protocol, payload
 *	Ethernet | 0x11, code, session, length | tags: type, length, value
 */
#ifndef ELEMENTS_PPPOE_PPPOE_H
#define ELEMENTS_PPPOE_PPPOE_H

#include "base/bytes.h"
#include "base/proto.h"

#include <stdbool.h>

struct pppoe {
	uint8_t version; /* PPPOE_VERSION */
	uint8_t code;
	uint8_t session[2];
	uint8_t length[2]; /* of what follows */
};
_Static_assert(sizeof(struct pppoe) == 6, "pppoe");

enum {
	PPPOE_VERSION = 0x11, /* version 1, type 1 */
	PPPOE_MTU = 1492,     /* RFC 2516, 7: the longest PPP payload */
	PPPOE_HEAD = 20,      /* Ethernet and PPPoE */
	PPPOE_FRAME_MIN = 60, /* Ethernet's shortest, without checksum */
};

/* Codes (RFC 2516, 5). */
enum {
	PPPOE_SESSION = 0x00,
	PPPOE_PADO = 0x07,
	PPPOE_PADI = 0x09,
	PPPOE_PADR = 0x19,
	PPPOE_PADS = 0x65,
	PPPOE_PADT = 0xa7,
};

/* Tags (RFC 2516, appendix A). */
enum {
	TAG_END = 0x0000,
	TAG_SERVICE_NAME = 0x0101,
	TAG_AC_NAME = 0x0102,
	TAG_HOST_UNIQ = 0x0103,
	TAG_AC_COOKIE = 0x0104,
	TAG_RELAY_SESSION_ID = 0x0110,
	TAG_SERVICE_NAME_ERROR = 0x0201,
	TAG_AC_SYSTEM_ERROR = 0x0202,
	TAG_GENERIC_ERROR = 0x0203,
};

/* Protocols (RFC 1661, 2). */
enum {
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	PPP_IPCP = 0x8021,
	PPP_LCP = 0xc021,
	PPP_PAP = 0xc023,
	PPP_CHAP = 0xc223,
};

/* The session's payload in a frame, as pppoe_session_read() found it. */
struct pppoe_payload {
	uint16_t session, proto;
	uint32_t at;     /* offset of what follows the PPP protocol */
	uint32_t length; /* of that */
};

/*
 * Reads a session frame (n bytes from the Ethernet header on); false: it is
 * none, or not all there.  The protocol field may be a compressed one.
 */
static inline bool
pppoe_session_read(const uint8_t *frame, uint32_t n, struct pppoe_payload *out)
{
	const struct pppoe *h =
	    (const struct pppoe *)(const void *)(frame + sizeof(struct ether));
	uint32_t length;

	if (n < PPPOE_HEAD || get_be16(frame + 12) != ETHERTYPE_PPPOE_SESS ||
	    h->version != PPPOE_VERSION || h->code != PPPOE_SESSION)
		return false;
	length = get_be16(h->length);
	if (length > n - PPPOE_HEAD || length < 1)
		return false;
	out->session = get_be16(h->session);
	/* An odd first byte is a whole protocol (RFC 1661, 6.5). */
	if (frame[PPPOE_HEAD] & 1) {
		out->proto = frame[PPPOE_HEAD];
		out->at = PPPOE_HEAD + 1;
	} else if (length >= 2) {
		out->proto = get_be16(frame + PPPOE_HEAD);
		out->at = PPPOE_HEAD + 2;
	} else {
		return false;
	}
	out->length = length - (out->at - PPPOE_HEAD);
	return true;
}

/*
 * Writes the headers of a session frame with n bytes of payload after the PPP
 * protocol: PPPOE_HEAD + 2 bytes.
 */
static inline void
pppoe_session_write(uint8_t *frame, const uint8_t dst[6], const uint8_t src[6],
    uint16_t session, uint16_t proto, uint32_t n)
{
	struct pppoe *h =
	    (struct pppoe *)(void *)(frame + sizeof(struct ether));

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	put_be16(frame + 12, ETHERTYPE_PPPOE_SESS);
	h->version = PPPOE_VERSION;
	h->code = PPPOE_SESSION;
	put_be16(h->session, session);
	put_be16(h->length, (uint16_t)(n + 2));
	put_be16(frame + PPPOE_HEAD, proto);
}

#endif
