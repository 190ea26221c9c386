/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_message.h -- DNS messages (RFC 1035, 4): read with every length checked,
 * written with names compressed, and EDNS0 (RFC 6891).
 *
 * A name is held as it stands on the wire without compression: length bytes
 * and labels, the root's 0 last, 255 bytes at most (RFC 1035, 3.1).  Reading
 * follows a pointer only backwards, so that no message makes a loop.
 */
#ifndef ELEMENTS_DNS_DNS_MESSAGE_H
#define ELEMENTS_DNS_DNS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/str.h"
#include "base/strbuf.h"

enum {
	DNS_PORT = 53,
	DNS_HEADER = 12,    /* bytes */
	DNS_NAME_MAX = 255, /* bytes of a name */
	DNS_LABEL_MAX = 63,
	DNS_MESSAGE_MAX = 65535,
	DNS_UDP_PLAIN = 512, /* bytes that everybody takes over UDP */
	DNS_UDP_EDNS = 1232, /* what we say we take: no path cuts that up */
	DNS_OPT_SIZE = 11,   /* bytes of an OPT record without options */
};

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_OPT = 41,
	DNS_ANY = 255,
};

enum { DNS_IN = 1, DNS_CLASS_ANY = 255 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16, /* its upper bits go into the OPT record */
};

/* Of the 16 bits after the id. */
enum {
	DNS_QR = 0x8000,
	DNS_OPCODE = 0x7800,
	DNS_AA = 0x0400,
	DNS_TC = 0x0200,
	DNS_RD = 0x0100,
	DNS_RA = 0x0080,
	DNS_AD = 0x0020,
	DNS_CD = 0x0010,
	DNS_RCODE = 0x000f,
};

struct dns_name {
	uint8_t n; /* bytes of b, 1 for the root */
	uint8_t b[DNS_NAME_MAX];
};

struct dns_header {
	uint16_t id, flags;
	uint16_t count[4]; /* questions, answers, authority, additional */
};

struct dns_question {
	struct dns_name name; /* as written, case and all */
	uint16_t type, class;
};

struct dns_rr {
	struct dns_name name;
	uint16_t type, class;
	uint32_t ttl;
	uint32_t ttl_at;       /* where it stands in the message */
	uint32_t data, length; /* of the data in the message */
};

/* The OPT record of a message. */
struct dns_edns {
	bool present;
	bool dnssec_ok;
	uint8_t version;
	uint16_t udp_size;
};

/* A message to be read; at is where the next read begins. */
struct dns_reader {
	const uint8_t *p;
	uint32_t n, at;
};

/* Each returns false, *r then being useless, when the message is malformed. */
bool dns_read_header(struct dns_reader *r, struct dns_header *h);
bool dns_read_name(struct dns_reader *r, struct dns_name *name);
bool dns_read_question(struct dns_reader *r, struct dns_question *q);
bool dns_read_rr(struct dns_reader *r, struct dns_rr *rr);

/*
 * A query as servers take them: header, exactly one question, and the OPT
 * record if there is one.  DNS_NOERROR, or the rcode to answer with:
 * FORMERR, NOTIMP (an opcode other than QUERY) or BADVERS; -1: not to be
 * answered at all (no header, or no query).  *h is set but for -1.
 */
int dns_read_query(const uint8_t *p, uint32_t n, struct dns_header *h,
    struct dns_question *q, struct dns_edns *e);

/* A query whose name is used where it lies, behind the header. */
struct dns_view {
	struct dns_header h;
	struct dns_edns e;
	uint32_t name_n; /* its bytes */
	uint16_t type, class;
};

/*
 * A query that dns_read_query() calls DNS_NOERROR and whose name is not
 * compressed, as they all are in practice.  False: ask dns_read_query().
 */
bool dns_view_query(const uint8_t *p, uint32_t n, struct dns_view *v);

/* ---- names ---- */

/* Letters' case never counts. */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);
uint64_t dns_name_hash(const struct dns_name *name, uint64_t seed);
/* The same of a name's n bytes (up to DNS_NAME_MAX) where they lie. */
bool dns_bytes_equal(const uint8_t *a, const uint8_t *b, uint32_t n);
uint64_t dns_bytes_hash(const uint8_t *name, uint32_t n, uint64_t seed);
/* Cuts the first label off; false for the root. */
bool dns_name_parent(const struct dns_name *name, struct dns_name *parent);
/* Whether name is zone or ends in it. */
bool dns_name_within(const struct dns_name *name, const struct dns_name *zone);
/*
 * "www.example.org" or "www" in origin, "@" the origin itself, with a final
 * dot absolute; \. and \DDD as RFC 1035, 5.1.  False: no name.
 */
bool dns_name_parse(
    struct str text, const struct dns_name *origin, struct dns_name *name);
void sb_dns_name(struct strbuf *sb, const struct dns_name *name);

/* ---- writing ---- */

enum { DNS_WRITER_NAMES = 64 }; /* that later ones may point to */

struct dns_writer {
	uint8_t *p;
	uint32_t size, n;
	bool full; /* something did not fit; what was begun is not there */
	uint16_t names[DNS_WRITER_NAMES];
	uint32_t nnames;
};

/* A message of size bytes (DNS_HEADER at least) at p: its header. */
void dns_write_start(struct dns_writer *w, uint8_t *p, uint32_t size,
    uint16_t id, uint16_t flags);
void dns_write_name(struct dns_writer *w, const struct dns_name *name);
void dns_write_question(struct dns_writer *w, const struct dns_question *q);
/*
 * A record up to its data, which the caller writes (dns_write_*()) and ends
 * with dns_write_rr_end(), which counts it in section (1..3), or takes it back
 * when it did not fit.
 */
uint32_t dns_write_rr(struct dns_writer *w, const struct dns_name *name,
    uint16_t type, uint16_t class, uint32_t ttl);
bool dns_write_rr_end(struct dns_writer *w, uint32_t mark, int section);
void dns_write_bytes(struct dns_writer *w, const void *bytes, uint32_t n);
void dns_write_u16(struct dns_writer *w, uint16_t x);
/* The OPT record; rcode's upper bits go there. */
void dns_write_edns(
    struct dns_writer *w, uint16_t udp_size, int rcode, bool dnssec_ok);

/* An answer that says nothing but rcode (and TC, if in flags). */
uint32_t dns_write_empty(uint8_t *p, uint32_t size,
    const struct dns_header *query, const struct dns_question *q,
    const struct dns_edns *e, uint16_t flags, int rcode);

/* What a client takes over UDP: 512, or what it said, up to our own limit. */
static inline uint32_t
dns_udp_limit(const struct dns_edns *e)
{
	if (!e->present || e->udp_size < DNS_UDP_PLAIN)
		return DNS_UDP_PLAIN;
	return e->udp_size < DNS_UDP_EDNS ? e->udp_size : DNS_UDP_EDNS;
}

#endif
