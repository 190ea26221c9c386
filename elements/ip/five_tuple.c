/* SPDX-License-Identifier: BSD-3-Clause */
/* five_tuple.c -- see five_tuple.h. */
#include "elements/ip/five_tuple.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "elements/ip/quiet.h"

enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	NEXT_DESTINATION = 60,
	NEXT_MOBILITY = 135,
	PROTO_DCCP = 33,
	PROTO_SCTP = 132,
	PROTO_UDPLITE = 136,
};

static bool
five_tuple_has_ports(uint8_t proto)
{
	return proto == IPPROTO4_TCP || proto == IPPROTO4_UDP ||
	       proto == PROTO_SCTP || proto == PROTO_DCCP ||
	       proto == PROTO_UDPLITE;
}

static bool
five_tuple_read4(const uint8_t *bytes, uint32_t room, struct five_packet *out)
{
	const struct ip4 *ip = (const struct ip4 *)(const void *)bytes;
	uint32_t hlen, off;

	if (room < sizeof(*ip))
		return false;
	hlen = ip4_hlen(ip);
	out->length = get_be16(ip->len);
	if (hlen < sizeof(*ip) || hlen > room || out->length < hlen)
		return false;
	off = get_be16(ip->off);
	memcpy(out->id.src, ip->src, 4);
	memcpy(out->id.dst, ip->dst, 4);
	out->id.proto = ip->proto;
	out->id.version = 4;
	out->tos = ip->tos;
	out->fragment = (off & (IP4_MF | IP4_OFFMASK)) != 0;
	out->first = (off & IP4_OFFMASK) == 0;
	out->l4 = bytes + hlen;
	out->l4_length = (room < out->length ? room : out->length) - hlen;
	return true;
}

/*
 * Goes over one extension header at out->l4; its length, 0: it is none, -1: it
 * is cut short.
 */
static int
five_tuple_extension(struct five_packet *out)
{
	const uint8_t *h = out->l4;
	uint32_t n;

	switch (out->id.proto) {
	case NEXT_HOP_BY_HOP:
	case NEXT_ROUTING:
	case NEXT_DESTINATION:
	case NEXT_MOBILITY:
	case NEXT_FRAGMENT:
	case NEXT_AH:
		break;
	default:
		return 0;
	}
	/* Behind the header of a later fragment there is data. */
	if (!out->first)
		return 0;
	if (out->l4_length < 8)
		return -1;
	n = (h[1] + 1u) * 8;
	if (out->id.proto == NEXT_AH)
		n = (h[1] + 2u) * 4;
	if (out->id.proto == NEXT_FRAGMENT) {
		uint16_t off = get_be16(h + 2);

		n = 8;
		out->fragment = (off & 0xfff9) != 0;
		out->first = (off & 0xfff8) == 0;
	}
	if (n > out->l4_length)
		return -1;
	out->id.proto = h[0];
	return (int)n;
}

static bool
five_tuple_read6(const uint8_t *bytes, uint32_t room, struct five_packet *out)
{
	const struct ip6 *ip = (const struct ip6 *)(const void *)bytes;

	if (room < sizeof(*ip))
		return false;
	out->length = (uint32_t)sizeof(*ip) + get_be16(ip->plen);
	memcpy(out->id.src, ip->src, 16);
	memcpy(out->id.dst, ip->dst, 16);
	out->id.proto = ip->next;
	out->id.version = 6;
	out->tos = (uint8_t)(get_be32(ip->vtf) >> 20);
	out->first = true;
	out->l4 = bytes + sizeof(*ip);
	out->l4_length =
	    (room < out->length ? room : out->length) - (uint32_t)sizeof(*ip);
	for (unsigned int i = 0; i < FIVE_EXTENSIONS; i++) {
		int n = five_tuple_extension(out);

		if (n == 0)
			return true;
		if (n < 0)
			return false;
		out->l4 += n;
		out->l4_length -= (uint32_t)n;
	}
	return false;
}

bool
five_tuple_read(const uint8_t *ip, uint32_t room, struct five_packet *out)
{
	bool good = false;

	memset(out, 0, sizeof(*out));
	if (room > 0 && *ip >> 4 == 4)
		good = five_tuple_read4(ip, room, out);
	else if (room > 0 && *ip >> 4 == 6)
		good = five_tuple_read6(ip, room, out);
	if (good && out->first && out->l4_length >= 4 &&
	    five_tuple_has_ports(out->id.proto)) {
		out->id.sport = get_u16(out->l4);
		out->id.dport = get_u16(out->l4 + 2);
	}
	return good;
}

void
five_tuple_reverse(const struct five_tuple *id, struct five_tuple *reverse)
{
	struct five_tuple r = *id;

	memcpy(r.src, id->dst, sizeof(r.src));
	memcpy(r.dst, id->src, sizeof(r.dst));
	r.sport = id->dport;
	r.dport = id->sport;
	*reverse = r;
}

void
five_tuple_key(const struct five_tuple *id, uint64_t seed, struct flow_key *key)
{
	uint32_t kind = (uint32_t)id->version << 8 | id->proto;
	uint32_t ports = id->sport | (uint32_t)id->dport << 16;
	uint64_t addresses;

	if (id->version == 4)
		addresses = get_u32(id->src) | (uint64_t)get_u32(id->dst) << 32;
	else
		addresses = hash_bytes(id, 2 * sizeof(id->src), seed);
	flow_key_set(key, &addresses, &ports, kind);
}

void
five_tuple_print_address(
    const struct five_tuple *id, const uint8_t *addr, struct strbuf *out)
{
	struct ip6_addr a6;

	if (id->version == 4) {
		sb_ip4(out, get_u32(addr));
		return;
	}
	memcpy(&a6, addr, sizeof(a6));
	sb_ip6(out, &a6);
}

static void
five_tuple_print_end(const struct five_tuple *id, const uint8_t *addr,
    uint16_t port, struct strbuf *out)
{
	if (id->version == 6)
		sb_addc(out, '[');
	five_tuple_print_address(id, addr, out);
	if (id->version == 6)
		sb_addc(out, ']');
	sb_printf(out, ":%u", get_be16(&port));
}

void
five_tuple_print(const struct five_tuple *id, struct strbuf *out)
{
	switch (id->proto) {
	case IPPROTO4_TCP:
		sb_adds(out, "tcp ");
		break;
	case IPPROTO4_UDP:
		sb_adds(out, "udp ");
		break;
	case IPPROTO4_ICMP:
		sb_adds(out, "icmp ");
		break;
	case IPPROTO6_ICMP:
		sb_adds(out, "icmp6 ");
		break;
	default:
		sb_printf(out, "%u ", id->proto);
		break;
	}
	five_tuple_print_end(id, id->src, id->sport, out);
	sb_adds(out, " > ");
	five_tuple_print_end(id, id->dst, id->dport, out);
}

static bool
five_tuple_parse_address(
    struct element *e, struct str text, uint8_t *addr, uint8_t *version)
{
	if (arg_quiet(&arg_type_ip4, text, addr, e))
		*version = 4;
	else if (arg_quiet(&arg_type_ip6, text, addr, e))
		*version = 6;
	else
		return false;
	return true;
}

bool
five_tuple_parse(struct element *e, struct str text, struct five_tuple *id)
{
	struct five_tuple new_;
	uint16_t sport, dport;
	uint8_t version = 0;
	struct str proto;

	memset(&new_, 0, sizeof(new_));
	if (!five_tuple_parse_address(
	        e, str_word(&text), new_.src, &new_.version) ||
	    !five_tuple_parse_address(e, str_word(&text), new_.dst, &version) ||
	    version != new_.version)
		return false;
	proto = str_word(&text);
	if (proto.n > 0) {
		if (!arg_quiet(&arg_type_ip_proto, proto, &new_.proto, e) ||
		    !arg_quiet(&arg_type_u16, str_word(&text), &sport, e) ||
		    !arg_quiet(&arg_type_u16, str_word(&text), &dport, e))
			return false;
		put_be16(&new_.sport, sport);
		put_be16(&new_.dport, dport);
	}
	if (str_trim(text).n > 0)
		return false;
	*id = new_;
	return true;
}
