/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser_term.c -- one element in a chain: "[0] name :: Class(config) [1]",
 * where name may be a class, a compound in braces or a group, and "input" and
 * "output" may be left out.
 */
#include "click/conf.h"
#include "click/parser.h"

/* ---- ports: [0] [0,2] [1-3] [] [0,] ---- */

static void
chain_add_port(struct chain *ch, struct term *t, bool isoutput, uint32_t port)
{
	if (ch->link.ports.n > PARSER_CONNECTIONS_MAX) {
		parser_stop(ch->p, ERR_SYNTAX, "too many ports");
		return;
	}
	parser_check(ch->p, vec_push(&ch->link.ports, port));
	t->ports[isoutput].count++;
}

static uint32_t
chain_port_number(struct chain *ch, struct str text)
{
	bool overflow = false;
	uint64_t port;

	if (!conf_u64(text, 0, &port, &overflow) || overflow ||
	    port > INT32_MAX) {
		lexer_error(
		    &ch->p->lex, "syntax error: port number should be integer");
		return 0;
	}
	if (port <= PARSER_PORT_MAX)
		return (uint32_t)port;
	lexer_error(&ch->p->lex, "port number %u too large", (unsigned)port);
	return 0;
}

/* One port or the end of a range; *last is the port before, or -1. */
static void
chain_port(struct chain *ch, struct term *t, bool isoutput, struct str text,
    bool range, int64_t *last)
{
	int64_t port = chain_port_number(ch, text);

	if (!range)
		*last = port - 1;
	while (*last < port)
		chain_add_port(ch, t, isoutput, (uint32_t)++ * last);
	if (range)
		++*last;
}

/* The ports in brackets that come next, if any do. */
static void
chain_ports(struct chain *ch, struct term *t, bool isoutput)
{
	struct lexer *lx = &ch->p->lex;
	int64_t last = -1;
	bool range = false;

	t->ports[isoutput].first = ch->link.ports.n;
	t->ports[isoutput].count = 0;
	t->ports[isoutput].open = false;
	if (!lexer_expect(lx, '[', true))
		return;
	for (;;) {
		struct token tok = lexer_next(lx);

		if (tok.kind == ']') {
			if (t->ports[isoutput].count == 0)
				chain_add_port(ch, t, isoutput, 0);
			t->ports[isoutput].open = true;
			return;
		}
		if (tok.kind != TOKEN_IDENT) {
			lexer_error(lx, "syntax error: expected port number");
			lexer_back(lx, tok);
			return;
		}
		chain_port(ch, t, isoutput, tok.text, range, &last);
		tok = lexer_next(lx);
		if (tok.kind == ']')
			return;
		if (tok.kind == '-' && !range)
			range = true;
		else if (tok.kind == ',')
			range = false;
		else {
			lexer_error(lx, "syntax error: expected ','");
			lexer_back(lx, tok);
		}
	}
}

/* ---- one term ---- */

/*
 * Whether t, which is no element, may stand behind an "input" or "output"
 * left out: "-> a", "a ->", "[1] -> a" and so on inside a compound or group.
 */
static bool
chain_may_omit(struct chain *ch, const struct term *term, struct token t)
{
	bool first = chain_is_first(ch);
	bool has_ports = term->ports[0].count > 0;
	bool alone = has_ports || ch->link.terms.n == 0;

	if (!ch->block->nested)
		return false;
	if (t.kind == ',')
		return has_ports;
	if (!chain_is_arrow(t))
		return t.kind != TOKEN_COLONS && !first && alone;
	if (first && alone && !has_ports && !ch->block->ends_output)
		errh_lwarning(ch->p->errh, lexer_landmark(&ch->p->lex),
		    "suggest 'input %.*s' or '[0] %.*s' to start connection",
		    STR_ARG(t.text), STR_ARG(t.text));
	return first && alone;
}

/* An "input" or "output" left out before t. */
static void
chain_implicit(struct chain *ch, struct term *term, struct token t)
{
	bool first = chain_is_first(ch);

	term->name = first ? STR("input") : STR("output");
	term->class = class_lookup(ch->p, term->name);
	if (first) { /* the ports that were read are where it goes out */
		term->ports[1] = term->ports[0];
		term->ports[0].count = 0;
		term->ports[0].open = false;
	}
	ch->implicit = true;
	lexer_back(&ch->p->lex, t);
}

enum chain_name {
	NAME_NONE,     /* there is no element */
	NAME_IDENT,    /* a name or a class */
	NAME_OTHER,    /* a compound in braces or a group */
	NAME_IMPLICIT, /* "input" or "output" left out */
};

/* The name, class, compound or group that a term begins with. */
static enum chain_name
chain_name(struct chain *ch, struct term *term)
{
	struct parser *p = ch->p;
	struct token t = lexer_next(&p->lex);

	term->class = -1;
	switch (t.kind) {
	case TOKEN_IDENT:
		term->name = t.text;
		term->class = class_lookup(p, t.text);
		return NAME_IDENT;
	case '{':
		term->name = STR("");
		term->class = parser_compound(p, STR(""));
		return NAME_OTHER;
	case '(':
		term->name = part_anonymous(p, STR(""));
		parser_group(p, term->name, &ch->link, term);
		return NAME_OTHER;
	default:
		if (chain_may_omit(ch, term, t)) {
			chain_implicit(ch, term, t);
			return NAME_IMPLICIT;
		}
		if (term->ports[0].count > 0)
			lexer_error(&p->lex, "stranded port ignored");
		if (ch->link.terms.n > 0)
			return NAME_NONE;
		if (ch->block->nested && chain_is_first(ch))
			lexer_back(&p->lex, t);
		else
			lexer_syntax_error(&p->lex, t);
		return NAME_NONE;
	}
}

/* ":: Class" or ":: { compound }". */
static void
chain_declared(struct chain *ch, struct term *term)
{
	struct parser *p = ch->p;
	struct token t = lexer_next(&p->lex);

	if (t.kind != TOKEN_COLONS) {
		lexer_back(&p->lex, t);
		return;
	}
	term->bare = false;
	t = lexer_next(&p->lex);
	if (t.kind == TOKEN_IDENT)
		term->declared = class_force(p, t.text, false);
	else if (t.kind == '{')
		term->declared = parser_compound(p, STR(""));
	else {
		lexer_error(&p->lex, "missing element type in declaration");
		term->declared = class_force(p, term->name, false);
		lexer_back(&p->lex, t);
	}
}

static void
chain_config(struct chain *ch, struct term *term)
{
	struct parser *p = ch->p;
	struct token t = lexer_next(&p->lex);

	if (t.kind != '(') {
		lexer_back(&p->lex, t);
		return;
	}
	if (part_find(p->scope, term->name) >= 0)
		lexer_error(&p->lex,
		    "configuration string ignored on element reference");
	term->config = lexer_config(&p->lex);
	lexer_expect(&p->lex, ')', false);
	term->bare = false;
}

/* Output ports replace those that a group brought along. */
static void
chain_output_ports(struct chain *ch, struct term *term)
{
	struct token t = lexer_next(&ch->p->lex);

	lexer_back(&ch->p->lex, t);
	if (t.kind == '[')
		chain_ports(ch, term, true);
}

bool
chain_term(struct chain *ch)
{
	struct term term = { .declared = -1, .part = -1, .config = STR("") };
	enum chain_name name;

	chain_ports(ch, &term, false);
	name = chain_name(ch, &term);
	if (name == NAME_NONE)
		return false;
	term.bare = name == NAME_IDENT;
	term.file = ch->p->lex.file;
	term.line = ch->p->lex.line;
	if (name != NAME_IMPLICIT) {
		chain_declared(ch, &term);
		chain_config(ch, &term);
		chain_output_ports(ch, &term);
	}
	if (term.ports[0].count > 0 || term.ports[1].count > 0)
		ch->ports = true;
	parser_check(ch->p, vec_push(&ch->link.terms, term));
	return true;
}
