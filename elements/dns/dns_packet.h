/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_packet.h -- IPv4 packets for the elements in dns/: what comes in looked
 * at, what goes out made.
 */
#ifndef ELEMENTS_DNS_DNS_PACKET_H
#define ELEMENTS_DNS_DNS_PACKET_H

#include "click/element.h"
#include "elements/dns/dns_message.h"

/* Network order all. */
struct dns_ends {
	uint32_t src, dst;
	uint16_t sport, dport;
};

/* A datagram or segment as it came. */
struct dns_packet {
	struct dns_ends ends;
	uint8_t proto; /* TCP or UDP */
	const uint8_t *l4;
	const uint8_t *data; /* behind the UDP or TCP header */
	uint32_t n;
};

/*
 * p, with its IP header position set, as UDP or TCP, header whole and checksum
 * good, no fragment; else false.
 */
bool dns_packet_read(const struct packet *p, struct dns_packet *out);

static inline struct dns_ends
dns_ends_reply(struct dns_ends e)
{
	return (struct dns_ends){ e.dst, e.src, e.dport, e.sport };
}

/*
 * An IPv4 packet of proto with header bytes of transport header (to be filled
 * in) and n bytes at data behind; ports and IP header are set, and the
 * destination address annotation.  NULL: no memory.  The checksum is set by
 * dns_packet_sum() when all else is.
 */
struct packet *dns_packet_new(struct thread *t, const struct dns_ends *ends,
    uint8_t proto, uint32_t header, const void *data, uint32_t n, uint16_t id);
void dns_packet_sum(struct packet *p);

/* A whole UDP packet. */
struct packet *dns_packet_udp(struct thread *t, const struct dns_ends *ends,
    const void *data, uint32_t n, uint16_t id);

/*
 * Whether p, which was read as UDP, may become its own answer: it is ours
 * alone, without IP options, and has room for a message of n bytes.
 */
bool dns_packet_fits(const struct packet *p, uint32_t n);
/*
 * Makes p, a query with those ends, the answer to it, as dns_packet_udp()
 * would; its message of n bytes, whose sum (base/csum.h) that is, lies where
 * the query's did already.
 */
void dns_packet_turn(struct packet *p, const struct dns_ends *ends, uint32_t n,
    uint64_t sum, uint16_t id);

#endif
