/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_check.h -- a helper of the elements in ip/: is this an IPv4 packet that a
 * router may forward?  CheckIPHeader and IPInputCombo stand on it.
 */
#ifndef ELEMENTS_IP_IP_CHECK_H
#define ELEMENTS_IP_IP_CHECK_H

#include "click/anno.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"

enum ip_check_reason {
	IP_CHECK_GOOD = -1,
	IP_CHECK_TINY,
	IP_CHECK_VERSION,
	IP_CHECK_HLEN,
	IP_CHECK_LENGTH,
	IP_CHECK_SUM,
	IP_CHECK_SOURCE,
	IP_CHECK_NREASONS,
};

struct ip_check {
	struct ip4_list bad_src, good_dst;
	uint32_t offset; /* where the header begins */
	bool checksum;   /* is looked at */
	struct arg_type interfaces;
};

/* Reads the keywords INTERFACES, BADSRC and GOODDST. */
void ip_check_args(struct ip_check *c, struct args *a);
/* Addresses that are always bad, as old configurations have it. */
int ip_check_add_old(struct ip_check *c);
void ip_check_fini(struct ip_check *c);

/* True if the checksum of a header of hlen bytes is right. */
ALWAYS_INLINE bool
ip_check_sum(const struct ip4 *ip, unsigned int hlen)
{
	if (hlen != sizeof(*ip))
		return csum(ip, hlen) == 0;
	/* 2^16 is 1 here: no need to fold.  The version is not 0. */
	return csum_ip20(ip) % 0xffff == 0;
}

/* ip_check() of a header of hlen bytes; room bytes from its first are there. */
ALWAYS_INLINE enum ip_check_reason
ip_check_header(const struct ip_check *c, struct packet *p,
    const struct ip4 *ip, unsigned int hlen, unsigned int room)
{
	unsigned int len = get_be16(ip->len);

	if (unlikely(len > room || len < hlen))
		return IP_CHECK_LENGTH;
	if (c->checksum && unlikely(!ip_check_sum(ip, hlen)))
		return IP_CHECK_SUM;
	if (unlikely(c->bad_src.n > 0 &&
	             ip4_list_has(&c->bad_src, get_u32(ip->src)) &&
	             !ip4_list_has(&c->good_dst, get_u32(ip->dst))))
		return IP_CHECK_SOURCE;
	packet_set_network(p, (const uint8_t *)ip, hlen);
	packet_take(p, room - len);
	anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	return IP_CHECK_GOOD;
}

/*
 * Checks p; a good packet gets its header positions and destination
 * annotation and loses what follows the IP packet.
 */
static inline enum ip_check_reason
ip_check(const struct ip_check *c, struct packet *p)
{
	const struct ip4 *ip = (const struct ip4 *)(p->data + c->offset);
	unsigned int hlen;

	if (unlikely(p->length < (uint64_t)c->offset + sizeof(*ip)))
		return IP_CHECK_TINY;
	if (likely(ip->vhl == 0x45))
		return ip_check_header(
		    c, p, ip, sizeof(*ip), p->length - c->offset);
	if (ip4_version(ip) != 4)
		return IP_CHECK_VERSION;
	hlen = ip4_hlen(ip);
	if (hlen < sizeof(*ip))
		return IP_CHECK_HLEN;
	return ip_check_header(c, p, ip, hlen, p->length - c->offset);
}

#endif
