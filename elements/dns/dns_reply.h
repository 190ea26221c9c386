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

/*
 * The answer (n bytes at p, as dns_reply_read() left it, age_s seconds ago) to
 * a client's query, at out, which has limit bytes; cut short with TC when it
 * is longer than that.  Returns its length.
 */
uint32_t dns_reply_write(const uint8_t *p, uint32_t n, uint32_t age_s,
    const struct dns_header *query, const struct dns_question *q,
    const struct dns_edns *e, uint8_t *out, uint32_t limit);

#endif
