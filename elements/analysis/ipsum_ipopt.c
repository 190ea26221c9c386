/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_ipopt.c -- IPv4 options of summary dumps (RFC 791, 3.1). */
#include "elements/analysis/ipsum.h"

#include "base/addr.h"
#include "base/bytes.h"

enum ipopt {
	IPOPT_RR = 7,
	IPOPT_TS = 68,
	IPOPT_LSRR = 131,
	IPOPT_SSRR = 137,
};

/* The low four bits of a time stamp option's fourth byte. */
enum ipopt_ts {
	TS_ONLY = 0,
	TS_ADDR = 1,
	TS_2 = 2, /* undefined; of the same form */
	TS_PRESPEC = 3,
};

static bool
ts_has_addr(unsigned int flag)
{
	return flag >= TS_ADDR && flag <= TS_PRESPEC;
}

static unsigned int
ipopt_kind(uint8_t type)
{
	switch (type) {
	case 0:
	case 1:
		return IPSUM_OPT_PADDING;
	case IPOPT_RR:
	case IPOPT_LSRR:
	case IPOPT_SSRR:
		return IPSUM_IPOPT_ROUTE;
	case IPOPT_TS:
		return IPSUM_IPOPT_STAMP;
	default:
		return IPSUM_OPT_UNKNOWN;
	}
}

/* ---- printing ---- */

static void
ipopt_print_addr(struct strbuf *sb, const char *at)
{
	sb_ip4(sb, get_u32(at));
}

/* rr{1.0.0.1,1.0.0.2}+5 or ssrr{1.0.0.1^1.0.0.2} */
static bool
ipopt_print_route(struct strbuf *sb, struct str o, const char *name)
{
	size_t pointer = o.n < 3 ? 0 : (uint8_t)o.s[2], at = 3;
	bool record = (uint8_t)o.s[0] == IPOPT_RR;
	const char *between = "";

	if (pointer < 4)
		return false;
	sb_printf(sb, "%s{", name);
	for (; at + 4 <= o.n && !(record && at + 1 == pointer); at += 4) {
		sb_adds(sb, at + 1 == pointer ? "^" : between);
		ipopt_print_addr(sb, o.s + at);
		between = ",";
	}
	if (!record && at == o.n && at + 1 == pointer)
		sb_addc(sb, '^');
	sb_addc(sb, '}');
	if (record && at + 4 <= o.n)
		sb_printf(sb, "+%zu", (o.n - at) / 4);
	return true;
}

/* 1.0.0.1=5, 1.0.0.1, !5: the top bit says that it counts otherwise. */
static void
ipopt_print_stamp(
    struct strbuf *sb, const char *at, unsigned int flag, bool filled)
{
	uint32_t n;

	if (ts_has_addr(flag)) {
		ipopt_print_addr(sb, at);
		at += 4;
		if (flag == TS_PRESPEC && !filled)
			return;
		sb_addc(sb, '=');
	}
	n = get_be32(at);
	if ((n & 0x80000000) != 0)
		sb_addc(sb, '!');
	sb_u64(sb, n & 0x7fffffff);
}

static bool
ipopt_print_stamps(struct strbuf *sb, struct str o)
{
	size_t pointer = o.n < 4 ? 0 : (uint8_t)o.s[2], at = 4;
	unsigned int flag = o.n < 4 ? 0 : o.s[3] & 15;
	size_t size = ts_has_addr(flag) ? 8 : 4;
	const char *between = "";

	if (pointer < 5)
		return false;
	sb_adds(sb, "ts");
	if (flag == TS_ADDR || flag == TS_PRESPEC)
		sb_adds(sb, flag == TS_ADDR ? ".ip" : ".preip");
	else if (flag != TS_ONLY)
		sb_printf(sb, ".%u", flag);
	sb_addc(sb, '{');
	for (; at + size <= o.n; at += size) {
		if (at + 1 == pointer && flag != TS_PRESPEC)
			break;
		sb_adds(sb, at + 1 == pointer ? "^" : between);
		ipopt_print_stamp(sb, o.s + at, flag, at + 1 < pointer);
		between = ",";
	}
	if (at == o.n && at + 1 == pointer)
		sb_addc(sb, '^');
	sb_addc(sb, '}');
	if (at + size <= o.n)
		sb_printf(sb, "+%zu", (o.n - at) / size);
	if (((uint8_t)o.s[3] & 0xf0) != 0)
		sb_printf(sb, "++%u", (uint8_t)o.s[3] >> 4);
	return true;
}

static bool
ipopt_print_one(struct strbuf *sb, struct str o)
{
	switch ((uint8_t)o.s[0]) {
	case IPOPT_RR:
		return ipopt_print_route(sb, o, "rr");
	case IPOPT_LSRR:
		return ipopt_print_route(sb, o, "lsrr");
	case IPOPT_SSRR:
		return ipopt_print_route(sb, o, "ssrr");
	case IPOPT_TS:
		return ipopt_print_stamps(sb, o);
	default:
		ipsum_opt_print_plain(sb, o);
		return true;
	}
}

void
ipsum_ipopt_print(struct strbuf *sb, struct str options, unsigned int mask)
{
	ipsum_opt_print(sb, options, mask, ipopt_kind, ipopt_print_one);
}

void
ipsum_ipopt_filter(struct strbuf *sb, struct str options, unsigned int mask)
{
	ipsum_opt_filter(sb, options, mask, ipopt_kind);
}

/* ---- parsing ---- */

/* Digits only: "10" is never octal here. */
static bool
ipopt_decimal(struct str *s, uint32_t max, uint32_t *n)
{
	uint32_t x = 0;
	size_t i = 0;

	for (; i < s->n && char_digit(s->s[i]) && x <= max; i++)
		x = x * 10 + (uint32_t)(s->s[i] - '0');
	if (i == 0 || x > max)
		return false;
	*s = str_from(*s, i);
	*n = x;
	return true;
}

static bool
ipopt_addr(struct ipsum_optparse *o)
{
	uint32_t byte;

	for (int i = 0; i < 4; i++) {
		if ((i > 0 && !ipsum_skip(&o->s, ".")) ||
		    !ipopt_decimal(&o->s, UINT8_MAX, &byte))
			return false;
		ipsum_opt_u8(o, byte);
	}
	return true;
}

static bool
ipopt_at_digit(const struct ipsum_optparse *o)
{
	return o->s.n > 0 && char_digit(o->s.s[0]);
}

/* Where the next byte goes, as a pointer in the option counts. */
static unsigned int
ipopt_here(const struct ipsum_optparse *o)
{
	return (unsigned int)(o->out->n - o->start) + 1;
}

/* "+5": room for so many more of size bytes. */
static bool
ipopt_room(struct ipsum_optparse *o, size_t size)
{
	uint32_t n;

	if (o->s.n < 2 || o->s.s[0] != '+' || !char_digit(o->s.s[1]))
		return true;
	o->s = str_from(o->s, 1);
	if (!ipsum_number(&o->s, 63, &n))
		return false;
	sb_fill(o->out, '\0', n * size);
	return true;
}

/* What stands between and behind the braces of a route. */
static bool
ipopt_parse_route(struct ipsum_optparse *o, enum ipopt type)
{
	unsigned int pointer = 0;

	ipsum_opt_u8(o, type);
	ipsum_opt_u8(o, 0);
	ipsum_opt_u8(o, 0);
	for (;;) {
		if (pointer == 0 && ipsum_skip(&o->s, "^"))
			pointer = ipopt_here(o);
		if (!ipopt_at_digit(o))
			break;
		if (!ipopt_addr(o))
			return false;
		(void)ipsum_skip(&o->s, ","); /* or "^", or the end */
	}
	if (pointer == 0)
		pointer = ipopt_here(o);
	if (!ipsum_skip(&o->s, "}") || !ipopt_room(o, 4) || o->out->oom)
		return false;
	o->out->s[o->start + 2] = (char)pointer;
	return ipsum_opt_end(o);
}

/* A time, in any base. */
static bool
ipopt_parse_time(struct ipsum_optparse *o)
{
	uint32_t top = ipsum_skip(&o->s, "!") ? 0x80000000 : 0, n;

	if (!ipopt_at_digit(o) || !ipsum_number(&o->s, UINT32_MAX, &n))
		return false;
	ipsum_opt_u32(o, n | top);
	return true;
}

/* 1.0.0.1=5; without the time only behind the pointer. */
static bool
ipopt_parse_addr_time(struct ipsum_optparse *o, bool behind)
{
	if (!ipopt_addr(o))
		return false;
	if (behind &&
	    (ipsum_skip(&o->s, "=?") || !str_starts(o->s, STR("=")))) {
		ipsum_opt_u32(o, 0);
		return true;
	}
	return ipsum_skip(&o->s, "=") && ipopt_parse_time(o);
}

/* The name of the form behind "ts". */
static bool
ipopt_parse_form(struct ipsum_optparse *o, uint32_t *flag)
{
	*flag = TS_ONLY;
	if (ipsum_skip(&o->s, "{"))
		return true;
	if (ipsum_skip(&o->s, ".ip{"))
		*flag = TS_ADDR;
	else if (ipsum_skip(&o->s, ".preip{"))
		*flag = TS_PRESPEC;
	else
		return ipsum_skip(&o->s, ".") &&
		       ipsum_number(&o->s, 15, flag) && ipsum_skip(&o->s, "{");
	return true;
}

static bool
ipopt_parse_entries(
    struct ipsum_optparse *o, uint32_t flag, unsigned int *pointer)
{
	*pointer = 0;
	for (;;) {
		if (*pointer == 0 && ipsum_skip(&o->s, "^"))
			*pointer = ipopt_here(o);
		if (!ipopt_at_digit(o) && !str_starts(o->s, STR("!")))
			break;
		if (!(ts_has_addr(flag)
		            ? ipopt_parse_addr_time(o, *pointer != 0)
		            : ipopt_parse_time(o)))
			return false;
		(void)ipsum_skip(&o->s, ","); /* or "^", or the end */
	}
	if (*pointer == 0)
		*pointer = ipopt_here(o);
	return ipsum_skip(&o->s, "}");
}

/* True when the entries of a plain "ts{" begin with an address. */
static bool
ipopt_looks_like_addr(struct str s)
{
	size_t i = 0;

	while (i < s.n && (char_digit(s.s[i]) || s.s[i] == '^'))
		i++;
	return i < s.n && s.s[i] == '.';
}

static bool
ipopt_parse_stamps(struct ipsum_optparse *o)
{
	bool plain = str_starts(o->s, STR("{"));
	uint32_t flag, overflow = 0;
	unsigned int pointer;

	ipsum_opt_u8(o, IPOPT_TS);
	ipsum_opt_u32(o, 0);
	o->out->n--; /* three of the four bytes */
	if (!ipopt_parse_form(o, &flag))
		return false;
	if (plain && ipopt_looks_like_addr(o->s))
		flag = str_find(o->s, '^', 0) < str_find(o->s, '}', 0)
		           ? TS_PRESPEC
		           : TS_ADDR;
	if (!ipopt_parse_entries(o, flag, &pointer) ||
	    !ipopt_room(o, ts_has_addr(flag) ? 8 : 4) ||
	    (ipsum_skip(&o->s, "++") && !ipsum_number(&o->s, 15, &overflow)) ||
	    o->out->oom)
		return false;
	o->out->s[o->start + 2] = (char)pointer;
	o->out->s[o->start + 3] = (char)(overflow << 4 | flag);
	return ipsum_opt_end(o);
}

static bool
ipopt_parse_one(struct ipsum_optparse *o, unsigned int mask)
{
	if (ipsum_skip(&o->s, "rr{"))
		return ipopt_parse_route(o, IPOPT_RR);
	if (ipsum_skip(&o->s, "ssrr{"))
		return ipopt_parse_route(o, IPOPT_SSRR);
	if (ipsum_skip(&o->s, "lsrr{"))
		return ipopt_parse_route(o, IPOPT_LSRR);
	if (ipsum_skip(&o->s, "ts"))
		return ipopt_parse_stamps(o);
	return ipsum_opt_plain(o, mask);
}

bool
ipsum_ipopt_parse(struct strbuf *sb, struct str text)
{
	return ipsum_opt_list(sb, text, IPSUM_OPT_ALL, ipopt_parse_one);
}
