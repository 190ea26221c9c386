/* SPDX-License-Identifier: BSD-3-Clause */
/* xlat46.c -- from IPv4 to IPv6 (RFC 7915, 4); see xlat.h. */
#include "elements/ip6/xlat.h"

enum { IPOPT4_EOL = 0, IPOPT4_NOP = 1, IPOPT4_LSRR = 131, IPOPT4_SSRR = 137 };

/* Whether the options hold a source route with somewhere left to go. */
static bool
xlat46_routed(const struct ip4 *ip)
{
	const uint8_t *o = (const uint8_t *)(ip + 1);
	const uint8_t *end = (const uint8_t *)ip + ip4_hlen(ip);

	while (o < end && *o != IPOPT4_EOL) {
		if (*o == IPOPT4_NOP) {
			o++;
			continue;
		}
		if (end - o < 3 || o[1] < 2 || o[1] > end - o)
			return false;
		if ((*o == IPOPT4_LSRR || *o == IPOPT4_SSRR) && o[2] <= o[1])
			return true;
		o += o[1];
	}
	return false;
}

/* The number of a protocol in IPv6, or -1. */
static int
xlat46_proto(uint8_t proto)
{
	switch (proto) {
	case IPPROTO4_ICMP:
		return IPPROTO6_ICMP;
	case IPPROTO4_IGMP:
	case IPPROTO6_HOPOPTS:
	case IPPROTO6_ROUTING:
	case IPPROTO6_FRAGMENT:
	case IPPROTO6_ICMP:
	case IPPROTO6_DSTOPTS:
		return -1;
	default:
		return proto;
	}
}

static void
xlat46_map(uint8_t out[static 16], const uint8_t *addr4)
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, addr4, 4);
}

bool
xlat46_head(const struct ip4 *ip, uint32_t length, struct xlat_head *h)
{
	struct ip6 *ip6 = (struct ip6 *)(void *)h->b;
	struct ip6_frag *frag = (struct ip6_frag *)(void *)(ip6 + 1);
	uint8_t src[16], dst[16];
	uint16_t off;
	int proto;

	if (length < sizeof(*ip) || ip4_version(ip) != 4 ||
	    ip4_hlen(ip) < sizeof(*ip) || ip4_hlen(ip) > length ||
	    get_be16(ip->len) < ip4_hlen(ip) || xlat46_routed(ip))
		return false;
	proto = xlat46_proto(ip->proto);
	if (proto < 0)
		return false;
	off = get_be16(ip->off);
	*h = (struct xlat_head){ .length = sizeof(*ip6),
		.skip = ip4_hlen(ip),
		.payload = get_be16(ip->len) - ip4_hlen(ip),
		.proto = (uint8_t)proto,
		.first = (off & IP4_OFFMASK) == 0,
		.fragment = (off & (IP4_OFFMASK | IP4_MF)) != 0 };
	if (h->fragment)
		h->length += sizeof(*frag);
	xlat46_map(src, ip->src);
	xlat46_map(dst, ip->dst);
	ip6_header_set(ip6, h->length - (uint32_t)sizeof(*ip6) + h->payload,
	    h->fragment ? IPPROTO6_FRAGMENT : h->proto, ip->ttl, src, dst);
	ip6_set_class(ip6, ip->tos);
	if (h->fragment) {
		frag->next = h->proto;
		put_be16(frag->off, (uint16_t)((off & IP4_OFFMASK) << 3 |
		                               (off & IP4_MF ? IP6_MF : 0)));
		put_be32(frag->id, get_be16(ip->id));
	}
	h->addresses = (uint64_t)get_u32(ip->src) + get_u32(ip->dst);
	return true;
}

/* ---- ICMP ---- */

/* An echo message, whole or quoted, becomes one of ICMPv6; false: is none. */
static bool
xlat46_echo(const struct xlat_head *h, uint8_t *l4, uint32_t n)
{
	struct icmp *icmp = (struct icmp *)(void *)l4;
	uint16_t old;

	if (n < sizeof(*icmp) || icmp->code != 0 ||
	    (icmp->type != ICMP_ECHO && icmp->type != ICMP_ECHOREPLY))
		return false;
	old = get_u16(icmp);
	icmp->type = icmp->type == ICMP_ECHO ? ICMP6_ECHO : ICMP6_ECHOREPLY;
	put_u16(icmp->sum,
	    xlat_sum(get_u16(icmp->sum), old, get_u16(icmp) + xlat_pseudo(h)));
	return true;
}

/*
 * What a router reports that does not know the MTU: the next plateau below the
 * length of the packet that was too long (RFC 1191, 7).
 */
static uint32_t
xlat46_plateau(uint32_t length)
{
	static const uint16_t plateaus[] = { 32000, 17914, 8166, 4352, 2002,
		1492, 1006, 508, 296 };

	for (size_t i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (plateaus[i] < length)
			return plateaus[i];
	return 68;
}

/* "Destination unreachable", about a packet of length bytes. */
static bool
xlat46_unreach(const struct icmp *in, uint32_t length, struct icmp *out)
{
	/* By code: that of ICMPv6 unreachable, or one of the special cases. */
	enum { HOST = 0, ADMIN = 1, PORT = 4, PROTO = 100, MTU, NONE };
	static const uint8_t codes[] = { HOST, HOST, PROTO, PORT, MTU, HOST,
		HOST, HOST, HOST, ADMIN, ADMIN, HOST, HOST, ADMIN, NONE,
		ADMIN };
	uint8_t code =
	    in->code < ARRAY_SIZE(codes) ? codes[in->code] : (uint8_t)NONE;
	uint32_t mtu;

	out->type = ICMP6_UNREACH;
	out->code = code;
	if (code == PROTO) {
		out->type = ICMP6_PARAMPROB;
		out->code = 1; /* unknown next header */
		put_be32(out->rest, offsetof(struct ip6, next));
	} else if (code == MTU) {
		mtu = get_be16(in->rest + 2);
		if (mtu == 0)
			mtu = xlat46_plateau(length);
		mtu += sizeof(struct ip6) - sizeof(struct ip4);
		out->type = ICMP6_TOOBIG;
		out->code = 0;
		put_be32(out->rest, mtu < IP6_MTU_MIN ? IP6_MTU_MIN : mtu);
	}
	return code != NONE;
}

/* By byte of the IPv4 header, that of the IPv6 header; 255: none. */
static bool
xlat46_pointer(const struct icmp *in, struct icmp *out)
{
	static const uint8_t at[20] = { 0, 1, 4, 4, 255, 255, 255, 255, 7, 6,
		255, 255, 8, 8, 8, 8, 24, 24, 24, 24 };
	uint8_t pointer = in->rest[0];

	if ((in->code != 0 && in->code != 2) || pointer >= sizeof(at) ||
	    at[pointer] == 255)
		return false;
	out->type = ICMP6_PARAMPROB;
	out->code = 0;
	put_be32(out->rest, at[pointer]);
	return true;
}

/* The head of an error; false: has no counterpart (RFC 7915, 4.2). */
static bool
xlat46_error(const struct icmp *in, uint32_t length, struct icmp *out)
{
	*out = (struct icmp){ .type = 0 };
	switch (in->type) {
	case ICMP_UNREACH:
		return xlat46_unreach(in, length, out);
	case ICMP_TIMXCEED:
		out->type = ICMP6_TIMXCEED;
		out->code = in->code;
		return true;
	case ICMP_PARAMPROB:
		return xlat46_pointer(in, out);
	default:
		return false;
	}
}

/* The packet in an error, translated into out; its length, 0: cannot be. */
static uint32_t
xlat46_inner(const uint8_t *quoted, uint32_t n, uint8_t *out, uint32_t room)
{
	struct xlat_head h;
	uint32_t rest;
	uint8_t *l4;

	if (!xlat46_head((const struct ip4 *)(const void *)quoted, n, &h) ||
	    h.length > room)
		return 0;
	rest = n - h.skip;
	rest = rest < room - h.length ? rest : room - h.length;
	l4 = out + h.length;
	memcpy(out, h.b, h.length);
	memcpy(l4, quoted + h.skip, rest);
	if (h.proto == IPPROTO6_ICMP && h.first && !xlat46_echo(&h, l4, rest))
		return 0;
	return h.length + rest;
}

/* An ICMP error about another packet; NULL: dropped, p is left alone. */
static struct packet *
xlat46_make_error(struct thread *t, const struct packet *p, struct xlat_head *h)
{
	const struct icmp *in =
	    (const struct icmp *)(const void *)(p->data + h->skip);
	uint32_t n = p->length - h->skip, room, inner;
	const struct ip4 *about = (const struct ip4 *)(const void *)(in + 1);
	struct ip6 *ip6 = (struct ip6 *)(void *)h->b;
	struct icmp out;
	struct packet *q;

	if (n < sizeof(*in) + sizeof(*about) || csum(in, n) != 0 ||
	    !xlat46_error(in, get_be16(about->len), &out))
		return NULL;
	n = xlat_quoted(n - (uint32_t)sizeof(*in), in->rest[1] * 4u);
	room = IP6_MTU_MIN - h->length - (uint32_t)sizeof(out);
	q = packet_new(t, PACKET_HEADROOM, NULL, IP6_MTU_MIN, 0);
	if (q == NULL)
		return NULL;
	inner =
	    xlat46_inner((const uint8_t *)about, n, packet_end(q) - room, room);
	if (inner == 0) {
		packet_kill(t, q);
		return NULL;
	}
	packet_take(q, room - inner);
	inner += sizeof(out);
	put_be16(ip6->plen, (uint16_t)inner);
	memcpy(q->data, h->b, h->length);
	memcpy(q->data + h->length, &out, sizeof(out));
	put_u16(q->data + h->length + offsetof(struct icmp, sum),
	    ip6_l4_csum(
	        ip6->src, ip6->dst, IPPROTO6_ICMP, q->data + h->length, inner));
	packet_copy_annotations(q, p);
	return q;
}

/* ---- packets ---- */

/* Changes what stands behind the header of p; false: drop it. */
static bool
xlat46_payload(const struct xlat_head *h, struct packet *p)
{
	const struct ip6 *ip6 = (const struct ip6 *)(void *)p->data;
	uint8_t *l4 = p->data + h->length;
	uint32_t n = p->length - h->length;
	struct udp *udp = (struct udp *)(void *)l4;
	uint16_t sum;

	if (h->proto == IPPROTO6_ICMP)
		return xlat46_echo(h, l4, n);
	if (h->proto != IPPROTO4_UDP || !h->first)
		return true;
	if (n < sizeof(*udp))
		return false;
	if (get_u16(udp->sum) != 0)
		return true;
	/* IPv6 wants one; that of a fragment cannot be known. */
	if (h->fragment)
		return false;
	sum = ip6_l4_csum(ip6->src, ip6->dst, IPPROTO4_UDP, l4, n);
	put_u16(udp->sum, sum == 0 ? 0xffff : sum);
	return true;
}

static bool
xlat46_is_error(const struct xlat_head *h, const struct packet *p)
{
	const uint8_t *type = p->data + h->skip;

	return h->proto == IPPROTO6_ICMP && p->length > h->skip &&
	       *type != ICMP_ECHO && *type != ICMP_ECHOREPLY;
}

struct packet *
xlat46(struct thread *t, struct packet *p)
{
	const struct ip4 *ip = (const struct ip4 *)(const void *)p->data;
	struct packet *q = NULL;
	struct xlat_head h;

	if (!xlat46_head(ip, p->length, &h) || h.skip + h.payload > p->length ||
	    (h.proto == IPPROTO6_ICMP && h.fragment))
		goto drop;
	packet_take(p, p->length - h.skip - h.payload);
	if (xlat46_is_error(&h, p)) {
		q = xlat46_make_error(t, p, &h);
		goto drop;
	}
	p = xlat_replace(t, p, &h);
	if (p == NULL)
		return NULL;
	if (!xlat46_payload(&h, p))
		goto drop;
	q = p;
	p = NULL;
drop:
	if (p != NULL)
		packet_kill(t, p);
	if (q == NULL)
		return NULL;
	packet_set_network(q, q->data, sizeof(struct ip6));
	anno_set_dst_ip6(q, packet_ip6(q)->dst);
	return q;
}
