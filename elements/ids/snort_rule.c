/* SPDX-License-Identifier: BSD-3-Clause */
/* snort_rule.c -- lines of rules; see snort_rule.h. */
#include "elements/ids/snort_rule.h"

#include "base/diag.h"
#include "base/proto.h"

void
snort_rules_fini(struct snort_rules *rs)
{
	vec_fini(&rs->rules);
	vec_fini(&rs->vars);
	arena_fini(&rs->mem);
}

bool
snort_var_find(const struct snort_rules *rs, struct str name, struct str *value)
{
	for (size_t i = rs->vars.n; i-- > 0;)
		if (str_eq(rs->vars.v[i].name, name)) {
			*value = rs->vars.v[i].value;
			return true;
		}
	return false;
}

/* "NAME value" */
static int
snort_var_parse(struct snort_parse *p, struct str rest)
{
	struct snort_var var = { .name = str_word(&rest) };

	var.value = str_trim(rest);
	if (var.name.n == 0 || var.value.n == 0)
		return diag(
		    p->why, ERR_SYNTAX, "a variable has a name and a value");
	var.name = arena_str(&p->rs->mem, var.name);
	var.value = arena_str(&p->rs->mem, var.value);
	if (var.name.s == NULL || var.value.s == NULL)
		return ERR_NOMEM;
	return vec_push(&p->rs->vars, var);
}

/* The next word; a list in brackets, spaces and all, is one. */
static struct str
snort_word(struct str *rest)
{
	struct str s = str_trim(*rest);
	size_t i = 0;
	int level = 0;

	for (; i < s.n && (level > 0 || !char_space(s.s[i])); i++) {
		if (s.s[i] == '(' && (i == 0 || s.s[i - 1] != '$'))
			break;
		if (s.s[i] == '[')
			level++;
		else if (s.s[i] == ']')
			level--;
	}
	*rest = str_from(s, i);
	return str_sub(s, 0, i);
}

static int
snort_action_parse(struct str s, enum snort_action *action)
{
	static const struct {
		const char *name;
		enum snort_action action;
	} names[] = { { "alert", SNORT_ALERT }, { "log", SNORT_LOG },
		{ "pass", SNORT_PASS }, { "drop", SNORT_DROP },
		{ "sdrop", SNORT_DROP }, { "reject", SNORT_DROP } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is(s, names[i].name)) {
			*action = names[i].action;
			return 0;
		}
	return ERR_SYNTAX;
}

static int
snort_proto_parse(struct snort_parse *p, struct str s, uint8_t *proto)
{
	if (str_is(s, "tcp"))
		*proto = IPPROTO4_TCP;
	else if (str_is(s, "udp"))
		*proto = IPPROTO4_UDP;
	else if (str_is(s, "icmp"))
		*proto = IPPROTO4_ICMP;
	else if (str_is(s, "ip"))
		*proto = SNORT_ANY;
	else
		return diag(p->why, ERR_SYNTAX,
		    "'%.*s' is none of the protocols tcp, udp, icmp, ip",
		    STR_ARG(s));
	return 0;
}

/* proto src sport -> dst dport; what is behind stays in *rest. */
static int
snort_header_parse(
    struct snort_parse *p, struct str *rest, struct snort_rule *r)
{
	struct str way;
	int err = snort_proto_parse(p, snort_word(rest), &r->proto);

	if (err == 0)
		err = snort_addrs_parse(p, snort_word(rest), &r->src);
	if (err == 0)
		err = snort_ports_parse(p, snort_word(rest), &r->sport);
	if (err != 0)
		return err;
	way = snort_word(rest);
	r->both = str_is(way, "<>");
	if (!r->both && !str_is(way, "->"))
		return diag(p->why, ERR_SYNTAX, "'%.*s' is neither -> nor <>",
		    STR_ARG(way));
	err = snort_addrs_parse(p, snort_word(rest), &r->dst);
	if (err == 0)
		err = snort_ports_parse(p, snort_word(rest), &r->dport);
	return err;
}

/* Where the option that begins at from ends: at ; outside quotes, or s.n. */
static size_t
snort_option_end(struct str s, size_t from)
{
	bool quoted = false;
	size_t i = from;

	for (; i < s.n && (quoted || s.s[i] != ';'); i++) {
		if (s.s[i] == '\\')
			i++;
		else if (s.s[i] == '"')
			quoted = !quoted;
	}
	return i < s.n ? i : s.n;
}

static int
snort_options_parse(
    struct snort_parse *p, struct str rest, struct snort_rule *r)
{
	struct str s = str_trim(rest);
	int err = 0;

	if (s.n < 2 || s.s[0] != '(' || s.s[s.n - 1] != ')')
		return diag(p->why, ERR_SYNTAX,
		    "the options of a rule stand between ( and )");
	s = str_trim(str_sub(s, 1, s.n - 1));
	for (size_t i = 0; i < s.n && err == 0;) {
		size_t end = snort_option_end(s, i);
		struct str option = str_trim(str_sub(s, i, end));
		size_t colon = str_find(option, ':', 0);

		if (end == s.n)
			return diag(p->why, ERR_SYNTAX,
			    "option '%.*s' does not end in ';'",
			    STR_ARG(str_trim(str_sub(option, 0, colon))));
		if (option.n > 0)
			err = snort_option_parse(p, r,
			    str_trim(str_sub(option, 0, colon)),
			    str_trim(str_from(option, colon + 1)));
		i = end + 1;
	}
	return err;
}

/* Copies the contents and picks the one to look for first. */
static int
snort_contents_take(struct snort_parse *p, struct snort_rule *r)
{
	size_t best = 0;

	r->contents =
	    arena_alloc(&p->rs->mem, r->ncontents * sizeof(*r->contents) + 1);
	if (r->contents == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < r->ncontents; i++) {
		const struct snort_content *c = &p->contents[i];
		size_t worth = c->bytes.n + (c->fast ? 1u << 20 : 0);

		r->contents[i] = *c;
		r->anchored |= c->anchored;
		if (!c->negated && worth > best) {
			best = worth;
			r->fast = (int32_t)i;
		}
	}
	return 0;
}

static int
snort_rule_check(struct snort_parse *p, const struct snort_rule *r)
{
	bool tcp = r->proto == IPPROTO4_TCP;

	if (r->sid == 0)
		return diag(p->why, ERR_SYNTAX, "a rule needs a 'sid'");
	if (r->flags_mode != SNORT_FLAGS_NONE && !tcp)
		return diag(p->why, ERR_SYNTAX,
		    "option 'flags' is for rules of tcp only");
	if ((snort_interval_given(&r->itype) ||
	        snort_interval_given(&r->icode)) &&
	    r->proto != IPPROTO4_ICMP)
		return diag(p->why, ERR_SYNTAX,
		    "options 'itype' and 'icode' are for rules of icmp only");
	if (r->flow != 0 && !tcp && r->proto != IPPROTO4_UDP)
		return diag(p->why, ERR_SYNTAX,
		    "option 'flow' is for rules of tcp and udp only");
	return 0;
}

static int
snort_rule_parse(struct snort_parse *p, enum snort_action action,
    struct str rest, struct str place)
{
	static const struct snort_interval none = { 1, 0 };
	struct snort_rule r = { .action = action,
		.fast = -1,
		.gid = 1,
		.ip_proto = -1,
		.dsize = none,
		.ttl = none,
		.itype = none,
		.icode = none };
	int err = snort_header_parse(p, &rest, &r);

	if (err == 0)
		err = snort_options_parse(p, rest, &r);
	if (err == 0)
		err = snort_rule_check(p, &r);
	if (err == 0)
		err = snort_contents_take(p, &r);
	if (err != 0)
		return err;
	if (p->rs->rules.n == SNORT_RULES_MAX)
		return diag(
		    p->why, ERR_SYNTAX, "more than %d rules", SNORT_RULES_MAX);
	r.place = arena_str(&p->rs->mem, place);
	return r.place.s == NULL ? ERR_NOMEM : vec_push(&p->rs->rules, r);
}

static int
snort_line_parse(struct snort_parse *p, struct str line, struct str place)
{
	struct str rest = line, word = str_word(&rest);
	enum snort_action action;

	if (word.n == 0 || word.s[0] == '#')
		return 0;
	if (str_is(word, "var") || str_is(word, "ipvar") ||
	    str_is(word, "portvar"))
		return snort_var_parse(p, rest);
	if (snort_action_parse(word, &action) != 0)
		return diag(p->why, ERR_SYNTAX,
		    "'%.*s' is no action and no variable", STR_ARG(word));
	return snort_rule_parse(p, action, rest, place);
}

/* Reads one logical line; ERR_NOMEM ends all. */
static int
snort_line_tell(struct snort_rules *rs, struct str line, struct str place,
    struct errh *errh)
{
	struct diag why = { "" };
	struct snort_parse *p = calloc(1, sizeof(*p));
	int err = ERR_NOMEM;

	if (p != NULL) {
		p->rs = rs;
		p->why = &why;
		err = snort_line_parse(p, line, place);
		free(p);
	}
	if (err == ERR_SYNTAX && rs->lenient) {
		errh_lwarning(errh, place, "left out: %s", why.text);
		rs->skipped++;
		return 0;
	}
	if (err != 0)
		errh_lerror(errh, place, "%s",
		    err == ERR_NOMEM ? "out of memory" : why.text);
	return err;
}

int
snort_rules_parse(
    struct snort_rules *rs, struct str text, struct str file, struct errh *errh)
{
	struct strbuf whole = STRBUF_INIT, place = STRBUF_INIT;
	struct str line;
	unsigned int number = 0, first = 1;
	int err = 0, worst = 0;

	while (worst != ERR_NOMEM && str_line(&text, &line)) {
		number++;
		while (line.n > 0 && line.s[line.n - 1] == '\r')
			line.n--;
		if (line.n > 0 && line.s[line.n - 1] == '\\' && text.n > 0) {
			sb_add(&whole, str_sub(line, 0, line.n - 1));
			continue;
		}
		sb_add(&whole, line);
		sb_clear(&place);
		sb_printf(&place, "%.*s:%u", STR_ARG(file), first);
		err = whole.oom || place.oom
		          ? ERR_NOMEM
		          : snort_line_tell(
		                rs, sb_str(&whole), sb_str(&place), errh);
		if (err == ERR_NOMEM)
			errh_error(errh, "out of memory");
		if (err != 0)
			worst = err;
		sb_clear(&whole);
		first = number + 1;
	}
	sb_fini(&whole);
	sb_fini(&place);
	return worst;
}
