/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_reply.h -- answers of servers made fit for others: read and cut down to
 * what may be kept, and given to a client with its own id, name, flags, TTLs
 * and OPT record.
 */
#ifndef ELEMENTS_DNS_DNS_REPLY_H
#define ELEMENTS_DNS_DNS_REPLY_H

#include "elements/dns/dns_message.h"

/* TTLs, in seconds. */
struct dns_ttls {
	uint32_t min, max; /* of what is there */
	uint32_t negative; /* at most, of what is not (RFC 2308, 5) */
};

struct dns_reply {
	uint16_t flags;
	int rcode;      /* the OPT record's bits included */
	uint32_t n;     /* bytes of the message without OPT */
	uint32_t ttl_s; /* it may be kept for so long, 0: not at all */
};

/*
 * Reads the answer of n bytes at p to question q; exact: its name must be q's
 * to the case of each letter.  Cuts the OPT record off and brings TTLs within
 * t, in place.  False: malformed, no answer, or to another question.
 */
bool dns_reply_read(uint8_t *p, uint32_t n, const struct dns_question *q,
    bool exact, const struct dns_ttls *t, struct dns_reply *out);

/* Takes age_s off all TTLs of the n bytes that dns_reply_read() left at p. */
void dns_reply_age(uint8_t *p, uint32_t n, uint32_t age_s);

/* Bytes that such an answer has for a client. */
static inline uint32_t
dns_reply_size(uint32_t n, const struct dns_edns *e)
{
	return n + (e->present ? DNS_OPT_SIZE : 0);
}

/*
 * The answer (n bytes at p, as dns_reply_read() left it) to a client's query,
 * at out, which has limit bytes; cut short with TC when it is longer than that.
 * Returns its length.
 */
uint32_t dns_reply_write(const uint8_t *p, uint32_t n,
    const struct dns_header *query, const struct dns_question *q,
    const struct dns_edns *e, uint8_t *out, uint32_t limit);

/* The sum (base/csum.h) of such an answer but for id, flags and question. */
uint16_t dns_reply_sum(const uint8_t *p, uint32_t n, uint32_t name_n);

/*
 * The same over the query itself: out is what v was read from, and has room
 * for dns_reply_size(), which is not above dns_udp_limit().  rest_sum is as
 * dns_reply_sum() says; returns the sum of what is at out then.
 */
uint64_t dns_reply_write_over(const uint8_t *p, uint32_t n, uint16_t rest_sum,
    const struct dns_view *v, uint8_t *out);

#endif
