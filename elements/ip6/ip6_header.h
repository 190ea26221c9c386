/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip6_header.h -- a helper of the elements in ip6/: looking at IPv6 headers
 * that may not be there, and walking over extension headers.
 *
 * CheckIP6Header has vouched for most headers that elements see, but
 * MarkIP6Header vouches for nothing: whoever reads a header asks here first.
 */
#ifndef ELEMENTS_IP6_IP6_HEADER_H
#define ELEMENTS_IP6_IP6_HEADER_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/csum.h"
#include "base/proto.h"
#include "click/anno.h"
#include "click/element.h"

/* The IPv6 header if its 40 bytes are in the packet, else NULL. */
static inline struct ip6 *
ip6_header(const struct packet *p)
{
	if (unlikely(p->network < 0 || packet_network(p) < p->data ||
	             packet_network_length(p) < (int32_t)sizeof(struct ip6)))
		return NULL;
	return packet_ip6(p);
}

/* For writing, after ip6_header(*p) was found: NULL when memory ran out. */
static inline struct ip6 *
ip6_header_write(struct thread *t, struct packet **p)
{
	return packet_uniqueify(t, p) == NULL ? NULL : packet_ip6(*p);
}

static inline uint8_t
ip6_class(const struct ip6 *ip)
{
	return (uint8_t)(get_be16(ip->vtf) >> 4);
}

static inline void
ip6_set_class(struct ip6 *ip, uint8_t traffic_class)
{
	put_be16(ip->vtf,
	    (uint16_t)((get_be16(ip->vtf) & 0xf00f) | traffic_class << 4));
}

/* Version, class, flow label 0; the rest as told, addresses of 16 bytes. */
static inline void
ip6_header_set(struct ip6 *ip, uint32_t plen, uint8_t next, uint8_t hlim,
    const void *src, const void *dst)
{
	put_be32(ip->vtf, 6u << 28);
	put_be16(ip->plen, (uint16_t)plen);
	ip->next = next;
	ip->hlim = hlim;
	memcpy(ip->src, src, 16);
	memcpy(ip->dst, dst, 16);
}

static inline bool
ip6_equal(const void *a, const void *b)
{
	return memcmp(a, b, 16) == 0;
}

static inline bool
ip6_unspecified(const void *addr)
{
	return (get_u64(addr) | get_u64((const uint8_t *)addr + 8)) == 0;
}

static inline bool
ip6_multicast(const uint8_t *addr)
{
	return addr[0] == 0xff;
}

static inline void
anno_set_dst_ip6(struct packet *p, const void *addr)
{
	memcpy(p->anno + ANNO_DST_IP6, addr, 16);
}

/*
 * The checksum field for len bytes of transport header and payload at l4,
 * whose own field is zero; over a good segment the result is 0.
 */
static inline uint16_t
ip6_l4_csum(
    const void *src, const void *dst, uint8_t next, const void *l4, size_t len)
{
	return (uint16_t)~csum_fold(
	    csum_add(csum_pseudo6(src, dst, next, (uint32_t)len), l4, len));
}

/* What lies behind the extension headers of a packet. */
struct ip6_upper {
	uint8_t proto;     /* of the upper layer, or what could not be walked */
	uint32_t offset;   /* of its first byte from that of the header */
	uint32_t fragment; /* offset of the fragment header, 0: none */
	uint16_t off;      /* the fragment's: IP6_OFFMASK and IP6_MF, or 0 */
	bool routed;       /* a routing header with segments left */
};

/*
 * Walks over the extension headers of ip, of which length bytes (40 at least)
 * are there: hop-by-hop, destination options, routing, fragment.  False when
 * they reach beyond those; *u is filled as far as they do.  Behind the header
 * of a later fragment nothing is walked.
 */
bool ip6_walk(const struct ip6 *ip, uint32_t length, struct ip6_upper *u);

static inline bool
ip6_first_fragment(const struct ip6_upper *u)
{
	return (u->off & IP6_OFFMASK) == 0;
}

#endif
