/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_header.h -- a helper of the elements in ip/: looking at IPv4 headers that
 * may not be there.
 *
 * CheckIPHeader has vouched for most headers that elements see, but
 * MarkIPHeader vouches for nothing: whoever reads a header asks here first.
 */
#ifndef ELEMENTS_IP_IP_HEADER_H
#define ELEMENTS_IP_IP_HEADER_H

#include "base/bytes.h"
#include "base/csum.h"
#include "base/proto.h"
#include "click/element.h"

/* The IPv4 header if its 20 fixed bytes are in the packet, else NULL. */
static inline struct ip4 *
ip_header(const struct packet *p)
{
	if (unlikely(p->network < 0 ||
	             packet_network_length(p) < (int32_t)sizeof(struct ip4)))
		return NULL;
	return packet_ip4(p);
}

/* The same with all the options that it announces. */
static inline struct ip4 *
ip_header_whole(const struct packet *p)
{
	struct ip4 *ip = ip_header(p);

	if (unlikely(ip == NULL || ip4_hlen(ip) < sizeof(*ip) ||
	             packet_network_length(p) < (int32_t)ip4_hlen(ip)))
		return NULL;
	return ip;
}

/* For writing, after ip_header(*p) was found: NULL when memory ran out. */
static inline struct ip4 *
ip_header_write(struct thread *t, struct packet **p)
{
	if (packet_uniqueify(t, p) == NULL)
		return NULL;
	return (struct ip4 *)(void *)((*p)->head + (*p)->network);
}

/* Bytes of transport header and payload in the packet, 0 if unknown. */
static inline uint32_t
ip_header_transport_length(const struct packet *p)
{
	int32_t n = p->transport < 0 ? 0 : packet_transport_length(p);

	return n < 0 ? 0 : (uint32_t)n;
}

static inline bool
ip_header_first_fragment(const struct ip4 *ip)
{
	return (get_be16(ip->off) & IP4_OFFMASK) == 0;
}

static inline bool
ip_header_fragment(const struct ip4 *ip)
{
	return (get_be16(ip->off) & (IP4_OFFMASK | IP4_MF)) != 0;
}

/* Computes the header checksum anew; all hlen bytes must be there. */
static inline void
ip_header_set_sum(struct ip4 *ip, unsigned int hlen)
{
	put_u16(ip->sum, 0);
	put_u16(ip->sum, hlen == sizeof(*ip)
	                     ? (uint16_t)~csum_fold(csum_ip20(ip))
	                     : csum(ip, hlen));
}

/*
 * Puts now in the place of the 16 bits at where, checksum repaired.  A change
 * of one byte goes through here too: reading it back wider than it was written
 * would wait until it has left the store buffer.
 */
static inline void
ip_header_set_be16(struct ip4 *ip, void *where, unsigned int now)
{
	uint16_t old = get_u16(where);

	put_be16(where, (uint16_t)now);
	put_u16(ip->sum, csum_update16(get_u16(ip->sum), old,
	                     __builtin_bswap16((uint16_t)now)));
}

/* A write of the type of service, checksum repaired. */
static inline void
ip_header_set_tos(struct ip4 *ip, uint8_t tos)
{
	ip_header_set_be16(ip, ip, (get_be16(ip) & 0xff00u) | tos);
}

/*
 * One hop less, checksum repaired: the TTL must not be 0.  The word that holds
 * it falls by 0x100, so the checksum's complement does (RFC 1624).
 */
static inline void
ip_header_dec_ttl(struct ip4 *ip)
{
	uint16_t sum;

	/* A sum is the same in either byte order, so 0x0100 is 1 here. */
	memcpy(&sum, ip->sum, sizeof(sum));
	sum = (uint16_t)(sum + 1 + (sum >= 0xfffe));
	memcpy(ip->sum, &sum, sizeof(sum));
	ip->ttl--;
}

#endif
