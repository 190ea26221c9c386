/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsum_tcpopt.c -- TCP options of summary dumps (RFC 9293, 3.2; RFC 7323;
 * RFC 2018).
 */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"

enum tcpopt {
	TCPOPT_NOP = 1,
	TCPOPT_MSS = 2,
	TCPOPT_WSCALE = 3,
	TCPOPT_SACKOK = 4,
	TCPOPT_SACK = 5,
	TCPOPT_TS = 8,
};

static unsigned int
tcpopt_kind(uint8_t type)
{
	switch (type) {
	case 0:
	case TCPOPT_NOP:
		return IPSUM_OPT_PADDING;
	case TCPOPT_MSS:
		return IPSUM_TCPOPT_MSS;
	case TCPOPT_WSCALE:
		return IPSUM_TCPOPT_WSCALE;
	case TCPOPT_SACKOK:
	case TCPOPT_SACK:
		return IPSUM_TCPOPT_SACK;
	case TCPOPT_TS:
		return IPSUM_TCPOPT_STAMP;
	default:
		return IPSUM_OPT_UNKNOWN;
	}
}

/* ---- printing ---- */

static bool
tcpopt_print_sack(struct strbuf *sb, struct str o)
{
	for (size_t at = 2; at + 8 <= o.n; at += 8)
		sb_printf(sb, "%ssack%u-%u", at == 2 ? "" : ";",
		    get_be32(o.s + at), get_be32(o.s + at + 4));
	return o.n % 8 == 2;
}

static bool
tcpopt_print_one(struct strbuf *sb, struct str o)
{
	switch ((uint8_t)o.s[0]) {
	case TCPOPT_MSS:
		if (o.n == 4)
			sb_printf(sb, "mss%u", get_be16(o.s + 2));
		return o.n == 4;
	case TCPOPT_WSCALE:
		if (o.n == 3)
			sb_printf(sb, "wscale%u", (uint8_t)o.s[2]);
		return o.n == 3;
	case TCPOPT_SACKOK:
		sb_adds(sb, "sackok");
		return o.n == 2;
	case TCPOPT_SACK:
		return tcpopt_print_sack(sb, o);
	case TCPOPT_TS:
		if (o.n == 10)
			sb_printf(sb, "ts%u:%u", get_be32(o.s + 2),
			    get_be32(o.s + 6));
		return o.n == 10;
	default:
		ipsum_opt_print_plain(sb, o);
		return true;
	}
}

void
ipsum_tcpopt_print(struct strbuf *sb, struct str options, unsigned int mask)
{
	ipsum_opt_print(sb, options, mask, tcpopt_kind, tcpopt_print_one);
}

void
ipsum_tcpopt_filter(struct strbuf *sb, struct str options, unsigned int mask)
{
	ipsum_opt_filter(sb, options, mask, tcpopt_kind);
}

/* ---- parsing ---- */

/* Its kind and one number. */
static bool
tcpopt_parse_number(
    struct ipsum_optparse *o, enum tcpopt type, size_t size, uint32_t max)
{
	uint32_t n;

	if (!ipsum_number(&o->s, max, &n))
		return false;
	ipsum_opt_u8(o, type);
	ipsum_opt_u8(o, 0);
	if (size == 2)
		ipsum_opt_u8(o, n >> 8);
	ipsum_opt_u8(o, n);
	return ipsum_opt_end(o);
}

/* Two numbers with c (or d) between them. */
static bool
tcpopt_parse_pair(struct ipsum_optparse *o, const char *c, const char *d)
{
	uint32_t n, m;

	if (!ipsum_number(&o->s, UINT32_MAX, &n) ||
	    (!ipsum_skip(&o->s, c) && !ipsum_skip(&o->s, d)) ||
	    !ipsum_number(&o->s, UINT32_MAX, &m))
		return false;
	ipsum_opt_u32(o, n);
	ipsum_opt_u32(o, m);
	return true;
}

/* "sack1-2,sack3-4" is one option, "sack1-2;sack3-4" are two. */
static bool
tcpopt_parse_sack(struct ipsum_optparse *o)
{
	ipsum_opt_u8(o, TCPOPT_SACK);
	ipsum_opt_u8(o, 0);
	do
		if (!tcpopt_parse_pair(o, "-", ":"))
			return false;
	while (ipsum_skip(&o->s, ",sack") && !o->out->oom);
	return ipsum_opt_end(o);
}

/* Time stamps that come first are aligned as everybody does. */
static bool
tcpopt_parse_stamps(struct ipsum_optparse *o)
{
	if (o->out->n == 0) {
		ipsum_opt_u8(o, TCPOPT_NOP);
		ipsum_opt_u8(o, TCPOPT_NOP);
		o->start = o->out->n;
	}
	ipsum_opt_u8(o, TCPOPT_TS);
	ipsum_opt_u8(o, 0);
	return tcpopt_parse_pair(o, ":", ":") && ipsum_opt_end(o);
}

static bool
tcpopt_parse_one(struct ipsum_optparse *o, unsigned int mask)
{
	if ((mask & IPSUM_TCPOPT_MSS) != 0 && ipsum_skip(&o->s, "mss"))
		return tcpopt_parse_number(o, TCPOPT_MSS, 2, UINT16_MAX);
	if ((mask & IPSUM_TCPOPT_WSCALE) != 0 && ipsum_skip(&o->s, "wscale"))
		return tcpopt_parse_number(o, TCPOPT_WSCALE, 1, UINT8_MAX);
	if ((mask & IPSUM_TCPOPT_SACK) != 0) {
		if (ipsum_skip(&o->s, "sackok")) {
			ipsum_opt_u8(o, TCPOPT_SACKOK);
			ipsum_opt_u8(o, 0);
			return ipsum_opt_end(o);
		}
		if (ipsum_skip(&o->s, "sack"))
			return tcpopt_parse_sack(o);
	}
	if ((mask & IPSUM_TCPOPT_STAMP) != 0 && ipsum_skip(&o->s, "ts"))
		return tcpopt_parse_stamps(o);
	return ipsum_opt_plain(o, mask);
}

bool
ipsum_tcpopt_parse(struct strbuf *sb, struct str text, unsigned int mask)
{
	return ipsum_opt_list(sb, text, mask, tcpopt_parse_one);
}
