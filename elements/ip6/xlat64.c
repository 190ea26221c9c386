/* SPDX-License-Identifier: BSD-3-Clause */
/* xlat64.c -- from IPv6 to IPv4 (RFC 7915, 5); see xlat.h. */
#include "elements/ip6/xlat.h"

/* The IPv4 address in an IPv6 one; false: there is none. */
static inline bool
xlat64_map(uint32_t *out, const uint8_t *addr6)
{
	*out = get_u32(addr6 + 12);
	return get_u64(addr6) == 0 &&
	       get_u32(addr6 + 8) == __builtin_bswap32(0xffff) && *out != 0;
}

/*
 * A header without options, from its words in memory order but for checksum and
 * addresses.  It is summed before it is written: who reads words that were just
 * written in parts waits.
 */
static void
xlat64_write(struct ip4 *ip4, uint32_t first, uint32_t id_off,
    uint32_t ttl_proto, const uint32_t addresses[static 2])
{
	uint64_t sum =
	    (uint64_t)first + id_off + ttl_proto + addresses[0] + addresses[1];

	ttl_proto |= (uint32_t)(uint16_t)~csum_fold(sum) << 16;
	put_u64(ip4, first | (uint64_t)id_off << 32);
	put_u64(&ip4->ttl, ttl_proto | (uint64_t)addresses[0] << 32);
	put_u32(ip4->dst, addresses[1]);
}

/* What a fragment header says, as the identifier and offset of IPv4. */
static uint32_t
xlat64_fragment(const struct ip6 *ip, const struct ip6_upper *u)
{
	const uint8_t *frag = (const uint8_t *)ip + u->fragment;
	uint32_t off = (u->off & IP6_OFFMASK) >> 3 |
	               (u->off & IP6_MF ? (uint32_t)IP4_MF : 0);
	uint32_t id = get_be16(frag + offsetof(struct ip6_frag, id) + 2);

	return __builtin_bswap32(id << 16 | off);
}

bool
xlat64_head(const struct ip6 *ip, uint32_t length, struct xlat_head *h)
{
	struct ip4 *ip4 = (struct ip4 *)(void *)h->b;
	uint32_t addresses[2], whole;
	struct ip6_upper u;

	if (length < sizeof(*ip) || ip->vtf[0] >> 4 != 6 ||
	    !ip6_walk(ip, length, &u) || u.routed || u.proto == IPPROTO4_ICMP)
		return false;
	whole = (uint32_t)sizeof(*ip) + get_be16(ip->plen);
	if (whole < u.offset ||
	    whole - u.offset > 0xffff - (uint32_t)sizeof(*ip4) ||
	    !xlat64_map(&addresses[0], ip->src) ||
	    !xlat64_map(&addresses[1], ip->dst))
		return false;
	*h = (struct xlat_head){ .length = sizeof(*ip4),
		.skip = u.offset,
		.payload = whole - u.offset,
		.proto =
		    u.proto == IPPROTO6_ICMP ? (uint8_t)IPPROTO4_ICMP : u.proto,
		.first = ip6_first_fragment(&u),
		.fragment = u.off != 0 };
	xlat64_write(ip4,
	    __builtin_bswap32(0x45u << 24 | (uint32_t)ip6_class(ip) << 16 |
	                      (uint32_t)(sizeof(*ip4) + h->payload)),
	    u.fragment != 0 ? xlat64_fragment(ip, &u)
	                    : __builtin_bswap32(IP4_DF),
	    __builtin_bswap32(
	        (uint32_t)ip->hlim << 24 | (uint32_t)h->proto << 16),
	    addresses);
	h->addresses = (uint64_t)addresses[0] + addresses[1];
	return true;
}

/* ---- ICMP ---- */

/* An echo message, whole or quoted, becomes one of ICMPv4; false: is none. */
static bool
xlat64_echo(const struct xlat_head *h, uint8_t *l4, uint32_t n)
{
	struct icmp *icmp = (struct icmp *)(void *)l4;
	uint64_t removed;

	if (n < sizeof(*icmp) || icmp->code != 0 ||
	    (icmp->type != ICMP6_ECHO && icmp->type != ICMP6_ECHOREPLY))
		return false;
	removed = xlat_pseudo(h) + get_u16(icmp);
	icmp->type = icmp->type == ICMP6_ECHO ? ICMP_ECHO : ICMP_ECHOREPLY;
	put_u16(
	    icmp->sum, xlat_sum(get_u16(icmp->sum), removed, get_u16(icmp)));
	return true;
}

/* By byte of the IPv6 header, that of the IPv4 header; 255: none. */
static bool
xlat64_pointer(const struct icmp *in, struct icmp *out)
{
	uint32_t pointer = get_be32(in->rest);
	uint8_t at = 255;

	if (in->code == 1) {
		out->type = ICMP_UNREACH;
		out->code = 2; /* protocol */
		return true;
	}
	if (pointer < 2)
		at = (uint8_t)pointer;
	else if (pointer == 4 || pointer == 5)
		at = offsetof(struct ip4, len);
	else if (pointer == 6)
		at = offsetof(struct ip4, proto);
	else if (pointer == 7)
		at = offsetof(struct ip4, ttl);
	else if (pointer >= 8 && pointer < 24)
		at = offsetof(struct ip4, src);
	else if (pointer >= 24 && pointer < 40)
		at = offsetof(struct ip4, dst);
	out->type = ICMP_PARAMPROB;
	out->rest[0] = at;
	return in->code == 0 && at != 255;
}

/* The head of an error; false: has no counterpart (RFC 7915, 5.2). */
static bool
xlat64_error(const struct icmp *in, struct icmp *out)
{
	/* Unreachable: no route, prohibited, beyond scope, address, port. */
	static const uint8_t codes[] = { 1, 10, 1, 1, 3 };
	static const uint32_t more = sizeof(struct ip6) - sizeof(struct ip4);
	uint32_t mtu;

	*out = (struct icmp){ .type = ICMP_UNREACH };
	switch (in->type) {
	case ICMP6_UNREACH:
		out->code = in->code < sizeof(codes) ? codes[in->code] : 0;
		return in->code < sizeof(codes);
	case ICMP6_TOOBIG:
		mtu = get_be32(in->rest);
		mtu = mtu > 0xffff ? 0xffff : mtu;
		out->code = 4;
		put_be16(
		    out->rest + 2, (uint16_t)(mtu > more ? mtu - more : 0));
		return true;
	case ICMP6_TIMXCEED:
		out->type = ICMP_TIMXCEED;
		out->code = in->code;
		return true;
	case ICMP6_PARAMPROB:
		return xlat64_pointer(in, out);
	default:
		return false;
	}
}

/* The packet in an error, translated into out; its length, 0: cannot be. */
static uint32_t
xlat64_inner(const uint8_t *quoted, uint32_t n, uint8_t *out)
{
	struct xlat_head h;
	uint8_t *l4;

	if (!xlat64_head((const struct ip6 *)(const void *)quoted, n, &h))
		return 0;
	n -= h.skip;
	l4 = out + h.length;
	memcpy(out, h.b, h.length);
	memcpy(l4, quoted + h.skip, n);
	if (h.proto == IPPROTO4_ICMP && h.first && !xlat64_echo(&h, l4, n))
		return 0;
	return h.length + n;
}

/* An ICMP error about another packet; NULL: dropped, p is left alone. */
static struct packet *
xlat64_make_error(struct thread *t, const struct packet *p, struct xlat_head *h)
{
	const struct ip6 *ip6 = (const struct ip6 *)(const void *)p->data;
	const struct icmp *in =
	    (const struct icmp *)(const void *)(p->data + h->skip);
	uint32_t n = p->length - h->skip, inner;
	struct ip4 *ip4 = (struct ip4 *)(void *)h->b;
	struct icmp out;
	struct packet *q;
	uint8_t *l4;

	if (n < sizeof(*in) + sizeof(*ip6) ||
	    ip6_l4_csum(ip6->src, ip6->dst, IPPROTO6_ICMP, in, n) != 0 ||
	    !xlat64_error(in, &out))
		return NULL;
	n = xlat_quoted(n - (uint32_t)sizeof(*in),
	    in->type == ICMP6_UNREACH || in->type == ICMP6_TIMXCEED
	        ? in->rest[0] * 8u
	        : 0);
	/* No header grows: an IPv4 one is the shortest. */
	q = packet_new(t, PACKET_HEADROOM, NULL,
	    (uint32_t)(h->length + sizeof(out)) + n, 0);
	if (q == NULL)
		return NULL;
	l4 = q->data + h->length;
	inner = xlat64_inner((const uint8_t *)(in + 1), n, l4 + sizeof(out));
	if (inner == 0) {
		packet_kill(t, q);
		return NULL;
	}
	packet_take(q, n - inner);
	put_be16(ip4->len, (uint16_t)q->length);
	ip_header_set_sum(ip4, sizeof(*ip4));
	memcpy(q->data, h->b, h->length);
	memcpy(l4, &out, sizeof(out));
	put_u16(l4 + offsetof(struct icmp, sum), csum(l4, inner + sizeof(out)));
	packet_copy_annotations(q, p);
	return q;
}

/* ---- packets ---- */

static bool
xlat64_is_error(const struct xlat_head *h, const struct packet *p)
{
	return h->proto == IPPROTO4_ICMP && p->length > h->skip &&
	       p->data[h->skip] < ICMP6_ERRORS_END;
}

struct packet *
xlat64(struct thread *t, struct packet *p)
{
	const struct ip6 *ip = (const struct ip6 *)(const void *)p->data;
	struct packet *q = NULL;
	struct xlat_head h;

	if (!xlat64_head(ip, p->length, &h) || h.skip + h.payload > p->length ||
	    (h.proto == IPPROTO4_ICMP && h.fragment))
		goto drop;
	packet_take(p, p->length - h.skip - h.payload);
	if (xlat64_is_error(&h, p)) {
		q = xlat64_make_error(t, p, &h);
		goto drop;
	}
	p = xlat_replace(t, p, &h);
	if (p == NULL)
		return NULL;
	if (h.proto == IPPROTO4_ICMP &&
	    !xlat64_echo(&h, p->data + h.length, p->length - h.length))
		goto drop;
	q = p;
	p = NULL;
drop:
	if (p != NULL)
		packet_kill(t, p);
	if (q == NULL)
		return NULL;
	packet_set_network(q, q->data, sizeof(struct ip4));
	anno_set_u32(q, ANNO_DST_IP, get_u32(packet_ip4(q)->dst));
	return q;
}
