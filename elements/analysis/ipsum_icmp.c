/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_icmp.c -- fields of summary dumps: ICMP (RFC 792). */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "click/conf.h"
#include "click/nameinfo.h"

enum icmp_what {
	ICMP_F_TYPE,
	ICMP_F_TYPE_NAME,
	ICMP_F_CODE,
	ICMP_F_CODE_NAME,
	ICMP_F_FLOWID,
	ICMP_F_SEQ,
	ICMP_F_NEXTMTU,
};

enum {
	ICMP_TSTAMP = 13,
	ICMP_TSTAMPREPLY = 14,
	ICMP_INFO = 15,
	ICMP_INFOREPLY = 16,
	ICMP_NEEDFRAG = 4,      /* a code of unreachable */
	ICMP_TSTAMP_BYTES = 20, /* with its three times */
};

/* Types with an identifier and a sequence number. */
static bool
icmp_has_flow(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_ECHOREPLY:
	case ICMP_TSTAMP:
	case ICMP_TSTAMPREPLY:
	case ICMP_INFO:
	case ICMP_INFOREPLY:
		return true;
	default:
		return false;
	}
}

/* ---- out of packets ---- */

static bool
icmp_get(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	bool code = f->what == ICMP_F_CODE || f->what == ICMP_F_CODE_NAME;
	int32_t needs = code ? 2 : 1;

	if (o->icmp == NULL || o->transport_length < needs)
		return ipsum_missing(o, IPPROTO4_ICMP, needs);
	v->n = code ? o->icmp->code : o->icmp->type;
	return true;
}

static bool
icmp_get_flow(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	int32_t needs = f->what == ICMP_F_FLOWID ? 6 : 8;

	if (o->icmp == NULL || o->transport_length < 1)
		return ipsum_missing(o, IPPROTO4_ICMP, 1);
	if (!icmp_has_flow(o->icmp->type))
		return false;
	if (o->transport_length < needs)
		return ipsum_missing(o, IPPROTO4_ICMP, needs);
	v->n = get_be16(o->icmp->rest + (needs - 6));
	return true;
}

static bool
icmp_get_mtu(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	(void)f;
	if (o->icmp == NULL || o->transport_length < 2)
		return ipsum_missing(o, IPPROTO4_ICMP, 2);
	if (o->icmp->type != ICMP_UNREACH || o->icmp->code != ICMP_NEEDFRAG)
		return false;
	if (o->transport_length < 8)
		return ipsum_missing(o, IPPROTO4_ICMP, 8);
	v->n = get_be16(o->icmp->rest + 2);
	return true;
}

static void
icmp_print_name(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	enum name_type type = NAME_ICMP_TYPE;
	uint32_t n = (uint32_t)v->n;
	struct str name;

	if (f->what == ICMP_F_CODE_NAME)
		type = (enum name_type)(NAME_ICMP_CODE + o->icmp->type);
	name = name_reverse(type, o->e, &n, sizeof(n));
	if (name.n > 0)
		sb_add(sb, name);
	else
		sb_u64(sb, n);
}

/* ---- into packets ---- */

/* A name or a number; names of codes depend on the type, which comes first. */
static bool
icmp_parse(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	bool overflow = false;
	enum name_type type = NAME_ICMP_TYPE;
	const struct icmp *icmp = ipsum_transport_header(in, 1);
	uint32_t n;

	if (conf_u64(s, 0, &v->n, &overflow))
		return !overflow && v->n < 256;
	if (f->what == ICMP_F_CODE || f->what == ICMP_F_CODE_NAME) {
		if (!in->have_icmp_type || icmp == NULL)
			return false;
		type = (enum name_type)(NAME_ICMP_CODE + icmp->type);
	}
	if (!name_query(type, in->e, s, &n, sizeof(n)) || n > 255)
		return false;
	v->n = n;
	return true;
}

/* The header, n bytes of it at least; NULL: the packet has none. */
static struct icmp *
icmp_make(struct ipsum_in *in, int32_t n)
{
	if (!ipsum_make_ip(in, IPPROTO4_ICMP) || !ipsum_make_transport(in))
		return NULL;
	if (packet_transport_length(in->p) < n &&
	    !ipsum_grow(in, (uint32_t)(n - packet_transport_length(in->p))))
		return NULL;
	return ipsum_transport_header(in, (uint32_t)n);
}

static void
icmp_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	bool stamps = v->n == ICMP_TSTAMP || v->n == ICMP_TSTAMPREPLY;
	struct icmp *icmp;

	if (f->what == ICMP_F_CODE || f->what == ICMP_F_CODE_NAME) {
		icmp = icmp_make(in, sizeof(*icmp));
		if (icmp != NULL)
			icmp->code = (uint8_t)v->n;
		in->have_icmp_code = true;
		return;
	}
	icmp =
	    icmp_make(in, stamps ? ICMP_TSTAMP_BYTES : (int32_t)sizeof(*icmp));
	if (icmp != NULL)
		icmp->type = (uint8_t)v->n;
	in->have_icmp_type = true;
}

static void
icmp_put_rest(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct icmp *icmp = icmp_make(in, sizeof(*icmp));

	if (icmp == NULL)
		return;
	if (f->what == ICMP_F_NEXTMTU) {
		if ((in->have_icmp_type && icmp->type != ICMP_UNREACH) ||
		    (in->have_icmp_code && icmp->code != ICMP_NEEDFRAG))
			return;
	} else if (in->have_icmp_type && !icmp_has_flow(icmp->type)) {
		return;
	}
	put_be16(
	    icmp->rest + (f->what == ICMP_F_FLOWID ? 0 : 2), (uint16_t)v->n);
}

/* ---- the table ---- */

#define ICMP_FIELD(n, t, o, w, ...)                                            \
	{                                                                      \
		.name = n, .type = t, .order = IPSUM_ORDER_TRANSPORT + (o),    \
		.what = w, .prepare = true, __VA_ARGS__                        \
	}

static const struct ipsum_field icmp_fields[] = {
	ICMP_FIELD("icmp_type", IPSUM_U8, 0, ICMP_F_TYPE, .get = icmp_get,
	    .parse = icmp_parse, .put = icmp_put),
	ICMP_FIELD("icmp_code", IPSUM_U8, 1, ICMP_F_CODE, .get = icmp_get,
	    .parse = icmp_parse, .put = icmp_put),
	ICMP_FIELD("icmp_type_name", IPSUM_U8, 0, ICMP_F_TYPE_NAME,
	    .get = icmp_get, .print = icmp_print_name, .parse = icmp_parse,
	    .put = icmp_put),
	ICMP_FIELD("icmp_code_name", IPSUM_U8, 1, ICMP_F_CODE_NAME,
	    .get = icmp_get, .print = icmp_print_name, .parse = icmp_parse,
	    .put = icmp_put),
	ICMP_FIELD("icmp_flowid", IPSUM_U16, 2, ICMP_F_FLOWID,
	    .get = icmp_get_flow, .put = icmp_put_rest),
	ICMP_FIELD("icmp_seq", IPSUM_U16, 2, ICMP_F_SEQ, .get = icmp_get_flow,
	    .put = icmp_put_rest),
	ICMP_FIELD("icmp_nextmtu", IPSUM_U16, 2, ICMP_F_NEXTMTU,
	    .get = icmp_get_mtu, .put = icmp_put_rest),
};

const struct ipsum_fields ipsum_icmp_fields = { icmp_fields,
	ARRAY_SIZE(icmp_fields) };
