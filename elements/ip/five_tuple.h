/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * five_tuple.h -- what flow a packet belongs to, IPv4 or IPv6: for balancers,
 * monitors, firewalls, tunnels.
 *
 *	struct five_packet f;
 *	if (five_tuple_read(ip, bytes, &f))     ip: any bytes at all
 *		hash = five_tuple_hash(&f.id, seed);
 *
 * Nothing about the bytes is taken for granted.  IPv6 extension headers are
 * walked (RFC 8200, 4), FIVE_EXTENSIONS at most.
 *
 * To find such flows in a flow table (flowtable.h) whose keys have room for
 * IPv4 addresses only, five_tuple_key() puts 64 bits of keyed hash in the place
 * of IPv6 addresses; the record holds the tuple itself, which is to be compared
 * when the key is found.
 */
#ifndef ELEMENTS_IP_FIVE_TUPLE_H
#define ELEMENTS_IP_FIVE_TUPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "click/packet.h"
#include "elements/ip/flowtable.h"

enum { FIVE_EXTENSIONS = 8 };

/* No byte of it is undefined: it may be hashed and compared whole. */
struct five_tuple {
	uint8_t src[16], dst[16]; /* IPv4: the first 4 bytes, the rest 0 */
	uint16_t sport, dport;    /* network order, 0 where there are none */
	uint8_t proto;            /* behind all extension headers */
	uint8_t version;          /* 4 or 6 */
	uint8_t zero[2];
};
_Static_assert(sizeof(struct five_tuple) == 40, "five words");

struct five_packet {
	struct five_tuple id;
	const uint8_t *l4;  /* the transport header, or the fragment's data */
	uint32_t l4_length; /* bytes there: in packet and IP payload both */
	uint32_t length;    /* of the IP packet, as its header says */
	uint8_t tos;
	bool fragment; /* of several */
	bool first;    /* begins with the transport header */
};

/*
 * Reads the IP packet that begins at ip, room bytes of which are there.  False
 * if it is none, or its headers are cut short.  Ports are read in first
 * fragments only, where 4 bytes of transport header are there.
 */
bool five_tuple_read(const uint8_t *ip, uint32_t room, struct five_packet *out);

/* The same of a packet whose network header is set. */
static inline bool
five_tuple_packet(const struct packet *p, struct five_packet *out)
{
	if (p->network < 0 || packet_network_length(p) <= 0)
		return false;
	return five_tuple_read(
	    packet_network(p), (uint32_t)packet_network_length(p), out);
}

/* The flow of the packets that answer. */
void five_tuple_reverse(
    const struct five_tuple *id, struct five_tuple *reverse);

static inline bool
five_tuple_equal(const struct five_tuple *a, const struct five_tuple *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline uint64_t
five_tuple_hash(const struct five_tuple *id, uint64_t seed)
{
	return hash_bytes(id, sizeof(*id), seed);
}

void five_tuple_key(
    const struct five_tuple *id, uint64_t seed, struct flow_key *key);

/* "10.0.0.1" or "2001:db8::1", by version. */
void five_tuple_print_address(
    const struct five_tuple *id, const uint8_t *addr, struct strbuf *out);
/* "tcp 10.0.0.1:1024 > 10.0.0.2:80", addresses of IPv6 in brackets. */
void five_tuple_print(const struct five_tuple *id, struct strbuf *out);

/*
 * "SRC DST [PROTO SPORT DPORT]", as seen from e; of other texts *id is left as
 * it was.
 */
struct element;
bool five_tuple_parse(
    struct element *e, struct str text, struct five_tuple *id);

#endif
