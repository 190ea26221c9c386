/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * outer.h -- a helper of the elements in tunnel/: the IPv4 or IPv6 header that
 * a tunnel puts in front, and what becomes of the congestion bits (RFC 6040).
 */
#ifndef ELEMENTS_TUNNEL_OUTER_H
#define ELEMENTS_TUNNEL_OUTER_H

#include "base/bytes.h"
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"

struct ip_outer {
	uint8_t header[40]; /* but for lengths, identification, DF, traffic */
	uint32_t size;      /* 20 or 40 */
	uint16_t id;
	bool dst_anno; /* the destination is the packet's annotation */
};

/* SRC, DST and TTL as they were written; str_free() the first two. */
struct ip_outer_conf {
	struct str src, dst;
	uint8_t ttl;
};

/* Reads SRC, DST (by position, mandatory) and TTL. */
void ip_outer_args(struct args *a, struct ip_outer_conf *c);
/*
 * Makes *o of what was read; frees the texts.  An identification count that was
 * running goes on.  0 or ERR_INVAL, reported.
 */
int ip_outer_make(struct ip_outer *o, struct element *e,
    struct ip_outer_conf *c, struct errh *errh);

/* The longest payload that fits behind the header. */
static inline uint32_t
ip_outer_room(const struct ip_outer *o)
{
	return o->size == sizeof(struct ip4) ? 0xffff - o->size : 0xffff;
}

struct ip_outer_wish {
	uint8_t tos, proto;
	bool df;
	uint32_t flow; /* label of IPv6, 20 bits */
};

/*
 * Puts the header in front of *p, which is all its payload and not longer than
 * ip_outer_room(); sets network header and destination annotation.  NULL: no
 * memory, freed.
 */
struct packet *ip_outer_push(struct ip_outer *o, struct thread *t,
    struct packet **p, const struct ip_outer_wish *w);

/* Prints the source, or the destination. */
void ip_outer_print(const struct ip_outer *o, bool dst, struct strbuf *out);
/* Read and write handlers "src" and "dst", arguments 0 and 1; read by fn. */
void ip_outer_add_handlers(struct element *e, handler_fn *read);

enum { ECN_MASK = 3, ECN_NOT_ECT = 0, ECN_ECT1 = 1, ECN_ECT0 = 2, ECN_CE = 3 };

/*
 * The congestion bits of a packet that comes out of a tunnel (RFC 6040,
 * figure 4); negative: it is to be dropped.
 */
int ecn_decapsulate(unsigned int inner, unsigned int outer);

/* Traffic class of an IP packet whose first two bytes are there. */
static inline uint8_t
ip_traffic_class(const uint8_t *ip)
{
	return *ip >> 4 == 6 ? (uint8_t)(get_be16(ip) >> 4) : ip[1];
}

/* Sets the congestion bits of a whole IP header, IPv4's checksum mended. */
void ip_set_ecn(uint8_t *ip, unsigned int ecn);

#endif
