/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_zone.h -- what an authoritative server knows: records by name, and the
 * answers that follow from them (RFC 1034, 4.3.2).
 *
 * Records are written as in a zone file (RFC 1035, 5):
 *
 *	NAME [TTL] [IN] TYPE DATA
 *
 * with TYPE one of SOA NS A AAAA CNAME MX TXT PTR, names relative to the
 * origin unless they end in a dot, and @ for the origin itself.  Each SOA
 * makes its name a zone; a record must lie in one.  NS records below a zone's
 * name delegate, and a label * stands for names that are not there
 * (RFC 4592).
 *
 * Memory: 300 bytes a name (and each name above it in the zone), 32 and its
 * data a record.
 */
#ifndef ELEMENTS_DNS_DNS_ZONE_H
#define ELEMENTS_DNS_DNS_ZONE_H

#include "base/arena.h"
#include "base/diag.h"
#include "elements/dns/dns_message.h"

struct dns_record {
	struct dns_record *next; /* of the same name, in order */
	uint16_t type, length;
	uint32_t ttl;
	const uint8_t *data; /* as on the wire, names not compressed */
};

struct dns_node {
	struct dns_node *next;      /* in its bucket */
	struct dns_record *records; /* none: only names below it */
	struct dns_name name;
};

struct dns_zone {
	struct arena mem;
	struct dns_node **buckets;
	uint32_t nbuckets, nnodes, nrecords;
	uint64_t seed;
	/* Of the text that is being read. */
	struct dns_name origin, last;
	uint32_t ttl;
};

/*
 * z zeroed; origin: the name that others are relative to.  z->ttl is the
 * caller's to set, for records without one.
 */
void dns_zone_init(struct dns_zone *z, const struct dns_name *origin);
void dns_zone_fini(struct dns_zone *z);

/* Adds one record; ERR_SYNTAX or ERR_NOMEM and *why says more. */
int dns_zone_add(struct dns_zone *z, struct str line, struct diag *why);
/*
 * Adds the records of a zone file: with comments, parentheses, $ORIGIN, $TTL,
 * and lines that begin with space for the name before.  *line is where a
 * mistake is.
 */
int dns_zone_add_file(
    struct dns_zone *z, struct str text, unsigned int *line, struct diag *why);
/* After the last: whether all records lie in zones.  ERR_SYNTAX. */
int dns_zone_check(const struct dns_zone *z, struct diag *why);

/*
 * The answer to the n bytes at query, at most limit bytes at out (whose room
 * is DNS_MESSAGE_MAX if udp is false).  udp: no longer than the query allows,
 * else cut short with TC.  Returns its length, 0: there is none to give.
 * *rcode is what it says.
 */
uint32_t dns_zone_answer(const struct dns_zone *z, const uint8_t *query,
    uint32_t n, bool udp, uint8_t *out, int *rcode);

/* For the parser: the node of name, made with those above it if need be. */
struct dns_node *dns_zone_node(struct dns_zone *z, const struct dns_name *name);
/* The node of name, or NULL. */
struct dns_node *dns_zone_find(
    const struct dns_zone *z, const struct dns_name *name);
/* The first record of type (DNS_ANY: any) from r on, or NULL. */
const struct dns_record *dns_record_of(
    const struct dns_record *r, uint16_t type);

#endif
