/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_field.c -- names and texts of pieces of headers. */
#include "elements/analysis/ip_field.h"

#include "base/compiler.h"
#include "base/proto.h"
#include "click/nameinfo.h"
#include "elements/analysis/ipsum.h"

enum { IP_FIELD_BITS_MAX = 512, IP_FIELD_OFFSET_MAX = 0x1fff };

static const struct ip_field_name {
	const char *name;
	struct ip_field field;
} ip_field_names[] = {
	{ "df", { 0, 49, 1 } },
	{ "dscp", { 0, 8, 6 } },
	{ "dst", { 0, 128, 32 } },
	{ "ecn", { 0, 14, 2 } },
	{ "fragoff", { 0, 51, 13 } },
	{ "hl", { 0, 4, 4 } },
	{ "id", { 0, 32, 16 } },
	{ "len", { 0, 16, 16 } },
	{ "mf", { 0, 50, 1 } },
	{ "off", { 0, 48, 16 } },
	{ "proto", { 0, 72, 8 } },
	{ "rf", { 0, 48, 1 } },
	{ "src", { 0, 96, 32 } },
	{ "sum", { 0, 80, 16 } },
	{ "tos", { 0, 8, 8 } },
	{ "ttl", { 0, 64, 8 } },
	{ "vers", { 0, 0, 4 } },
	{ "dport", { IPPROTO4_UDP, 16, 16 } },
	{ "len", { IPPROTO4_UDP, 32, 16 } },
	{ "sport", { IPPROTO4_UDP, 0, 16 } },
	{ "sum", { IPPROTO4_UDP, 48, 16 } },
	{ "ack", { IPPROTO4_TCP, 107, 1 } },
	{ "ackno", { IPPROTO4_TCP, 64, 32 } },
	{ "dport", { IPPROTO4_TCP, 16, 16 } },
	{ "fin", { IPPROTO4_TCP, 111, 1 } },
	{ "flags", { IPPROTO4_TCP, 104, 8 } },
	{ "hl", { IPPROTO4_TCP, 96, 4 } },
	{ "psh", { IPPROTO4_TCP, 108, 1 } },
	{ "push", { IPPROTO4_TCP, 108, 1 } },
	{ "rst", { IPPROTO4_TCP, 109, 1 } },
	{ "seq", { IPPROTO4_TCP, 32, 32 } },
	{ "seqno", { IPPROTO4_TCP, 32, 32 } },
	{ "sport", { IPPROTO4_TCP, 0, 16 } },
	{ "sum", { IPPROTO4_TCP, 128, 16 } },
	{ "syn", { IPPROTO4_TCP, 110, 1 } },
	{ "urg", { IPPROTO4_TCP, 106, 1 } },
	{ "urp", { IPPROTO4_TCP, 144, 16 } },
	{ "win", { IPPROTO4_TCP, 112, 16 } },
	{ "code", { IPPROTO4_ICMP, 8, 8 } },
	{ "sum", { IPPROTO4_ICMP, 16, 16 } },
	{ "type", { IPPROTO4_ICMP, 0, 8 } },
	{ "dport", { IP_FIELD_TCPUDP, 16, 16 } },
	{ "sport", { IP_FIELD_TCPUDP, 0, 16 } },
};

/* Both are found beside IP's own names, and mean TCP's or UDP's. */
static bool
ip_field_find(uint32_t proto, struct str name, struct ip_field *f)
{
	if (proto == IP_FIELD_IP &&
	    (str_is(name, "sport") || str_is(name, "dport")))
		proto = IP_FIELD_TCPUDP;
	for (size_t i = 0; i < ARRAY_SIZE(ip_field_names); i++)
		if (ip_field_names[i].field.proto == proto &&
		    str_is(name, ip_field_names[i].name)) {
			*f = ip_field_names[i].field;
			return true;
		}
	return false;
}

/* ---- parsing ---- */

static void
ip_field_space(struct str *s)
{
	while (s->n > 0 && char_space(s->s[0]))
		*s = str_from(*s, 1);
}

/* Passes over what and the space around it. */
static bool
ip_field_skip(struct str *s, const char *what)
{
	struct str t = *s;

	ip_field_space(&t);
	if (!ipsum_skip(&t, what))
		return false;
	ip_field_space(&t);
	*s = t;
	return true;
}

/* A word that ends at a space or one of the delimiters. */
static struct str
ip_field_word(struct str *s, const char *delimiters)
{
	size_t n = 0;
	struct str word;

	while (n < s->n && !char_space(s->s[n]) &&
	       memchr(delimiters, s->s[n], strlen(delimiters)) == NULL)
		n++;
	word = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	return word;
}

/* "ip proto 47", "ip", "tcp": whose header. */
static bool
ip_field_header(struct str *s, uint32_t *proto, struct element *e)
{
	struct str t = *s;
	struct str word;

	if (ip_field_skip(&t, "ip proto") && ipsum_number(&t, 255, proto)) {
		*s = t;
		return true;
	}
	t = *s;
	if (ipsum_skip(&t, "ip") &&
	    (t.n == 0 || (!char_alnum(t.s[0]) && t.s[0] != '_'))) {
		*proto = IP_FIELD_IP;
		*s = t;
		return true;
	}
	t = *s;
	word = ip_field_word(&t, "");
	if (!name_query(NAME_IP_PROTO, e, word, proto, sizeof(*proto)))
		return false;
	*s = t;
	return true;
}

/*
 * "[8:2]", "[8-9]", "[8]" in bytes, "{}" in bits: false if there is none.  A
 * length of 0 is a bad one.
 */
static bool
ip_field_range(struct str *s, struct ip_field *f)
{
	struct str t = *s;
	bool bytes = ip_field_skip(&t, "["), range;
	uint32_t a, b = 1, unit = bytes ? 8 : 1;

	if ((!bytes && !ip_field_skip(&t, "{")) ||
	    !ipsum_number(&t, IP_FIELD_OFFSET_MAX, &a))
		return false;
	range = ip_field_skip(&t, "-");
	if ((range || ip_field_skip(&t, ":")) &&
	    !ipsum_number(&t, IP_FIELD_OFFSET_MAX, &b))
		return false;
	if (range)
		b = b < a ? 0 : b - a + 1;
	if (!ip_field_skip(&t, bytes ? "]" : "}"))
		return false;
	f->offset = a * unit;
	f->length = b * unit;
	*s = t;
	return true;
}

/* "/8": the top bits. */
static bool
ip_field_prefix(struct str *s, struct ip_field *f)
{
	uint32_t n;

	if (!ip_field_skip(s, "/"))
		return true;
	if (!ipsum_number(s, f->length, &n))
		return false;
	f->length = n;
	return true;
}

/* "& 0xff0": bits in a row. */
static bool
ip_field_mask(struct str *s, struct ip_field *f)
{
	uint32_t mask, low, high;

	if (!ip_field_skip(s, "&"))
		return true;
	if (!ipsum_number(s, UINT32_MAX, &mask) || mask == 0)
		return false;
	low = (uint32_t)__builtin_ctz(mask);
	high = 32 - (uint32_t)__builtin_clz(mask);
	/* One run of ones: one more in its last place carries through. */
	if (((mask >> low) & ((mask >> low) + 1)) != 0 || high > f->length)
		return false;
	f->offset += f->length - high;
	f->length = high - low;
	return true;
}

int
ip_field_parse(
    struct ip_field *f, struct str *s, struct element *e, struct errh *errh)
{
	struct ip_field whole = { 0, 0, 0 }, part = { 0, 0, 0 };
	uint32_t proto = 0;
	struct str t = *s, behind;
	bool named, ranged;

	if (!ip_field_header(&t, &proto, e))
		goto expected;
	behind = t;
	ip_field_space(&behind);
	named = ip_field_find(proto, ip_field_word(&behind, "/[{&"), &whole);
	if (named)
		t = behind;
	ranged = ip_field_range(&t, &part);
	if (!named && !ranged)
		goto expected;
	if (!named)
		whole = (struct ip_field){ proto, 0, IP_FIELD_OFFSET_MAX };
	if (ranged) {
		if (part.length == 0 || part.length > IP_FIELD_BITS_MAX ||
		    part.offset + part.length > whole.length)
			return errh_error(
			    errh, "bad offset or length in TCP/IP field");
		whole.offset += part.offset;
		whole.length = part.length;
	}
	if (!ip_field_prefix(&t, &whole) || !ip_field_mask(&t, &whole))
		return errh_error(errh, "bad prefix or mask in TCP/IP field");
	*f = whole;
	*s = t;
	return 0;

expected:
	return errh_error(errh, "expected 'HEADER [NAME] [{OFFSET:LENGTH}] "
	                        "[/PREFIX] [& MASK]'");
}

/* ---- printing ---- */

static const char *
ip_field_name(uint32_t proto, uint32_t offset, uint32_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip_field_names); i++) {
		const struct ip_field *f = &ip_field_names[i].field;

		if (f->proto == proto && f->offset == offset &&
		    f->length == length)
			return ip_field_names[i].name;
	}
	return NULL;
}

static void
ip_field_print_header(struct strbuf *sb, uint32_t proto, struct element *e)
{
	struct str name = name_reverse(NAME_IP_PROTO, e, &proto, sizeof(proto));

	if (proto == IP_FIELD_IP)
		sb_adds(sb, "ip");
	else if (name.n > 0)
		sb_add(sb, name);
	else
		sb_printf(sb, "ip proto %u", proto);
}

void
ip_field_print(struct strbuf *sb, const struct ip_field *f, struct element *e)
{
	uint32_t offset = f->offset, length = f->length;
	const char *name = ip_field_name(f->proto, offset, length);

	ip_field_print_header(sb, f->proto, e);
	if (name != NULL) {
		sb_printf(sb, " %s", name);
		return;
	}
	/* A part of a field that has a name. */
	for (uint32_t c = 8; c < 64 && length > 0; c *= 2) {
		if (offset / c != (offset + length - 1) / c)
			continue;
		name = ip_field_name(f->proto, offset & ~(c - 1), c);
		if (name == NULL)
			continue;
		sb_printf(sb, " %s", name);
		offset &= c - 1;
		if (offset == 0) {
			sb_printf(sb, "/%u", length);
			return;
		}
		break;
	}
	if (offset % 8 == 0 && length == 8)
		sb_printf(sb, "[%u]", offset / 8);
	else if (offset % 8 == 0 && length % 8 == 0)
		sb_printf(sb, "[%u:%u]", offset / 8, length / 8);
	else if (length == 1)
		sb_printf(sb, "{%u}", offset);
	else
		sb_printf(sb, "{%u:%u}", offset, length);
}
