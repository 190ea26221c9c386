/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_payload.c -- fields of summary dumps: what lies behind the headers. */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "base/md5.h"
#include "click/conf.h"
#include "elements/ip/ip_header.h"

enum payload_what { PAYLOAD_LEN, PAYLOAD, PAYLOAD_MD5, PAYLOAD_MD5_HEX };

/* Bytes of the header behind IP's, by what there is of it. */
static uint32_t
payload_header(const struct ip4 *ip, const uint8_t *h, int32_t there)
{
	if (!ip_header_first_fragment(ip))
		return 0;
	switch (ip->proto) {
	case IPPROTO4_TCP:
		if (there >= 13 && (h[12] >> 4) * 4u >= sizeof(struct tcp))
			return (h[12] >> 4) * 4u;
		return sizeof(struct tcp);
	case IPPROTO4_UDP:
	case IPPROTO4_UDPLITE:
		return sizeof(struct udp);
	default:
		return 0;
	}
}

/* ---- out of packets ---- */

/*
 * Where the payload begins, which may be behind what was captured, and how
 * long it is by the IP header.
 */
static void
payload_find(const struct ipsum_out *o, uint32_t *offset, uint32_t *length)
{
	const struct ip4 *ip = o->ip;
	uint32_t headers, total;

	*offset = 0;
	*length = o->length;
	if (ip == NULL)
		return;
	headers = ip4_hlen(ip);
	if (o->network_length >= 10 && o->p->transport >= 0)
		headers += payload_header(
		    ip, packet_transport(o->p), o->transport_length);
	total = get_be16(ip->len);
	*offset = (uint32_t)packet_network_offset(o->p) + headers;
	*length = total > headers ? total - headers : 0;
}

static bool
payload_get_length(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint32_t offset, length;

	(void)f;
	payload_find(o, &offset, &length);
	if (o->ip == NULL || o->use_extra_length)
		length += o->extra_length;
	v->n = length;
	return true;
}

/* What there is of it. */
static bool
payload_get(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint32_t offset, length;

	(void)f;
	payload_find(o, &offset, &length);
	if (length == 0) {
		v->s = STR("");
		return true;
	}
	/* An offset before data, of a header that was stripped, is huge. */
	if (offset >= o->p->length)
		return false;
	if (offset >= o->length)
		length = 0;
	else if (length > o->length - offset)
		length = o->length - offset;
	v->s = str_make((const char *)o->p->data + offset, length);
	return true;
}

static bool
payload_get_md5(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint8_t digest[16];
	size_t start = o->work.n;

	if (!payload_get(o, f, v))
		return false;
	md5(v->s.s, v->s.n, digest);
	sb_add(&o->work, str_make((const char *)digest, sizeof(digest)));
	v->s = str_from(sb_str(&o->work), start);
	return v->s.n == sizeof(digest);
}

/* 22 letters of six bits each, the low ones of the first byte first. */
static void
payload_print_md5(struct strbuf *sb, struct str digest)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
	                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@";

	for (unsigned int bit = 0; bit < 128; bit += 6) {
		unsigned int at = bit / 8;
		unsigned int x = (uint8_t)digest.s[at];

		if (at + 1 < digest.n)
			x |= (unsigned int)(uint8_t)digest.s[at + 1] << 8;
		sb_addc(sb, letters[x >> bit % 8 & 63]);
	}
}

static void
payload_print(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	if (f->what == PAYLOAD)
		conf_quote(sb, v->s, false);
	else if (f->what == PAYLOAD_MD5)
		payload_print_md5(sb, v->s);
	else
		for (size_t i = 0; i < v->s.n; i++)
			sb_printf(sb, "%02x", (uint8_t)v->s.s[i]);
}

/* ---- into packets ---- */

static bool
payload_parse(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	struct arena mem = ARENA_INIT;

	(void)f;
	sb_clear(&in->work);
	if (conf_unquote(s, &mem, &s) == 0)
		sb_add(&in->work, s);
	else
		in->work.oom = true;
	arena_fini(&mem);
	v->s = sb_str(&in->work);
	return !in->work.oom;
}

/* Makes room for n (of delta) bytes of padding at position at. */
static bool
payload_insert(struct ipsum_in *in, int32_t at, uint32_t n)
{
	uint8_t *from;
	size_t behind;

	if (n == 0 || !ipsum_grow(in, n))
		return false;
	from = in->p->head + at;
	behind = (size_t)(packet_end(in->p) - from) - n;
	memmove(from + n, from, behind);
	memset(from, 0, n);
	return true;
}

/* Padding of whole words that a header of 20 bytes still has room for. */
static uint32_t
payload_padding(uint32_t delta)
{
	uint32_t n = delta & ~3u;

	return n < IPSUM_OPTIONS_MAX ? n : IPSUM_OPTIONS_MAX;
}

/*
 * A dump that gives both the packet's and the payload's length, and they do
 * not agree: there were options that it does not tell, TCP's rather than IP's.
 */
static void
payload_pad_headers(struct ipsum_in *in, uint32_t delta)
{
	struct ip4 *ip = packet_ip4(in->p);
	const struct tcp *tcp = ipsum_transport_header(in, sizeof(*tcp));
	uint32_t n = payload_padding(delta);

	if (ip->proto == IPPROTO4_TCP && ip_header_first_fragment(ip) &&
	    tcp != NULL && !in->have_tcp_hl && tcp_hlen(tcp) == sizeof(*tcp)) {
		if (payload_insert(
		        in, in->p->transport + (int32_t)sizeof(*tcp), n)) {
			struct tcp *h = ipsum_transport_header(in, 20);

			h->off = (uint8_t)((h->off & 15) | (20 + n) / 4 << 4);
		}
		delta -= n;
	}
	n = payload_padding(delta);
	if (in->p == NULL || in->have_ip_hl ||
	    ip4_hlen(packet_ip4(in->p)) != sizeof(*ip) ||
	    !payload_insert(in, in->p->network + (int32_t)sizeof(*ip), n))
		return;
	packet_ip4(in->p)->vhl = (uint8_t)(0x40 | (20 + n) / 4);
	packet_set_network(in->p, packet_network(in->p), 20 + n);
}

/* The headers, and then n bytes that begin at the offset returned. */
static uint32_t
payload_place(struct ipsum_in *in, uint32_t n)
{
	const struct ip4 *ip;
	uint32_t offset, length;

	if (in->not_ip || in->p->network < 0) {
		in->want_length = in->p->length + n;
		return in->p->length;
	}
	ip = packet_ip4(in->p);
	offset = (uint32_t)packet_transport_offset(in->p) +
	         payload_header(ip, packet_transport(in->p),
	             packet_transport_length(in->p));
	length = in->want_length;
	if (length == 0)
		in->want_length = offset + n;
	else if (length > offset + n && length < PACKET_MAX)
		payload_pad_headers(in, length - (offset + n));
	return offset;
}

static void
payload_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint32_t n = f->what == PAYLOAD ? (uint32_t)v->s.n : (uint32_t)v->n;
	uint32_t offset;

	if (f->what == PAYLOAD && n == 0)
		return;
	if (ipsum_make_ip(in, 0))
		(void)ipsum_make_transport(in); /* it need not have one */
	if (in->p == NULL)
		return;
	offset = payload_place(in, n);
	if (in->p == NULL || f->what == PAYLOAD_LEN)
		return;
	if (!in->not_ip && in->p->network >= 0)
		offset =
		    (uint32_t)packet_transport_offset(in->p) +
		    payload_header(packet_ip4(in->p), packet_transport(in->p),
		        packet_transport_length(in->p));
	if (offset + n > in->p->length &&
	    !ipsum_grow(in, offset + n - in->p->length))
		return;
	memcpy(in->p->data + offset, v->s.s, n);
}

static const struct ipsum_field payload_fields[] = {
	{ .name = "payload_len",
	    .type = IPSUM_U32,
	    .order = IPSUM_ORDER_PAYLOAD + 1,
	    .what = PAYLOAD_LEN,
	    .prepare = true,
	    .get = payload_get_length,
	    .put = payload_put },
	{ .name = "payload",
	    .type = IPSUM_TEXT,
	    .order = IPSUM_ORDER_PAYLOAD,
	    .what = PAYLOAD,
	    .prepare = true,
	    .get = payload_get,
	    .print = payload_print,
	    .parse = payload_parse,
	    .put = payload_put },
	{ .name = "payload_md5",
	    .type = IPSUM_DIGEST,
	    .what = PAYLOAD_MD5,
	    .prepare = true,
	    .get = payload_get_md5,
	    .print = payload_print },
	{ .name = "payload_md5_hex",
	    .type = IPSUM_DIGEST,
	    .what = PAYLOAD_MD5_HEX,
	    .prepare = true,
	    .get = payload_get_md5,
	    .print = payload_print },
};

const struct ipsum_fields ipsum_payload_fields = { payload_fields,
	ARRAY_SIZE(payload_fields) };
