/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsum_opt.c -- options of summary dumps: what IP's and TCP's have in common.
 *
 * Either list is of a byte for the kind, one for the length (both included)
 * and data, but for kinds 0 (the end) and 1 (nothing): RFC 791, 3.1; RFC 9293,
 * 3.2.
 */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"

enum { OPT_END = 0, OPT_NOP = 1 };

/* ---- bytes ---- */

bool
ipsum_opt_next(struct str *s, struct str *option, bool *bad)
{
	size_t n = 1;

	*bad = false;
	if (s->n == 0)
		return false;
	if (s->s[0] != OPT_END && s->s[0] != OPT_NOP) {
		n = s->n < 2 ? 0 : (uint8_t)s->s[1];
		if (n < 2 || n > s->n) {
			*bad = true;
			return false;
		}
	}
	*option = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	return true;
}

void
ipsum_opt_filter(struct strbuf *sb, struct str options, unsigned int mask,
    unsigned int (*kind)(uint8_t type))
{
	struct str option;
	bool bad;

	while (ipsum_opt_next(&options, &option, &bad)) {
		if ((kind((uint8_t)option.s[0]) & mask) != 0)
			sb_add(sb, option);
		if (option.s[0] == OPT_END)
			break;
	}
}

/* ---- text ---- */

void
ipsum_opt_print_plain(struct strbuf *sb, struct str option)
{
	sb_u64(sb, (uint8_t)option.s[0]);
	for (size_t i = 2; i < option.n; i++) {
		sb_addc(sb, i == 2 ? '=' : ':');
		sb_u64(sb, (uint8_t)option.s[i]);
	}
}

void
ipsum_opt_print(struct strbuf *sb, struct str options, unsigned int mask,
    unsigned int (*kind)(uint8_t type),
    bool (*one)(struct strbuf *sb, struct str option))
{
	size_t start = sb->n;
	struct str option;
	bool bad = false, good = true;

	while (good && ipsum_opt_next(&options, &option, &bad) &&
	       option.s[0] != OPT_END) {
		size_t before = sb->n;

		if (before > start)
			sb_addc(sb, ';');
		good = option.s[0] == OPT_NOP || one(sb, option);
		if (option.s[0] == OPT_NOP ||
		    (kind((uint8_t)option.s[0]) & mask) == 0)
			sb->n = before; /* looked at, not shown */
	}
	if (bad || !good)
		sb->n = start;
	if (sb->n == start)
		sb_addc(sb, bad || !good ? '?' : '.');
}

bool
ipsum_skip(struct str *s, const char *prefix)
{
	struct str p = str_of(prefix);

	if (!str_starts(*s, p))
		return false;
	*s = str_from(*s, p.n);
	return true;
}

void
ipsum_opt_u8(struct ipsum_optparse *o, unsigned int byte)
{
	sb_addc(o->out, (char)byte);
}

void
ipsum_opt_u32(struct ipsum_optparse *o, uint32_t word)
{
	uint8_t b[4];

	put_be32(b, word);
	sb_add(o->out, str_make((const char *)b, sizeof(b)));
}

bool
ipsum_opt_end(struct ipsum_optparse *o)
{
	size_t n = o->out->n - o->start;

	if (n > UINT8_MAX || o->out->oom)
		return false;
	o->out->s[o->start + 1] = (char)n;
	return true;
}

/* "99", "99=0:5:10" */
static bool
opt_number(struct ipsum_optparse *o)
{
	uint32_t n;
	const char *between = "=";

	if (!ipsum_number(&o->s, UINT8_MAX, &n))
		return false;
	ipsum_opt_u8(o, n);
	if (n == OPT_END || n == OPT_NOP)
		return true;
	ipsum_opt_u8(o, 0);
	while (ipsum_skip(&o->s, between)) {
		if (!ipsum_number(&o->s, UINT8_MAX, &n))
			return false;
		ipsum_opt_u8(o, n);
		between = ":";
	}
	return ipsum_opt_end(o);
}

bool
ipsum_opt_plain(struct ipsum_optparse *o, unsigned int mask)
{
	if ((mask & IPSUM_OPT_PADDING) != 0) {
		if (ipsum_skip(&o->s, "nop")) {
			ipsum_opt_u8(o, OPT_NOP);
			return true;
		}
		if (ipsum_skip(&o->s, "eol")) {
			ipsum_opt_u8(o, OPT_END);
			return true;
		}
	}
	return (mask & IPSUM_OPT_UNKNOWN) != 0 && opt_number(o);
}

bool
ipsum_opt_list(struct strbuf *sb, struct str text, unsigned int mask,
    bool (*one)(struct ipsum_optparse *o, unsigned int mask))
{
	struct ipsum_optparse o = { .s = text, .out = sb };
	size_t begin = sb->n, padding = 0;

	if (str_is(text, "."))
		return true;
	do {
		o.start = sb->n;
		if (!one(&o, mask) || sb->oom)
			return false;
		/* Far more than fits: no need to see how long it gets. */
		if (sb->n - begin > 4096)
			return false;
	} while (ipsum_skip(&o.s, ";") || ipsum_skip(&o.s, ","));
	/* Padding in front is the first to go when there is too much. */
	while (sb->n - begin - padding > IPSUM_OPTIONS_MAX &&
	       sb->s[begin + padding] == OPT_NOP)
		padding++;
	memmove(
	    sb->s + begin, sb->s + begin + padding, sb->n - begin - padding);
	sb->n -= padding;
	return o.s.n == 0 && sb->n - begin <= IPSUM_OPTIONS_MAX;
}
