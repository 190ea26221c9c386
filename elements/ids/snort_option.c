/* SPDX-License-Identifier: BSD-3-Clause */
/* snort_option.c -- the options of a rule; see snort_rule.h. */
#include "base/diag.h"
#include "base/proto.h"
#include "elements/ids/snort_rule.h"

enum { LENGTH_MAX = SNORT_LENGTH };

int
snort_int(
    struct snort_parse *p, struct str s, int32_t min, int32_t max, int32_t *x)
{
	bool minus = s.n > 0 && s.s[0] == '-';
	int64_t n = 0;
	size_t i = minus;

	for (; i < s.n && char_digit(s.s[i]) && n <= INT32_MAX; i++)
		n = n * 10 + (s.s[i] - '0');
	if (i < s.n || s.n == (size_t)minus)
		return diag(p->why, ERR_SYNTAX, "'%.*s' is no whole number",
		    STR_ARG(s));
	if (minus)
		n = -n;
	if (n < min || n > max)
		return diag(p->why, ERR_SYNTAX, "%.*s is not within %d to %d",
		    STR_ARG(s), min, max);
	*x = (int32_t)n;
	return 0;
}

/* A number of 32 bits without a sign. */
static int
snort_id(struct snort_parse *p, struct str s, uint32_t *x)
{
	int32_t n;
	int err = snort_int(p, s, 0, INT32_MAX, &n);

	if (err == 0)
		*x = (uint32_t)n;
	return err;
}

/* n, <n, >n, <=n, >=n, n<>m (both within), n-m, or =n. */
static int
snort_interval_parse(struct snort_parse *p, struct str s, int32_t max,
    struct snort_interval *out)
{
	size_t mid = str_search(s, STR("<>"), 0), width = 2;
	char op = s.n > 0 ? s.s[0] : 0;
	int32_t x = 0, y = 0;
	int err;

	if (mid == s.n && op != '-') {
		mid = str_find(s, '-', 0);
		width = 1;
	}
	if (mid < s.n) {
		err = snort_int(p, str_trim(str_sub(s, 0, mid)), 0, max, &x);
		if (err == 0)
			err = snort_int(
			    p, str_trim(str_from(s, mid + width)), 0, max, &y);
		if (err == 0 && x > y)
			err = diag(p->why, ERR_SYNTAX,
			    "'%.*s' is an empty range", STR_ARG(s));
	} else if (op == '<' || op == '>' || op == '=') {
		bool equal = op == '=' || (s.n > 1 && s.s[1] == '=');

		s = str_trim(str_from(s, equal && op != '=' ? 2 : 1));
		err = snort_int(p, s, 0, max, &x);
		y = op == '>' ? max : equal ? x : x - 1;
		x = op == '<' ? 0 : equal ? x : x + 1;
		if (err == 0 && x > y)
			err = diag(p->why, ERR_SYNTAX, "nothing is in range");
	} else {
		err = snort_int(p, s, 0, max, &x);
		y = x;
	}
	if (err == 0)
		*out = (struct snort_interval){ x, y };
	return err;
}

int
snort_unquote(struct snort_parse *p, struct str *s)
{
	if (s->n < 2 || s->s[0] != '"' || s->s[s->n - 1] != '"')
		return diag(p->why, ERR_SYNTAX, "needs \"quotes\"");
	*s = str_sub(*s, 1, s->n - 1);
	return 0;
}

/* ---- the others ---- */

static int
snort_flow_parse(struct snort_parse *p, struct snort_rule *r, struct str s)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} words[] = { { "established", SNORT_ESTABLISHED },
		{ "to_server", SNORT_TO_SERVER },
		{ "from_client", SNORT_TO_SERVER },
		{ "to_client", SNORT_TO_CLIENT },
		{ "from_server", SNORT_TO_CLIENT }, { "stateless", 0 } };

	for (size_t from = 0; from <= s.n;) {
		size_t to = str_find(s, ',', from), i = 0;
		struct str word = str_trim(str_sub(s, from, to));

		while (i < ARRAY_SIZE(words) && !str_is(word, words[i].name))
			i++;
		if (i == ARRAY_SIZE(words))
			return diag(p->why, ERR_SYNTAX,
			    "'%.*s' is not supported", STR_ARG(word));
		r->flow |= words[i].bit;
		from = to + 1;
	}
	if ((r->flow & SNORT_TO_SERVER) != 0 &&
	    (r->flow & SNORT_TO_CLIENT) != 0)
		return diag(p->why, ERR_SYNTAX, "goes both ways at once");
	return 0;
}

/* Letters of TCP flags into a mask; false at another character. */
static bool
snort_flag_letters(struct str s, uint8_t *mask)
{
	static const char letters[] = "FSRPAUEC"; /* bit 0, 1, ... */

	*mask = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = strchr(letters, s.s[i]);

		if (s.s[i] == '0')
			continue;
		if (s.s[i] == '1' || s.s[i] == '2') /* the old names */
			*mask |= s.s[i] == '1' ? TCP_CWR : TCP_ECE;
		else if (at == NULL || *at == '\0')
			return false;
		else
			*mask |= (uint8_t)(1u << (at - letters));
	}
	return true;
}

static bool
snort_flags_mode(char c, enum snort_flags_mode *mode)
{
	if (c != '+' && c != '*' && c != '!')
		return false;
	*mode = c == '+'   ? SNORT_FLAGS_ALL
	        : c == '*' ? SNORT_FLAGS_SOME
	                   : SNORT_FLAGS_NOT;
	return true;
}

static int
snort_flags_parse(struct snort_parse *p, struct snort_rule *r, struct str s)
{
	size_t comma = str_find(s, ',', 0);
	struct str want = str_trim(str_sub(s, 0, comma));
	struct str ignore = str_trim(str_from(s, comma + 1));
	uint8_t ignored;

	r->flags_mode = SNORT_FLAGS_EXACT;
	/* The modifier may stand in front or behind. */
	if (want.n > 0 && snort_flags_mode(want.s[0], &r->flags_mode))
		want = str_from(want, 1);
	else if (want.n > 0 &&
	         snort_flags_mode(want.s[want.n - 1], &r->flags_mode))
		want.n--;
	if (want.n == 0 || !snort_flag_letters(want, &r->flags_set) ||
	    !snort_flag_letters(ignore, &ignored))
		return diag(p->why, ERR_SYNTAX,
		    "'%.*s' is not made of the flags FSRPAUEC0", STR_ARG(s));
	r->flags_mask = (uint8_t)~ignored;
	return 0;
}

bool
snort_flags_match(const struct snort_rule *r, uint8_t flags)
{
	flags &= r->flags_mask;
	switch (r->flags_mode) {
	case SNORT_FLAGS_EXACT:
		return flags == r->flags_set;
	case SNORT_FLAGS_ALL:
		return (flags & r->flags_set) == r->flags_set;
	case SNORT_FLAGS_SOME:
		return (flags & r->flags_set) != 0;
	case SNORT_FLAGS_NOT:
		return (flags & r->flags_set) == 0;
	case SNORT_FLAGS_NONE:
		break;
	}
	return true;
}

static int
snort_ip_proto_parse(struct snort_parse *p, struct snort_rule *r, struct str s)
{
	static const struct {
		const char *name;
		int32_t number;
	} names[] = { { "icmp", IPPROTO4_ICMP }, { "igmp", IPPROTO4_IGMP },
		{ "tcp", IPPROTO4_TCP }, { "udp", IPPROTO4_UDP },
		{ "gre", IPPROTO4_GRE }, { "esp", IPPROTO4_ESP },
		{ "ah", IPPROTO4_AH } };

	if (s.n > 0 && s.s[0] == '!') {
		r->ip_proto_not = true;
		s = str_trim(str_from(s, 1));
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is(s, names[i].name)) {
			r->ip_proto = names[i].number;
			return 0;
		}
	return snort_int(p, s, 0, 255, &r->ip_proto);
}

static int
snort_msg_parse(struct snort_parse *p, struct snort_rule *r, struct str s)
{
	struct strbuf sb = STRBUF_INIT;
	int err = snort_unquote(p, &s);

	for (size_t i = 0; i < s.n && err == 0; i++) {
		if (s.s[i] == '\\' && i + 1 < s.n)
			i++;
		sb_addc(&sb, s.s[i]);
	}
	if (err == 0)
		err = sb_keep(&sb, &p->rs->mem, &r->msg);
	sb_fini(&sb);
	return err;
}

enum snort_option {
	OPT_IGNORED,
	OPT_CONTENT,
	OPT_MODIFIER, /* + enum snort_modifier */
	OPT_MSG = OPT_MODIFIER + MOD_WITHIN + 1,
	OPT_SID,
	OPT_REV,
	OPT_GID,
	OPT_PRIORITY,
	OPT_CLASSTYPE,
	OPT_FLOW,
	OPT_FLAGS,
	OPT_DSIZE,
	OPT_TTL,
	OPT_ITYPE,
	OPT_ICODE,
	OPT_IP_PROTO,
};

static const struct {
	const char *name;
	int option;
} snort_options[] = {
	{ "reference", OPT_IGNORED },
	{ "metadata", OPT_IGNORED },
	{ "content", OPT_CONTENT },
	{ "nocase", OPT_MODIFIER + MOD_NOCASE },
	{ "rawbytes", OPT_MODIFIER + MOD_RAWBYTES },
	{ "fast_pattern", OPT_MODIFIER + MOD_FAST },
	{ "offset", OPT_MODIFIER + MOD_OFFSET },
	{ "depth", OPT_MODIFIER + MOD_DEPTH },
	{ "distance", OPT_MODIFIER + MOD_DISTANCE },
	{ "within", OPT_MODIFIER + MOD_WITHIN },
	{ "msg", OPT_MSG },
	{ "sid", OPT_SID },
	{ "rev", OPT_REV },
	{ "gid", OPT_GID },
	{ "priority", OPT_PRIORITY },
	{ "classtype", OPT_CLASSTYPE },
	{ "flow", OPT_FLOW },
	{ "flags", OPT_FLAGS },
	{ "dsize", OPT_DSIZE },
	{ "ttl", OPT_TTL },
	{ "itype", OPT_ITYPE },
	{ "icode", OPT_ICODE },
	{ "ip_proto", OPT_IP_PROTO },
};

static int
snort_option_apply(
    struct snort_parse *p, struct snort_rule *r, int option, struct str value)
{
	switch (option) {
	case OPT_IGNORED:
		return 0;
	case OPT_CONTENT:
		return snort_content_parse(p, r, value);
	case OPT_MSG:
		return snort_msg_parse(p, r, value);
	case OPT_SID:
		return snort_id(p, value, &r->sid);
	case OPT_REV:
		return snort_id(p, value, &r->rev);
	case OPT_GID:
		return snort_id(p, value, &r->gid);
	case OPT_PRIORITY:
		return snort_id(p, value, &r->priority);
	case OPT_CLASSTYPE:
		r->classtype = arena_str(&p->rs->mem, value);
		return r->classtype.s == NULL ? ERR_NOMEM : 0;
	case OPT_FLOW:
		return snort_flow_parse(p, r, value);
	case OPT_FLAGS:
		return snort_flags_parse(p, r, value);
	case OPT_DSIZE:
		return snort_interval_parse(p, value, LENGTH_MAX, &r->dsize);
	case OPT_TTL:
		return snort_interval_parse(p, value, 255, &r->ttl);
	case OPT_ITYPE:
		return snort_interval_parse(p, value, 255, &r->itype);
	case OPT_ICODE:
		return snort_interval_parse(p, value, 255, &r->icode);
	case OPT_IP_PROTO:
		return snort_ip_proto_parse(p, r, value);
	default:
		return snort_modifier_parse(
		    p, r, (enum snort_modifier)(option - OPT_MODIFIER), value);
	}
}

int
snort_option_parse(struct snort_parse *p, struct snort_rule *r, struct str name,
    struct str value)
{
	struct diag inner = { "" };
	struct diag *why = p->why;
	size_t i = 0;
	int err;

	while (i < ARRAY_SIZE(snort_options) &&
	       !str_is(name, snort_options[i].name))
		i++;
	if (i == ARRAY_SIZE(snort_options))
		return diag(why, ERR_SYNTAX, "option '%.*s' is not supported",
		    STR_ARG(name));
	p->why = &inner;
	err = snort_option_apply(p, r, snort_options[i].option, value);
	p->why = why;
	if (err == ERR_SYNTAX)
		diag(why, err, "option '%.*s': %s", STR_ARG(name), inner.text);
	return err;
}
