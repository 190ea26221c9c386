/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser_chain.c -- element lists, declarations and chains:
 *
 *	a :: Class(config), b [0,1] => [0] c, { input -> output } -> d;
 *
 * What is written between two arrows is a link, a list of terms.  A link is
 * read whole before its elements are made, since a class at its end may hold
 * for the names before it.
 */
#include "click/parser.h"

static void
link_clear(struct link *l)
{
	l->terms.n = l->ports.n = 0;
}

static void
link_fini(struct link *l)
{
	vec_fini(&l->terms);
	vec_fini(&l->ports);
}

/* ---- a link ---- */

/* "a, b, c :: Class(config);" declares all three. */
static void
chain_spread_class(struct link *l)
{
	struct term *last = &l->terms.v[l->terms.n - 1];

	for (size_t i = 0; i + 1 < l->terms.n; i++)
		if (!l->terms.v[i].bare)
			return;
	for (size_t i = 0; i + 1 < l->terms.n; i++) {
		l->terms.v[i].declared = last->declared;
		l->terms.v[i].config = last->config;
	}
}

static void
chain_term_error(
    struct chain *ch, const struct term *t, const char *what, const char *end)
{
	if (ch->p->err == 0)
		errh_lerror(ch->p->errh,
		    landmark_make(&ch->p->mem, t->file, t->line), "%s '%.*s'%s",
		    what, STR_ARG(t->name), end);
}

static void
chain_redeclared(struct chain *ch, const struct term *t)
{
	struct parser *p = ch->p;
	const struct part *part = &p->scope->parts.v[t->part];

	chain_term_error(ch, t, "redeclaration of element", "");
	if (part->class != CLASS_TUNNEL && p->err == 0)
		errh_lerror(p->errh, part_landmark(p, part),
		    "element '%.*s' previously declared here",
		    STR_ARG(t->name));
}

/* Finds or makes the element that the term speaks of. */
static void
chain_make_element(struct chain *ch, struct term *t)
{
	struct part part = {
		.config = t->config, .file = t->file, .line = t->line
	};

	t->part = t->class >= 0 ? -1 : part_find(ch->p->scope, t->name);
	if (t->part >= 0) {
		if (t->declared >= 0)
			chain_redeclared(ch, t);
		return;
	}
	if (t->declared >= 0 && t->class >= 0)
		chain_term_error(ch, t, "class", " used as element name");
	else if (t->declared < 0 && t->class < 0) {
		chain_term_error(ch, t, "undeclared element", "");
		t->class = class_force(ch->p, t->name, true);
	}
	if (t->class >= 0)
		t->name = part_anonymous(ch->p, t->name);
	part.name = t->name;
	part.class = t->class >= 0 ? t->class : t->declared;
	t->part = part_add(ch->p, ch->p->scope, &part);
}

static void
chain_finish_link(struct chain *ch, bool arrow)
{
	bool first = chain_is_first(ch);

	if (ch->implicit && !first && arrow)
		lexer_error(&ch->p->lex,
		    "implicit ports used in the middle of a chain");
	if (ch->link.terms.n > 1 && first && !arrow && !ch->ports &&
	    !ch->implicit)
		chain_spread_class(&ch->link);
	for (size_t i = 0; i < ch->link.terms.n; i++)
		chain_make_element(ch, &ch->link.terms.v[i]);
}

static void
chain_check_useless(struct chain *ch, const struct link *l, bool isoutput)
{
	for (size_t i = 0; i < l->terms.n; i++)
		if (l->terms.v[i].ports[isoutput].count > 0) {
			lexer_error(&ch->p->lex, "%s",
			    isoutput ? "output ports ignored at end of chain"
			             : "input ports ignored at start of chain");
			return;
		}
}

/* Reads a link and makes its elements; false when there is none. */
static bool
chain_link(struct chain *ch)
{
	struct token t;

	link_clear(&ch->link);
	ch->implicit = ch->ports = false;
	do {
		if (!chain_term(ch) && ch->link.terms.n == 0)
			return false;
		t = lexer_next(&ch->p->lex);
	} while (t.kind == ',');
	lexer_back(&ch->p->lex, t);
	chain_finish_link(ch, chain_is_arrow(t));
	return true;
}

/* What follows a link: true for an arrow, else the end of the chain. */
static bool
chain_connector(struct chain *ch, bool *many)
{
	struct lexer *lx = &ch->p->lex;

	for (;;) {
		struct token t = lexer_next(lx);

		switch (t.kind) {
		case ',':
		case TOKEN_COLONS:
			lexer_syntax_error(lx, t);
			continue;
		case TOKEN_ARROW:
		case TOKEN_ARROW2:
			*many = t.kind == TOKEN_ARROW2;
			return true;
		case ';':
		case TOKEN_END:
			return false;
		case TOKEN_IDENT:
		case '{':
		case '}':
		case '[':
		case ')':
		case TOKEN_BARS:
		case TOKEN_ELEMENTCLASS:
		case TOKEN_REQUIRE:
		case TOKEN_PROVIDE:
		case TOKEN_DEFINE:
			lexer_back(lx, t);
			return false;
		default:
			lexer_syntax_error(lx, t);
			if (t.kind >= TOKEN_IDENT)
				lexer_back(lx, t);
			return false;
		}
	}
}

/* Joins link to the one before, whose place it takes. */
static void
chain_advance(struct chain *ch, bool many)
{
	struct link swap = ch->last;

	if (chain_is_first(ch))
		chain_check_useless(ch, &ch->link, false);
	else
		parser_connect(ch->p, &ch->last, &ch->link, many);
	ch->last = ch->link;
	ch->link = swap;
}

void
parser_chain(struct parser *p, struct block *b)
{
	struct chain ch = { .p = p, .block = b };
	bool many = false;

	while (chain_link(&ch)) {
		chain_advance(&ch, many);
		if (!chain_connector(&ch, &many))
			break;
	}
	chain_check_useless(&ch, &ch.last, true);
	b->ends_output =
	    ch.last.terms.n == 1 && ch.last.terms.v[0].part >= 0 &&
	    ch.last.terms.v[0].part == part_find(p->scope, STR("output"));
	link_fini(&ch.last);
	link_fini(&ch.link);
}
