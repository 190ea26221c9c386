/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_anno.c -- fields of summary dumps: annotations and times. */
#include "elements/analysis/ipsum.h"

#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"

enum anno_what {
	ANNO_STAMP,
	ANNO_SEC,
	ANNO_USEC,
	ANNO_USEC1,
	ANNO_FIRST,
	ANNO_COUNT,
	ANNO_LINK,
	ANNO_AGG,
	ANNO_WIRE_LENGTH,
};

static bool
anno_get(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	uint64_t stamp = (uint64_t)o->stamp_ns;

	switch ((enum anno_what)f->what) {
	case ANNO_STAMP:
		v->n = stamp;
		break;
	case ANNO_SEC:
		v->n = (uint32_t)(o->stamp_ns / NS_PER_SEC);
		break;
	case ANNO_USEC:
		v->n = (uint32_t)(o->stamp_ns % NS_PER_SEC / NS_PER_US);
		break;
	case ANNO_USEC1:
		v->n = (uint64_t)(o->stamp_ns / NS_PER_US);
		break;
	case ANNO_FIRST:
		v->n = anno_u64(o->p, ANNO_FIRST_TIMESTAMP);
		break;
	case ANNO_COUNT:
		v->n = 1 + o->extra_packets;
		break;
	case ANNO_LINK:
		v->n = anno_u8(o->p, ANNO_PAINT);
		break;
	case ANNO_AGG:
		v->n = anno_u32(o->p, ANNO_AGGREGATE);
		break;
	case ANNO_WIRE_LENGTH:
		v->n = o->p->length;
		break;
	}
	return true;
}

static void
anno_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct packet *p = in->p;
	int64_t part = p->timestamp_ns % NS_PER_SEC;

	switch ((enum anno_what)f->what) {
	case ANNO_STAMP:
		p->timestamp_ns = (int64_t)v->n;
		break;
	case ANNO_SEC:
		p->timestamp_ns = (int64_t)v->n * NS_PER_SEC + part;
		break;
	case ANNO_USEC:
		p->timestamp_ns += (int64_t)(v->n % 1000000) * NS_PER_US - part;
		break;
	case ANNO_USEC1:
		p->timestamp_ns = (int64_t)(v->n * (uint64_t)NS_PER_US);
		break;
	case ANNO_FIRST:
		anno_set_u64(p, ANNO_FIRST_TIMESTAMP, v->n);
		break;
	case ANNO_COUNT:
		anno_set_u32(
		    p, ANNO_EXTRA_PACKETS, v->n == 0 ? 0 : (uint32_t)v->n - 1);
		break;
	case ANNO_LINK:
		anno_set_u8(p, ANNO_PAINT, (uint8_t)v->n);
		break;
	case ANNO_AGG:
		anno_set_u32(p, ANNO_AGGREGATE, (uint32_t)v->n);
		break;
	case ANNO_WIRE_LENGTH:
		in->want_length = (uint32_t)v->n;
		break;
	}
}

static void
anno_print_stamp(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	(void)f;
	sb_stamp(sb, (int64_t)v->n);
}

static bool
anno_parse_stamp(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	bool overflow = false;
	int64_t ns;

	(void)in;
	(void)f;
	if (s.s[0] == '-' || !conf_seconds(s, 9, &ns, &overflow) || overflow)
		return false;
	v->n = (uint64_t)ns;
	return true;
}

static void
anno_print_direction(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	(void)f;
	if (v->n <= 1)
		sb_addc(sb, v->n == 0 ? '>' : '<');
	else
		sb_u64(sb, v->n);
}

static bool
anno_parse_link(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	bool overflow = false;

	(void)in;
	(void)f;
	if (str_is(s, ">") || str_is(s, "<"))
		v->n = s.s[0] == '<';
	else if (!conf_u64(s, 0, &v->n, &overflow) || overflow || v->n > 255)
		return false;
	return true;
}

#define ANNO_FIELD(n, t, w, ...)                                               \
	{                                                                      \
		.name = n, .type = t, .order = IPSUM_ORDER_ANNO, .what = w,    \
		.get = anno_get, .put = anno_put, __VA_ARGS__                  \
	}
#define ANNO_TIME(n, t, w)                                                     \
	ANNO_FIELD(                                                            \
	    n, t, w, .print = anno_print_stamp, .parse = anno_parse_stamp)

static const struct ipsum_field anno_fields[] = {
	ANNO_TIME("timestamp", IPSUM_USTAMP, ANNO_STAMP),
	ANNO_TIME("ntimestamp", IPSUM_NSTAMP, ANNO_STAMP),
	ANNO_FIELD("ts_sec", IPSUM_U32, ANNO_SEC, ),
	ANNO_FIELD("ts_usec", IPSUM_U32, ANNO_USEC, ),
	ANNO_FIELD("ts_usec1", IPSUM_U64, ANNO_USEC1, ),
	ANNO_TIME("first_timestamp", IPSUM_USTAMP, ANNO_FIRST),
	ANNO_TIME("first_ntimestamp", IPSUM_NSTAMP, ANNO_FIRST),
	ANNO_FIELD("count", IPSUM_U32, ANNO_COUNT, ),
	ANNO_FIELD("link", IPSUM_U8, ANNO_LINK, .parse = anno_parse_link),
	ANNO_FIELD("paint", IPSUM_U8, ANNO_LINK, .parse = anno_parse_link),
	ANNO_FIELD("direction", IPSUM_U8, ANNO_LINK,
	    .print = anno_print_direction, .parse = anno_parse_link),
	ANNO_FIELD("aggregate", IPSUM_U32, ANNO_AGG, ),
	ANNO_FIELD("wire_len", IPSUM_U32, ANNO_WIRE_LENGTH, ),
};

const struct ipsum_fields ipsum_anno_fields = { anno_fields,
	ARRAY_SIZE(anno_fields) };
