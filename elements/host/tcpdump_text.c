/* SPDX-License-Identifier: BSD-3-Clause */
/* tcpdump_text.c -- lines of tcpdump(1) as it was around version 3.8. */
#include "elements/host/tcpdump_text.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/nameinfo.h"
#include "elements/analysis/ipsum.h"

enum {
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACKOK = 4,
	OPT_SACK = 5,
	OPT_TS = 8,
};

static void
td_space(struct str *s)
{
	while (s->n > 0 && s->s[0] == ' ')
		*s = str_from(*s, 1);
}

/* what and a number behind it; then the space after. */
static bool
td_number(struct str *s, const char *what, uint32_t max, uint32_t *n)
{
	struct str t = *s;

	if (!ipsum_skip(&t, what) || !ipsum_number(&t, max, n))
		return false;
	td_space(&t);
	*s = t;
	return true;
}

/* ---- addresses ---- */

/* "1.0.0.1.80" or "1.0.0.1.http"; without a port if the protocol has none. */
static bool
td_endpoint(const struct tcpdump_line *l, struct str s, uint32_t *addr,
    uint16_t *port, struct element *e)
{
	enum name_type type =
	    l->proto == IPPROTO4_TCP ? NAME_TCP_PORT : NAME_UDP_PORT;
	size_t dot = str_rfind(s, '.');
	struct str name;
	uint32_t n;

	if (l->proto != IPPROTO4_TCP && l->proto != IPPROTO4_UDP)
		return ip4_parse(s, addr);
	if (dot == s.n || !ip4_parse(str_sub(s, 0, dot), addr))
		return false;
	name = str_from(s, dot + 1);
	if (!ipsum_number(&name, 65535, &n) || name.n > 0) {
		name = str_from(s, dot + 1);
		if (!name_query(type, e, name, &n, sizeof(n)) || n > 65535)
			return false;
	}
	*port = (uint16_t)n;
	return true;
}

/* The protocol is guessed from how its part begins. */
static uint8_t
td_guess(struct str s)
{
	if (str_starts(s, STR("i")))
		return IPPROTO4_ICMP;
	if (str_starts(s, STR("u")) || str_starts(s, STR("[u")))
		return IPPROTO4_UDP;
	if (s.n > 0 && (s.s[0] == '.' || (s.s[0] >= 'A' && s.s[0] <= 'Z')))
		return IPPROTO4_TCP;
	return 0;
}

/* "TIME SRC > DST: "; *s is moved behind it. */
static bool
td_head(struct tcpdump_line *l, struct str *s, struct element *e)
{
	struct str stamp = str_word(s), src = str_word(s), arrow = str_word(s);
	struct str dst;
	size_t colon;

	if (!stamp_parse(stamp, &l->stamp_ns) || !str_is(arrow, ">"))
		return false;
	td_space(s);
	colon = str_find(*s, ':', 0);
	dst = str_sub(*s, 0, colon);
	*s = str_from(*s, colon < s->n ? colon + 1 : colon);
	td_space(s);
	l->proto = td_guess(*s);
	return td_endpoint(l, src, &l->src, &l->sport, e) &&
	       td_endpoint(l, dst, &l->dst, &l->dport, e);
}

/* ---- TCP ---- */

/* "[bad hdr length]", "[tcp sum ok]", "[bad tcp cksum ...]" */
static void
td_remarks(struct str *s)
{
	while (str_starts(*s, STR("[bad ")) || str_starts(*s, STR("[tcp ")) ||
	       str_starts(*s, STR("[udp "))) {
		size_t end = str_find(*s, ']', 0);

		*s = str_from(*s, end < s->n ? end + 1 : end);
		td_space(s);
	}
}

static void
td_option(struct strbuf *sb, uint8_t kind, size_t n, uint32_t a, uint32_t b)
{
	uint8_t o[10] = { kind, (uint8_t)n };

	if (n == 3)
		o[2] = (uint8_t)a;
	else if (n == 4)
		put_be16(o + 2, (uint16_t)a);
	else if (n == 10)
		put_be32(o + 2, a);
	if (n == 10)
		put_be32(o + 6, b);
	sb_add(sb, str_make((const char *)o, n));
}

/* "sack sack 2 {1:2}{5:7}" without its name. */
static bool
td_sack(struct tcpdump_line *l, struct str *s)
{
	size_t start = l->options.n;
	uint32_t blocks, a, b;
	uint8_t edge[8];

	td_option(&l->options, OPT_SACK, 2, 0, 0);
	if (!ipsum_number(s, 4, &blocks))
		return false;
	for (blocks = 0; blocks < 4; blocks++) {
		td_space(s);
		if (!ipsum_skip(s, "{"))
			break;
		if (!ipsum_number(s, UINT32_MAX, &a) || !ipsum_skip(s, ":") ||
		    !ipsum_number(s, UINT32_MAX, &b) || !ipsum_skip(s, "}"))
			return false;
		put_be32(edge, a);
		put_be32(edge + 4, b);
		sb_add(&l->options, str_make((const char *)edge, 8));
	}
	td_space(s);
	if (!l->options.oom)
		l->options.s[start + 1] = (char)(2 + 8 * blocks);
	return true;
}

static bool
td_one_option(struct tcpdump_line *l, struct str *s)
{
	struct strbuf *sb = &l->options;
	uint32_t a, b;

	if (ipsum_skip(s, "nop"))
		sb_addc(sb, OPT_NOP);
	else if (ipsum_skip(s, "eol"))
		sb_addc(sb, 0);
	else if (td_number(s, "mss ", 65535, &a))
		td_option(sb, OPT_MSS, 4, a, 0);
	else if (td_number(s, "wscale ", 255, &a))
		td_option(sb, OPT_WSCALE, 3, a, 0);
	else if (ipsum_skip(s, "sackOK"))
		td_option(sb, OPT_SACKOK, 2, 0, 0);
	else if (td_number(s, "timestamp ", UINT32_MAX, &a) &&
	         ipsum_number(s, UINT32_MAX, &b))
		td_option(sb, OPT_TS, 10, a, b);
	else if (ipsum_skip(s, "sack sack "))
		return td_sack(l, s);
	else
		return false;
	return true;
}

/* "<mss 1460,nop,...>": what is not known is left out. */
static void
td_options(struct tcpdump_line *l, struct str *s)
{
	size_t end = str_find(*s, '>', 0);
	struct str list = str_sub(*s, 1, end);

	*s = str_from(*s, end < s->n ? end + 1 : end);
	while (list.n > 0 && l->options.n <= IPSUM_OPTIONS_MAX) {
		size_t before = l->options.n;
		size_t comma = str_find(list, ',', 0);
		struct str one = str_sub(list, 0, comma);

		if (!td_one_option(l, &one) || one.n > 0)
			l->options.n = before;
		list = str_from(list, comma < list.n ? comma + 1 : comma);
	}
	while (l->options.n % 4 != 0)
		sb_addc(&l->options, '\0');
	if (l->options.n > IPSUM_OPTIONS_MAX || l->options.oom)
		sb_restart(&l->options);
}

/* "1:6(5)"; true also when there is none. */
static bool
td_sequence(struct tcpdump_line *l, struct str *s)
{
	uint32_t n;

	if (s->n == 0 || !char_digit(s->s[0]))
		return true;
	if (!ipsum_number(s, UINT32_MAX, &l->seq) || !ipsum_skip(s, ":") ||
	    !ipsum_number(s, UINT32_MAX, &l->end_seq) || !ipsum_skip(s, "(") ||
	    !ipsum_number(s, UINT32_MAX, &n) || !ipsum_skip(s, ")"))
		return false;
	td_space(s);
	l->have_seq = true;
	l->payload = l->end_seq - l->seq < 65535 ? l->end_seq - l->seq : 65535;
	return true;
}

static void
td_tcp(struct tcpdump_line *l, struct str *s)
{
	struct str flags = str_word(s);
	unsigned int x = 0;
	uint32_t n;

	if (str_is(flags, "."))
		l->flags = TCP_ACK;
	else if (ipsum_tcp_flags_parse(flags, &x))
		l->flags = (uint8_t)x;
	td_space(s);
	td_remarks(s);
	if (!td_sequence(l, s))
		return;
	l->have_payload = true;
	if (td_number(s, "ack ", UINT32_MAX, &l->ack))
		l->flags |= TCP_ACK;
	if (td_number(s, "win ", 65535, &n))
		l->window = (uint16_t)n;
	if (td_number(s, "urg ", 65535, &n))
		l->urgent = (uint16_t)n;
	if (str_starts(*s, STR("<")))
		td_options(l, s);
}

/* ---- IP ---- */

/* "frag 7:1480@0+": identifier, length, offset. */
static bool
td_fragment(struct tcpdump_line *l, struct str *s)
{
	uint32_t id, length, offset;

	if (!td_number(s, "frag ", 65535, &id) || !ipsum_skip(s, ":") ||
	    !ipsum_number(s, 65535, &length) || !ipsum_skip(s, "@") ||
	    !ipsum_number(s, 65535, &offset))
		return false;
	l->id = (uint16_t)id;
	l->payload = length;
	l->have_payload = true;
	l->off |= (uint16_t)(offset / 8);
	if (ipsum_skip(s, "+"))
		l->off |= IP4_MF;
	return true;
}

/* One of those in "(DF, ttl 64, id 7)"; false: not known. */
static bool
td_item(struct tcpdump_line *l, struct str *s)
{
	uint32_t n;

	if (td_number(s, "tos ", 255, &n))
		l->tos = (uint8_t)n;
	else if (ipsum_skip(s, "ECT(0)"))
		l->tos = (uint8_t)((l->tos & ~3u) | 2);
	else if (ipsum_skip(s, "ECT(1)"))
		l->tos = (uint8_t)((l->tos & ~3u) | 1);
	else if (ipsum_skip(s, "CE"))
		l->tos |= 3;
	else if (ipsum_skip(s, "DF"))
		l->off |= IP4_DF;
	else if (td_number(s, "ttl ", 255, &n))
		l->ttl = (uint8_t)n;
	else if (td_number(s, "id ", 65535, &n))
		l->id = (uint16_t)n;
	else if (td_number(s, "len ", 65535, &n))
		l->length = n;
	else
		return td_fragment(l, s);
	return true;
}

/* The groups in brackets at the end of the line. */
static void
td_groups(struct tcpdump_line *l, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char close = s.s[i] == '(' ? ')' : ']';
		size_t end;
		struct str group;

		if (s.s[i] != '(' && s.s[i] != '[')
			continue;
		end = str_find(s, close, i);
		/* ECT(0) has brackets of its own. */
		if (str_starts(str_from(s, i), STR("[ECT(")) ||
		    str_starts(str_from(s, i), STR("(ECT(")))
			end = str_find(s, close, i + 7);
		group = str_sub(s, i + 1, end);
		while (group.n > 0 && td_item(l, &group))
			while (group.n > 0 &&
			       (group.s[0] == ',' || char_space(group.s[0])))
				group = str_from(group, 1);
		i = end;
	}
}

bool
tcpdump_parse(struct tcpdump_line *l, struct str line, struct element *e)
{
	struct strbuf options = l->options;
	uint32_t n;

	sb_restart(&options);
	*l = (struct tcpdump_line){ .ttl = 2, .options = options };
	line = str_trim(line);
	if (!td_head(l, &line, e))
		return false;
	if (l->proto == IPPROTO4_TCP)
		td_tcp(l, &line);
	if (l->proto == IPPROTO4_UDP) {
		td_remarks(&line);
		if (td_number(&line, "udp ", 65535, &n)) {
			l->payload = n;
			l->have_payload = true;
		}
	}
	td_groups(l, line);
	return true;
}
