/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_tcp.c -- fields of summary dumps: the TCP header (RFC 9293, 3.1). */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "click/conf.h"

enum tcp_what {
	TCP_F_SEQ,
	TCP_F_ACK,
	TCP_F_OFF,
	TCP_F_FLAGS,
	TCP_F_WINDOW,
	TCP_F_URP,
	TCP_F_OPT,
	TCP_F_NTOPT,
	TCP_F_SACK,
};

/* How many bytes of the header a field needs to be there. */
static const uint8_t tcp_needs[] = {
	[TCP_F_SEQ] = 8,
	[TCP_F_ACK] = 12,
	[TCP_F_OFF] = 13,
	[TCP_F_FLAGS] = 14,
	[TCP_F_WINDOW] = 16,
	[TCP_F_URP] = 20,
};

/* ---- flags ---- */

/* From FIN up to NS; PUSH of ACK and PUSH comes first, as ever. */
static const char tcp_letters[] = "FSRPAUECN";

void
ipsum_tcp_flags_print(struct strbuf *sb, unsigned int flags)
{
	if (flags == 0)
		sb_addc(sb, '.');
	for (unsigned int i = 0; i < 9; i++)
		if ((flags & 1u << i) != 0)
			sb_addc(sb, tcp_letters[i]);
}

bool
ipsum_tcp_flags_parse(struct str text, unsigned int *flags)
{
	/* Letters of older dumps, and what they are called now. */
	static const char old[] = "WXY", now[] = "CEC";
	unsigned int x = 0;

	if (str_is(text, "."))
		text.n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.s[i];
		const char *p = c == '\0' ? NULL : strchr(old, c);

		if (p != NULL)
			c = now[p - old];
		p = c == '\0' ? NULL : strchr(tcp_letters, c);
		if (p == NULL)
			return false;
		x |= 1u << (p - tcp_letters);
	}
	*flags = x;
	return true;
}

/* ---- out of packets ---- */

static bool
tcp_get(struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	int32_t needs = tcp_needs[f->what];

	if (o->tcp == NULL || o->transport_length < needs)
		return ipsum_missing(o, IPPROTO4_TCP, needs);
	switch ((enum tcp_what)f->what) {
	case TCP_F_SEQ:
		v->n = get_be32(o->tcp->seq);
		break;
	case TCP_F_ACK:
		v->n = get_be32(o->tcp->ack);
		break;
	case TCP_F_OFF:
		v->n = tcp_hlen(o->tcp);
		break;
	case TCP_F_FLAGS:
		v->n = o->tcp->flags | (o->tcp->off & 15u) << 8;
		break;
	case TCP_F_WINDOW:
		v->n = get_be16(o->tcp->win);
		break;
	default: /* TCP_F_URP */
		v->n = get_be16(o->tcp->urp);
		break;
	}
	return true;
}

static unsigned int
tcp_option_mask(enum tcp_what what)
{
	switch (what) {
	case TCP_F_NTOPT:
		return IPSUM_TCPOPT_NT;
	case TCP_F_SACK:
		return IPSUM_TCPOPT_SACK;
	default:
		return IPSUM_OPT_DATA;
	}
}

/* True: the options are aligned time stamps and nothing else. */
static bool
tcp_only_stamps(const struct ipsum_out *o)
{
	return tcp_hlen(o->tcp) == 32 && o->transport_length >= 24 &&
	       get_be32(o->tcp + 1) == 0x0101080a;
}

static bool
tcp_get_options(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	bool stamps_too = f->what == TCP_F_OPT;

	if (o->tcp == NULL || o->transport_length < 13)
		return ipsum_missing(o, IPPROTO4_TCP, o->transport_length + 1);
	if (tcp_hlen(o->tcp) <= sizeof(struct tcp) ||
	    (!stamps_too && tcp_only_stamps(o)))
		return true;
	if (o->transport_length < (int32_t)tcp_hlen(o->tcp))
		return ipsum_missing(o, IPPROTO4_TCP, o->transport_length + 1);
	v->s = str_make(
	    (const char *)(o->tcp + 1), tcp_hlen(o->tcp) - sizeof(struct tcp));
	return true;
}

/* In binary there are only those that the field is about. */
static bool
tcp_get_some_options(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	size_t start;

	if (!tcp_get_options(o, f, v))
		return false;
	start = o->work.n;
	ipsum_tcpopt_filter(
	    &o->work, v->s, tcp_option_mask((enum tcp_what)f->what));
	v->s = str_from(sb_str(&o->work), start);
	return true;
}

static void
tcp_print_flags(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	(void)f;
	ipsum_tcp_flags_print(sb, (unsigned int)v->n);
}

static void
tcp_print_options(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	ipsum_tcpopt_print(sb, v->s, tcp_option_mask((enum tcp_what)f->what));
}

/* ---- into packets ---- */

static bool
tcp_parse_flags(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	bool overflow = false;
	unsigned int flags;

	(void)in;
	(void)f;
	if (char_digit(s.s[0]))
		return conf_u64(s, 0, &v->n, &overflow) && !overflow &&
		       v->n < 0x1000;
	if (!ipsum_tcp_flags_parse(s, &flags))
		return false;
	v->n = flags;
	return true;
}

static bool
tcp_parse_options(struct ipsum_in *in, const struct ipsum_field *f,
    struct str s, struct ipsum_value *v)
{
	unsigned int mask = f->what == TCP_F_OPT
	                        ? (unsigned int)IPSUM_OPT_ALL
	                        : tcp_option_mask((enum tcp_what)f->what);

	sb_clear(&in->work);
	if (!ipsum_tcpopt_parse(&in->work, s, mask))
		return false;
	v->s = sb_str(&in->work);
	return !in->work.oom;
}

static void
tcp_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct tcp *tcp;

	if (!ipsum_make_ip(in, IPPROTO4_TCP) || !ipsum_make_transport(in))
		return;
	tcp = ipsum_transport_header(in, tcp_needs[f->what]);
	if (tcp == NULL)
		return; /* the packet is said to be too short for it */
	switch ((enum tcp_what)f->what) {
	case TCP_F_SEQ:
		put_be32(tcp->seq, (uint32_t)v->n);
		break;
	case TCP_F_ACK:
		put_be32(tcp->ack, (uint32_t)v->n);
		break;
	case TCP_F_FLAGS:
		tcp->flags = (uint8_t)v->n;
		tcp->off = (uint8_t)((tcp->off & 0xf0) | (v->n >> 8 & 15));
		break;
	case TCP_F_WINDOW:
		put_be16(tcp->win, (uint16_t)v->n);
		break;
	default: /* TCP_F_URP */
		put_be16(tcp->urp, (uint16_t)v->n);
		break;
	}
}

/* The header, made hlen bytes long if it is shorter; NULL: there is none. */
static struct tcp *
tcp_put_hlen(struct ipsum_in *in, uint32_t hlen)
{
	struct tcp *tcp = ipsum_transport_header(in, sizeof(*tcp));
	int32_t more;

	if (tcp == NULL)
		return NULL;
	more = (int32_t)hlen - packet_transport_length(in->p);
	if (more > 0 && !ipsum_grow(in, (uint32_t)more))
		return NULL;
	tcp = ipsum_transport_header(in, sizeof(*tcp));
	if (hlen > tcp_hlen(tcp))
		tcp->off = (uint8_t)((tcp->off & 15) | hlen / 4 << 4);
	return tcp;
}

static void
tcp_put_off(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint32_t hlen = ((uint32_t)v->n + 3) & ~3u;

	(void)f;
	if (!ipsum_make_ip(in, IPPROTO4_TCP) || !ipsum_make_transport(in))
		return;
	(void)tcp_put_hlen(in, hlen < 60 ? hlen : 60); /* in->p tells */
}

static void
tcp_put_options(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	uint32_t n = (uint32_t)v->s.n;
	struct tcp *tcp;

	(void)f;
	if (!ipsum_make_ip(in, IPPROTO4_TCP) || !ipsum_make_transport(in))
		return;
	in->have_tcp_hl = true;
	if (n == 0 || n > IPSUM_OPTIONS_MAX)
		return;
	tcp = tcp_put_hlen(in, (sizeof(*tcp) + n + 3) & ~3u);
	if (tcp == NULL)
		return;
	memcpy(tcp + 1, v->s.s, n);
	memset((uint8_t *)(tcp + 1) + n, 0, -n & 3);
}

/* ---- the table ---- */

#define TCP_FIELD(n, t, o, w, ...)                                             \
	{                                                                      \
		.name = n, .type = t, .order = IPSUM_ORDER_TRANSPORT + (o),    \
		.what = w, .prepare = true, __VA_ARGS__                        \
	}
#define TCP_NUMBER(n, t, w)                                                    \
	TCP_FIELD(n, t, 0, w, .get = tcp_get, .put = tcp_put)
#define TCP_OPTIONS(n, o, w, g)                                                \
	TCP_FIELD(n, IPSUM_BYTES, o, w, .get = g, .print = tcp_print_options,  \
	    .parse = tcp_parse_options, .put = tcp_put_options)

static const struct ipsum_field tcp_fields[] = {
	TCP_NUMBER("tcp_seq", IPSUM_U32, TCP_F_SEQ),
	TCP_NUMBER("tcp_ack", IPSUM_U32, TCP_F_ACK),
	TCP_FIELD("tcp_off", IPSUM_U8, -1, TCP_F_OFF, .get = tcp_get,
	    .put = tcp_put_off),
	TCP_FIELD("tcp_flags", IPSUM_U8, 0, TCP_F_FLAGS, .get = tcp_get,
	    .print = tcp_print_flags, .parse = tcp_parse_flags, .put = tcp_put),
	TCP_NUMBER("tcp_window", IPSUM_U16, TCP_F_WINDOW),
	TCP_NUMBER("tcp_urp", IPSUM_U16, TCP_F_URP),
	/* What says more comes later, and wins. */
	TCP_OPTIONS("tcp_opt", 3, TCP_F_OPT, tcp_get_options),
	TCP_OPTIONS("tcp_ntopt", 2, TCP_F_NTOPT, tcp_get_some_options),
	TCP_OPTIONS("tcp_sack", 1, TCP_F_SACK, tcp_get_some_options),
};

const struct ipsum_fields ipsum_tcp_fields = { tcp_fields,
	ARRAY_SIZE(tcp_fields) };
