/* SPDX-License-Identifier: BSD-3-Clause */
/* parser_class.c -- elementclass, compounds in braces, groups. */
#include "click/parser.h"

/* ---- parameters: "$a, KEYWORD $b, __REST__ $rest |" ---- */

/* One parameter; false when there is none, which ends them. */
static bool
class_parameter(struct parser *p, struct compound *c)
{
	struct lexer *lx = &p->lex;
	struct token t = lexer_next(lx), var;

	if (t.kind == '|')
		return false;
	if (t.kind == TOKEN_VARIABLE) {
		compound_define(p, c, t.text, STR(""), true);
		return true;
	}
	if (t.kind == TOKEN_IDENT) {
		var = lexer_next(lx);
		if (var.kind == TOKEN_VARIABLE) {
			compound_define(p, c, var.text, t.text, true);
			return true;
		}
		lexer_back(lx, var);
	}
	if (c->scope.list.n > 0)
		lexer_error(lx, "expected variable");
	lexer_back(lx, t);
	return false;
}

static void
class_parameters(struct parser *p, struct compound *c)
{
	while (class_parameter(p, c)) {
		struct token t = lexer_next(&p->lex);

		if (t.kind == '|')
			return;
		if (t.kind != ',') {
			lexer_error(&p->lex, "expected ',' or '|'");
			lexer_back(&p->lex, t);
			return;
		}
	}
}

/* ---- compounds ---- */

/* "..." before a "}": the class that name had goes on as an overload. */
static int32_t
class_extension(struct parser *p, struct str name, bool first)
{
	int32_t class = class_lookup(p, name);
	struct token t;

	if (class < 0) {
		lexer_error(&p->lex,
		    "cannot extend unknown element class '%.*s'",
		    STR_ARG(name));
		class_add(p, name, NULL, NULL);
		class = class_lookup(p, name); /* none if anonymous */
	}
	t = lexer_next(&p->lex);
	if (first || t.kind != '}')
		lexer_error(&p->lex, "'...' should occur last, after one or "
		                     "more compounds");
	lexer_back(&p->lex, t);
	return class;
}

static void
class_add_pseudoelement(struct parser *p, struct compound *c, struct str name)
{
	part_add(p, c,
	    &(struct part){ .name = name,
	        .class = CLASS_TUNNEL,
	        .config = STR(""),
	        .file = p->lex.file,
	        .line = p->lex.line });
}

/* A body up to the "}" or "||" behind it, which is returned in *end. */
static struct compound *
class_body(struct parser *p, struct str name, struct token *end)
{
	struct token t = lexer_next(&p->lex);
	struct compound *outer = p->scope;
	struct compound *c = compound_new(p, name, outer);

	*end = (struct token){ TOKEN_END, STR("") };
	if (c == NULL)
		return NULL;
	class_add_pseudoelement(p, c, STR("input"));
	class_add_pseudoelement(p, c, STR("output"));
	c->anonymous_offset = 2;
	lexer_back(&p->lex, t);
	p->scope = c;
	p->depth++;
	class_parameters(p, c);
	if (p->depth < PARSER_DEPTH_MAX)
		*end = parser_block(p, BLOCK_COMPOUND);
	else
		lexer_error(
		    &p->lex, "maximum compound element nesting depth exceeded");
	p->depth--;
	p->scope = outer;
	compound_finish(p, c);
	return c;
}

/* Any "..." before the next body; -1 when there is none. */
static int32_t
class_extensions(
    struct parser *p, struct str name, bool first, int32_t extension)
{
	struct token t = lexer_next(&p->lex);

	while (t.kind == TOKEN_DOTS) {
		extension = class_extension(p, name, first);
		t = lexer_next(&p->lex);
	}
	lexer_back(&p->lex, t);
	return extension;
}

/*
 * The classes of the overloads are seen by those behind them only; the first,
 * which stands for all, becomes the name's class in the end.
 */
int32_t
parser_compound(struct parser *p, struct str name)
{
	struct compound *first = NULL, *last = NULL;
	size_t mark = p->bindings.n;
	int32_t extension = -1;
	struct token end;

	do {
		struct compound *c;

		extension = class_extensions(p, name, first == NULL, extension);
		c = class_body(p, name, &end);
		class_scope_leave(p, mark);
		if (c == NULL)
			return CLASS_ERROR;
		if (first == NULL)
			first = c;
		else
			last->overload = class_add(p, name, NULL, c);
		last = c;
	} while (end.kind == TOKEN_BARS);
	last->overload = extension;
	return class_add(p, name, NULL, first);
}

void
parser_elementclass(struct parser *p)
{
	struct lexer *lx = &p->lex;
	struct token t = lexer_next(lx);
	struct str name = STR("");

	if (t.kind == TOKEN_IDENT) {
		name = t.text;
		t = lexer_next(lx);
	} else
		lexer_error(lx, "expected element type name");
	if (t.kind == '{')
		parser_compound(p, name);
	else if (t.kind == TOKEN_IDENT)
		class_alias(p, name, class_force(p, t.text, false));
	else {
		lexer_syntax_error(lx, t);
		class_add(p, name, NULL, NULL);
	}
}

/* ---- groups ---- */

static void
group_statements(struct parser *p)
{
	p->depth++;
	if (p->depth < PARSER_DEPTH_MAX)
		parser_block(p, BLOCK_GROUP);
	else
		lexer_error(
		    &p->lex, "maximum element group nesting depth exceeded");
	p->depth--;
}

/* Gives the term all ports of the group on that side if it has none. */
static void
group_imply_ports(struct parser *p, struct link *l, struct term *t,
    bool isoutput, uint32_t nports)
{
	if (t->ports[isoutput].count > 0)
		return;
	t->ports[isoutput].first = l->ports.n;
	t->ports[isoutput].count = nports;
	for (uint32_t i = 0; i < nports; i++)
		parser_check(p, vec_push(&l->ports, i));
}

/* Within it, "input" and "output" are the group's. */
void
parser_group(struct parser *p, struct str name, struct link *l, struct term *t)
{
	static const struct str pseudo[2] = { { "input", 5 }, { "output", 6 } };
	struct compound *c = p->scope;
	size_t first_conn = c->conns.n;
	int32_t parts[3], outer[2];
	uint32_t nports[2];
	struct str landmark;

	tunnel_add(p, c, name, parts);
	for (int k = 0; k < 2; k++) {
		outer[k] = part_find(c, pseudo[k]);
		parser_check(p, namemap_set(&c->map, pseudo[k], parts[k + 1]));
	}
	if (p->err != 0)
		return;
	group_statements(p);
	landmark = lexer_landmark(&p->lex);
	for (int k = 0; k < 2; k++)
		nports[k] = compound_pseudoports(p, c, parts[k + 1], k == 1,
		    STR("<anonymous group>"), landmark, first_conn);
	for (int k = 0; k < 2; k++) {
		parser_check(p, namemap_set(&c->map, pseudo[k], outer[k]));
		group_imply_ports(p, l, t, k == 1, nports[k]);
	}
}
