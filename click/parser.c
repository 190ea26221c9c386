/* SPDX-License-Identifier: BSD-3-Clause */
/* parser.c -- statements, and the limits of the parser. */
#include "click/parser.h"

#include <stdarg.h>

/* ---- memory and limits ---- */

void
parser_stop(struct parser *p, int err, const char *message)
{
	if (p->err != 0)
		return;
	if (message != NULL)
		lexer_error(&p->lex, "%s", message);
	p->err = err;
	p->lex.stopped = true;
}

void
parser_check(struct parser *p, int err)
{
	if (err != 0)
		parser_stop(p, err, NULL);
}

void
parser_charge(struct parser *p, size_t bytes)
{
	p->text_made += bytes;
	if (p->text_made > PARSER_TEXT_MAX)
		parser_stop(p, ERR_SYNTAX, "configuration grows too large");
}

struct str
parser_printf(struct parser *p, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	return parser_take(p, &sb);
}

struct str
parser_take(struct parser *p, struct strbuf *sb)
{
	struct str s = STR("");

	parser_charge(p, sb->n);
	if (p->err == 0)
		s = arena_str(&p->mem, sb_str(sb));
	if (s.s == NULL || sb->oom) {
		parser_stop(p, ERR_NOMEM, NULL);
		s = STR("");
	}
	sb_fini(sb);
	return s;
}

/* ---- statements ---- */

/*
 * Whether t ends a block of that kind.  A "}" in a group ends the group too,
 * and is left for the compound around it.
 */
static bool
parser_ends_block(struct parser *p, enum block_kind kind, struct token t)
{
	switch (t.kind) {
	case TOKEN_END:
		if (kind == BLOCK_GROUP)
			lexer_error(&p->lex, "expected ')'");
		else if (kind == BLOCK_COMPOUND)
			lexer_error(&p->lex, "expected '}'");
		return true;
	case ')':
		return kind == BLOCK_GROUP;
	case '}':
	case TOKEN_BARS:
		if (kind != BLOCK_GROUP)
			return kind == BLOCK_COMPOUND;
		lexer_syntax_error(&p->lex, t);
		lexer_back(&p->lex, t);
		return true;
	default:
		return false;
	}
}

static void
parser_statement(struct parser *p, struct block *b, struct token t)
{
	switch (t.kind) {
	case TOKEN_IDENT:
	case '[':
	case '{':
	case '(':
	case TOKEN_ARROW:
	case TOKEN_ARROW2:
		lexer_back(&p->lex, t);
		parser_chain(p, b);
		break;
	case TOKEN_ELEMENTCLASS:
		parser_elementclass(p);
		break;
	case TOKEN_REQUIRE:
		parser_require(p);
		break;
	case TOKEN_DEFINE:
		parser_define(p);
		break;
	case ';':
		break;
	default:
		lexer_syntax_error(&p->lex, t);
		break;
	}
}

struct token
parser_block(struct parser *p, enum block_kind kind)
{
	struct block b = { .nested =
		               kind != BLOCK_FILE || p->scope->scope.depth > 0,
		.ends_output = true };

	for (;;) {
		struct token t = lexer_next(&p->lex);

		breathe(&p->src->breath);
		if (parser_ends_block(p, kind, t))
			return t;
		parser_statement(p, &b, t);
	}
}
