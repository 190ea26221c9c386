/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xlat.h -- a helper of ProtocolTranslator46 and 64: IPv4 packets become IPv6
 * packets and back (RFC 7915), an IPv4 address being the IPv6 address
 * ::ffff:a.b.c.d.
 *
 * Fragments stay fragments.  TCP and UDP checksums stay as they are: what the
 * addresses gain and lose, ffff each, sums to nothing.  So a segment that was
 * damaged stays so.  The packet quoted by an
 * ICMP error is translated, too, and a quotation with extensions (RFC 4884) cut
 * before them.
 *
 * Dropped: what is not whole, source routes not yet at their end, fragments of
 * ICMP, ICMP types that mean nothing on the other side,
 * protocols whose number is an extension header there.
 */
#ifndef ELEMENTS_IP6_XLAT_H
#define ELEMENTS_IP6_XLAT_H

#include "elements/ip/ip_header.h"
#include "elements/ip6/ip6_header.h"

enum { XLAT_HEAD_MAX = sizeof(struct ip6) + sizeof(struct ip6_frag) };

/* A header translated, and what it says of the bytes behind. */
struct xlat_head {
	uint8_t b[XLAT_HEAD_MAX]; /* the new header */
	uint32_t length;          /* of it */
	uint32_t skip;            /* of the old one */
	uint32_t payload;         /* bytes behind it, as it claims */
	uint8_t proto;            /* of them, the new number */
	bool first, fragment;
	uint64_t addresses; /* their sum, the old ones' as the new ones' */
};

/* Reads an old header of which length bytes are there; false: drop it. */
bool xlat46_head(const struct ip4 *ip, uint32_t length, struct xlat_head *h);
bool xlat64_head(const struct ip6 *ip, uint32_t length, struct xlat_head *h);

/*
 * The packet translated, header position and destination annotation set; NULL
 * when it was dropped.  p begins with the IP header.
 */
struct packet *xlat46(struct thread *t, struct packet *p);
struct packet *xlat64(struct thread *t, struct packet *p);

/* A checksum field after words that sum to removed became others. */
static inline uint16_t
xlat_sum(uint16_t field, uint64_t removed, uint64_t added)
{
	return (uint16_t)~csum_fold((uint64_t)(uint16_t)~field +
	                            (uint16_t)~csum_fold(removed) +
	                            csum_fold(added));
}

/* The sum of the pseudo header of ICMPv6, which ICMP does without. */
static inline uint64_t
xlat_pseudo(const struct xlat_head *h)
{
	return h->addresses + __builtin_bswap32(h->payload) +
	       __builtin_bswap32(IPPROTO6_ICMP);
}

/* Where the ICMP header's length field says the quotation ends, at most n. */
uint32_t xlat_quoted(uint32_t n, uint32_t declared);

/*
 * The packet p, whose skip first bytes give way to h's header; then the n
 * bytes behind are changed by the caller.  NULL: no memory, it is gone.
 */
struct packet *xlat_replace(
    struct thread *t, struct packet *p, const struct xlat_head *h);

#endif
