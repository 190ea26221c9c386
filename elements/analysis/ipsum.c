/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum.c -- fields of summary dumps: names, text and bytes of values. */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "base/stamp.h"
#include "click/conf.h"

/* ---- names ---- */

static const struct ipsum_fields *const ipsum_layers[] = {
	&ipsum_ip_fields,
	&ipsum_transport_fields,
	&ipsum_anno_fields,
	&ipsum_tcp_fields,
	&ipsum_payload_fields,
	&ipsum_icmp_fields,
	&ipsum_link_fields,
};

static const struct {
	const char *name, *field;
} ipsum_synonyms[] = {
	{ "utimestamp", "timestamp" },
	{ "ts", "timestamp" },
	{ "sec", "ts_sec" },
	{ "usec", "ts_usec" },
	{ "usec1", "ts_usec1" },
	{ "first_utimestamp", "first_timestamp" },
	{ "first_ts", "first_timestamp" },
	{ "pkt_count", "count" },
	{ "packet_count", "count" },
	{ "agg", "aggregate" },
	{ "wire_length", "wire_len" },
	{ "length", "ip_len" },
	{ "ip_p", "ip_proto" },
	{ "tcp_seqno", "tcp_seq" },
	{ "tcp_ackno", "tcp_ack" },
	{ "tcp_win", "tcp_window" },
	{ "ether_src", "eth_src" },
	{ "ether_dst", "eth_dst" },
	{ "ether_type", "eth_type" },
	{ "payload_length", "payload_len" },
};

const struct ipsum_field ipsum_no_field = { .name = "none" };

static const struct ipsum_field *
ipsum_find_exact(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(ipsum_synonyms); i++)
		if (str_is(name, ipsum_synonyms[i].name))
			name = str_of(ipsum_synonyms[i].field);
	for (size_t l = 0; l < ARRAY_SIZE(ipsum_layers); l++)
		for (size_t i = 0; i < ipsum_layers[l]->n; i++)
			if (str_is(name, ipsum_layers[l]->v[i].name))
				return &ipsum_layers[l]->v[i];
	return NULL;
}

const struct ipsum_field *
ipsum_find(struct str name)
{
	const struct ipsum_field *f = ipsum_find_exact(name);
	char buf[64] = "ip_", *s = buf + 3;

	if (f != NULL || !str_copy(name, s, sizeof(buf) - 3))
		return f;
	for (char *c = s; *c != '\0'; c++)
		if (*c == ' ')
			*c = '_';
	f = ipsum_find_exact(str_of(s));
	if (f == NULL && strchr(s, '_') == NULL)
		f = ipsum_find_exact(str_of(buf));
	return f;
}

/* ---- text ---- */

void
ipsum_print(struct ipsum_out *o, const struct ipsum_field *f, struct strbuf *sb)
{
	struct ipsum_value v = { .n = 0 };

	if (!f->get(o, f, &v))
		sb_addc(sb, '-');
	else if (f->print != NULL)
		f->print(o, f, &v, sb);
	else
		sb_u64(sb, v.n);
}

static uint64_t
ipsum_max(enum ipsum_type type)
{
	switch (type) {
	case IPSUM_U8:
		return UINT8_MAX;
	case IPSUM_U16:
		return UINT16_MAX;
	case IPSUM_U64:
		return UINT64_MAX;
	default:
		return UINT32_MAX;
	}
}

bool
ipsum_read(struct ipsum_in *in, const struct ipsum_field *f, struct str s)
{
	struct ipsum_value v = { .n = 0 };
	bool overflow = false;

	if (f->put == NULL || s.n == 0 || str_is(s, "-"))
		return false;
	if (f->parse != NULL) {
		if (!f->parse(in, f, s, &v))
			return false;
	} else if (!conf_u64(s, 0, &v.n, &overflow) || overflow ||
	           v.n > ipsum_max(f->type)) {
		return false;
	}
	f->put(in, f, &v);
	return true;
}

bool
ipsum_number(struct str *s, uint32_t max, uint32_t *n)
{
	uint64_t x;
	size_t end = 0;
	bool overflow = false;

	while (end < s->n && end < 24 && char_alnum(s->s[end]))
		end++;
	/* As much of it as is a number: "5rr" is 5. */
	while (end > 0 && !conf_u64(str_sub(*s, 0, end), 0, &x, &overflow))
		end--;
	if (end == 0 || overflow || x > max)
		return false;
	*n = (uint32_t)x;
	*s = str_from(*s, end);
	return true;
}

/* ---- bytes ---- */

/* How many bytes a type has in a record; of BYTES the least. */
static size_t
ipsum_size(enum ipsum_type type)
{
	static const uint8_t sizes[] = {
		[IPSUM_NONE] = 0,
		[IPSUM_U8] = 1,
		[IPSUM_U16] = 2,
		[IPSUM_U32] = 4,
		[IPSUM_U64] = 8,
		[IPSUM_ADDR] = 4,
		[IPSUM_MAC] = 6,
		[IPSUM_DIGEST] = 16,
		[IPSUM_USTAMP] = 8,
		[IPSUM_NSTAMP] = 8,
		[IPSUM_BYTES] = 1,
		[IPSUM_TEXT] = 0,
	};

	return sizes[type];
}

/* The bytes of a time: seconds and a part of one. */
static void
ipsum_pack_stamp(uint8_t *to, int64_t ns, int64_t unit)
{
	int64_t sec = ns / NS_PER_SEC, part = ns % NS_PER_SEC;

	if (part < 0) {
		sec--;
		part += NS_PER_SEC;
	}
	put_be32(to, (uint32_t)sec);
	put_be32(to + 4, (uint32_t)(part / unit));
}

void
ipsum_pack(struct ipsum_out *o, const struct ipsum_field *f, struct strbuf *sb)
{
	struct ipsum_value v = { .n = 0 };
	uint8_t bytes[16] = { 0 };
	size_t size = ipsum_size(f->type);

	if (!f->get(o, f, &v))
		v = (struct ipsum_value){ .n = 0 };
	switch (f->type) {
	case IPSUM_U8:
		bytes[0] = (uint8_t)v.n;
		break;
	case IPSUM_U16:
		put_be16(bytes, (uint16_t)v.n);
		break;
	case IPSUM_U32:
		put_be32(bytes, (uint32_t)v.n);
		break;
	case IPSUM_U64:
		put_be64(bytes, v.n);
		break;
	case IPSUM_ADDR:
		put_u32(bytes, (uint32_t)v.n);
		break;
	case IPSUM_USTAMP:
		ipsum_pack_stamp(bytes, (int64_t)v.n, NS_PER_US);
		break;
	case IPSUM_NSTAMP:
		ipsum_pack_stamp(bytes, (int64_t)v.n, 1);
		break;
	case IPSUM_MAC:
	case IPSUM_DIGEST:
		if (v.s.s != NULL && v.s.n == size)
			memcpy(bytes, v.s.s, size);
		break;
	case IPSUM_BYTES:
		bytes[0] = (uint8_t)v.s.n; /* at most IPSUM_OPTIONS_MAX */
		break;
	case IPSUM_NONE:
	case IPSUM_TEXT:
		break;
	}
	sb_add(sb, str_make((const char *)bytes, size));
	if (f->type == IPSUM_BYTES)
		sb_add(sb, v.s);
}

static int64_t
ipsum_unpack_stamp(const char *s, int64_t unit)
{
	return (int64_t)get_be32(s) * NS_PER_SEC +
	       (int64_t)get_be32(s + 4) * unit;
}

bool
ipsum_unpack(const struct ipsum_field *f, struct str *s, struct ipsum_value *v)
{
	size_t size = ipsum_size(f->type);
	const char *b = s->s;

	v->n = 0;
	if (f->type == IPSUM_BYTES && s->n > 0)
		size += (uint8_t)b[0];
	if (size > s->n || f->type == IPSUM_TEXT) {
		*s = str_from(*s, s->n);
		return false;
	}
	v->s = str_sub(*s, f->type == IPSUM_BYTES, size);
	*s = str_from(*s, size);
	switch (f->type) {
	case IPSUM_U8:
		v->n = (uint8_t)b[0];
		break;
	case IPSUM_U16:
		v->n = get_be16(b);
		break;
	case IPSUM_U32:
		v->n = get_be32(b);
		break;
	case IPSUM_U64:
		v->n = get_be64(b);
		break;
	case IPSUM_ADDR:
		v->n = get_u32(b);
		break;
	case IPSUM_USTAMP:
		v->n = (uint64_t)ipsum_unpack_stamp(b, NS_PER_US);
		break;
	case IPSUM_NSTAMP:
		v->n = (uint64_t)ipsum_unpack_stamp(b, 1);
		break;
	default:
		break;
	}
	return true;
}
