/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_ip.c -- fields of summary dumps: the IPv4 header (RFC 791). */
#include "elements/analysis/ipsum.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "click/conf.h"
#include "click/nameinfo.h"
#include "elements/ip/ip_header.h"

enum ip_what {
	IP_SRC,
	IP_DST,
	IP_TOS,
	IP_DSCP,
	IP_ECN,
	IP_TTL,
	IP_FRAG,
	IP_FRAGOFF,
	IP_ID,
	IP_SUM,
	IP_PROTO,
	IP_OPT,
	IP_LEN,
	IP_CAPTURE_LEN,
	IP_HL,
};

/* How many bytes of the header a field needs to be there. */
static const uint8_t ip_needs[] = {
	[IP_SRC] = 16,
	[IP_DST] = 20,
	[IP_TOS] = 2,
	[IP_DSCP] = 2,
	[IP_ECN] = 2,
	[IP_TTL] = 9,
	[IP_FRAG] = 8,
	[IP_FRAGOFF] = 8,
	[IP_ID] = 6,
	[IP_SUM] = 12,
	[IP_PROTO] = 10,
	[IP_HL] = 1,
};

/* ---- out of packets ---- */

static uint64_t
ip_value(const struct ip4 *ip, enum ip_what what)
{
	switch (what) {
	case IP_SRC:
		return get_u32(ip->src);
	case IP_DST:
		return get_u32(ip->dst);
	case IP_TOS:
		return ip->tos;
	case IP_DSCP:
		return ip->tos >> 2;
	case IP_ECN:
		return ip->tos & 3;
	case IP_TTL:
		return ip->ttl;
	case IP_FRAG:
		if (ip_header_fragment(ip))
			return ip_header_first_fragment(ip) ? 'F' : 'f';
		return (get_be16(ip->off) & IP4_DF) != 0 ? '!' : '.';
	case IP_FRAGOFF:
		return get_be16(ip->off);
	case IP_ID:
		return get_be16(ip->id);
	case IP_SUM:
		return get_be16(ip->sum);
	case IP_PROTO:
		return ip->proto;
	default: /* IP_HL */
		return ip4_hlen(ip);
	}
}

static bool
ip_get(struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	int32_t needs = ip_needs[f->what];

	if (o->ip == NULL || o->network_length < needs)
		return ipsum_missing(o, IPSUM_IP, needs);
	v->n = ip_value(o->ip, (enum ip_what)f->what);
	return true;
}

static bool
ip_get_length(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint32_t there =
	    o->ip == NULL ? o->length : (uint32_t)o->network_length;

	v->n = o->ip == NULL ? o->length : get_be16(o->ip->len);
	if (f->what == IP_CAPTURE_LEN)
		v->n = v->n < there ? v->n : there;
	else if (o->use_extra_length)
		v->n = (uint32_t)(v->n + o->extra_length);
	return true;
}

static bool
ip_get_options(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint32_t hlen = o->ip == NULL ? 0 : ip4_hlen(o->ip);

	(void)f;
	if (o->ip == NULL || o->network_length < (int32_t)hlen)
		return ipsum_missing(o, IPSUM_IP, (int32_t)hlen);
	v->s = str_make((const char *)(o->ip + 1), hlen - sizeof(*o->ip));
	return true;
}

static void
ip_print(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	/* 01 is ECT(1) and 10 is ECT(0): RFC 3168, 5. */
	static const char ecn[][5] = { "no", "ect1", "ect2", "ce" };

	(void)o;
	switch ((enum ip_what)f->what) {
	case IP_FRAG:
		sb_addc(sb, (char)v->n);
		break;
	case IP_FRAGOFF:
		sb_u64(sb, (v->n & IP4_OFFMASK) * 8);
		if ((v->n & IP4_MF) != 0)
			sb_addc(sb, '+');
		if ((v->n & IP4_DF) != 0)
			sb_addc(sb, '!');
		break;
	case IP_PROTO:
		if (v->n == IPPROTO4_TCP || v->n == IPPROTO4_UDP)
			sb_addc(sb, v->n == IPPROTO4_TCP ? 'T' : 'U');
		else if (v->n == IPPROTO4_ICMP)
			sb_addc(sb, 'I');
		else
			sb_u64(sb, v->n);
		break;
	case IP_ECN:
		sb_adds(sb, ecn[v->n & 3]);
		break;
	case IP_OPT:
		ipsum_ipopt_print(sb, v->s, IPSUM_OPT_DATA);
		break;
	default: /* IP_SRC, IP_DST */
		sb_ip4(sb, (uint32_t)v->n);
		break;
	}
}

/* ---- into packets ---- */

static bool
ip_parse_addr(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	uint32_t addr;

	(void)f;
	if (!ip4_parse(s, &addr) &&
	    !name_query(NAME_IP4_ADDR, in->e, s, &addr, sizeof(addr)))
		return false;
	v->n = addr;
	return true;
}

/* An offset with + (more follow) and ! (do not fragment) behind it. */
static bool
ip_parse_fragoff(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	uint32_t n;

	(void)f;
	if (!ipsum_number(&s, 0xffff, &n))
		return false;
	/* Version 1.0 counted in units of 8 bytes. */
	n = in->minor > 0 ? n / 8 : n & IP4_OFFMASK;
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] != '!' && s.s[i] != '+')
			return false;
		n |= s.s[i] == '!' ? IP4_DF : IP4_MF;
	}
	v->n = n;
	return true;
}

enum { IP_FRAG_EXACT = 1 << 16 }; /* beside an offset: it is no letter */

/* One of the letters, or an offset. */
static bool
ip_parse_frag(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	if (s.n == 1 && memchr(".!Ff", s.s[0], 4) != NULL) {
		v->n = (uint8_t)s.s[0];
		return true;
	}
	if (!ip_parse_fragoff(in, f, s, v))
		return false;
	v->n |= IP_FRAG_EXACT;
	return true;
}

static bool
ip_parse_proto(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	bool overflow = false;

	(void)in;
	(void)f;
	if (str_is(s, "T"))
		v->n = IPPROTO4_TCP;
	else if (str_is(s, "U"))
		v->n = IPPROTO4_UDP;
	else if (str_is(s, "I"))
		v->n = IPPROTO4_ICMP;
	else
		return conf_u64(s, 0, &v->n, &overflow) && !overflow &&
		       v->n < 256;
	return true;
}

static bool
ip_parse_ecn(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	static const struct {
		const char *name;
		uint8_t ecn;
	} names[] = { { "no", 0 }, { "0", 0 }, { "ect1", 1 }, { "ECT(1)", 1 },
		{ "1", 1 }, { "ect2", 2 }, { "ECT(0)", 2 }, { "2", 2 },
		{ "ce", 3 }, { "CE", 3 }, { "3", 3 } };

	(void)in;
	(void)f;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is(s, names[i].name)) {
			v->n = names[i].ecn;
			return true;
		}
	return false;
}

static bool
ip_parse_options(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	(void)f;
	sb_clear(&in->work);
	if (!ipsum_ipopt_parse(&in->work, s))
		return false;
	v->s = sb_str(&in->work);
	return !in->work.oom;
}

static void
ip_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct ip4 *ip;

	if (!ipsum_make_ip(in, 0))
		return;
	ip = packet_ip4(in->p);
	switch ((enum ip_what)f->what) {
	case IP_SRC:
		put_u32(ip->src, (uint32_t)v->n);
		break;
	case IP_DST:
		put_u32(ip->dst, (uint32_t)v->n);
		break;
	case IP_TOS:
		ip->tos = (uint8_t)v->n;
		break;
	case IP_DSCP:
		ip->tos = (uint8_t)((ip->tos & 3) | v->n << 2);
		break;
	case IP_ECN:
		ip->tos = (uint8_t)((ip->tos & ~3u) | (v->n & 3));
		break;
	case IP_TTL:
		ip->ttl = (uint8_t)v->n;
		break;
	case IP_FRAGOFF:
		put_be16(ip->off, (uint16_t)v->n);
		break;
	case IP_ID:
		put_be16(ip->id, (uint16_t)v->n);
		break;
	case IP_SUM:
		put_be16(ip->sum, (uint16_t)v->n);
		break;
	case IP_PROTO:
		ip->proto = (uint8_t)v->n;
		break;
	case IP_LEN:
		in->want_length =
		    (uint32_t)v->n + (uint32_t)packet_network_offset(in->p);
		break;
	default: /* the captured length is what it turns out to be */
		break;
	}
}

static uint16_t
ip_frag_offset(uint64_t n)
{
	switch (n) {
	case '!':
		return IP4_DF;
	case 'F':
		return IP4_MF;
	case 'f':
		return 100; /* it is not known: any but 0 */
	default:
		return (n & IP_FRAG_EXACT) != 0 ? (uint16_t)n : 0;
	}
}

static void
ip_put_frag(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	(void)f;
	if (ipsum_make_ip(in, 0))
		put_be16(packet_ip4(in->p)->off, ip_frag_offset(v->n));
}

/* Makes the header hlen bytes long, if it is shorter. */
static bool
ip_put_hlen(struct ipsum_in *in, uint32_t hlen)
{
	uint32_t old = ip4_hlen(packet_ip4(in->p));
	int32_t more = (int32_t)hlen - packet_network_length(in->p);

	if (hlen <= old)
		return true;
	if (more > 0 && !ipsum_grow(in, (uint32_t)more))
		return false;
	packet_set_network(in->p, packet_network(in->p), hlen);
	packet_ip4(in->p)->vhl = (uint8_t)(0x40 | hlen / 4);
	return true;
}

static void
ip_put_header_length(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint32_t hlen = ((uint32_t)v->n + 3) & ~3u;

	(void)f;
	in->have_ip_hl = true;
	if (ipsum_make_ip(in, 0))
		(void)ip_put_hlen(in, hlen < 60 ? hlen : 60); /* in->p tells */
}

static void
ip_put_options(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint32_t n = (uint32_t)v->s.n;

	(void)f;
	in->have_ip_hl = true;
	if (n == 0 || n > IPSUM_OPTIONS_MAX || !ipsum_make_ip(in, 0) ||
	    !ip_put_hlen(in, (sizeof(struct ip4) + n + 3) & ~3u))
		return;
	memcpy(packet_ip4(in->p) + 1, v->s.s, n);
}

/* ---- the table ---- */

#define IP_FIELD(n, t, o, w, ...)                                              \
	{                                                                      \
		.name = n, .type = t, .order = IPSUM_ORDER_NET + (o),          \
		.what = w, .prepare = true, __VA_ARGS__                        \
	}

static const struct ipsum_field ip_fields[] = {
	IP_FIELD("ip_src", IPSUM_ADDR, 0, IP_SRC, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_addr, .put = ip_put),
	IP_FIELD("ip_dst", IPSUM_ADDR, 0, IP_DST, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_addr, .put = ip_put),
	IP_FIELD("ip_tos", IPSUM_U8, 0, IP_TOS, .get = ip_get, .put = ip_put),
	IP_FIELD("ip_dscp", IPSUM_U8, 0, IP_DSCP, .get = ip_get, .put = ip_put),
	IP_FIELD("ip_ecn", IPSUM_U8, 0, IP_ECN, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_ecn, .put = ip_put),
	IP_FIELD("ip_ttl", IPSUM_U8, 0, IP_TTL, .get = ip_get, .put = ip_put),
	/* The exact offset comes last, and wins. */
	IP_FIELD("ip_frag", IPSUM_U8, -2, IP_FRAG, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_frag, .put = ip_put_frag),
	IP_FIELD("ip_fragoff", IPSUM_U16, -1, IP_FRAGOFF, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_fragoff, .put = ip_put),
	IP_FIELD("ip_id", IPSUM_U16, 0, IP_ID, .get = ip_get, .put = ip_put),
	IP_FIELD("ip_sum", IPSUM_U16, 2, IP_SUM, .get = ip_get, .put = ip_put),
	IP_FIELD("ip_proto", IPSUM_U8, 0, IP_PROTO, .get = ip_get,
	    .print = ip_print, .parse = ip_parse_proto, .put = ip_put),
	IP_FIELD("ip_hl", IPSUM_U8, -1, IP_HL, .get = ip_get,
	    .put = ip_put_header_length),
	IP_FIELD("ip_len", IPSUM_U32, 1, IP_LEN, .get = ip_get_length,
	    .put = ip_put),
	IP_FIELD("ip_capture_len", IPSUM_U32, 3, IP_CAPTURE_LEN,
	    .get = ip_get_length, .put = ip_put),
	IP_FIELD("ip_opt", IPSUM_BYTES, 0, IP_OPT, .get = ip_get_options,
	    .print = ip_print, .parse = ip_parse_options,
	    .put = ip_put_options),
};

const struct ipsum_fields ipsum_ip_fields = { ip_fields,
	ARRAY_SIZE(ip_fields) };
