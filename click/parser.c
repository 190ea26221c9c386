/* SPDX-License-Identifier: BSD-3-Clause */
/* parser.c -- statements, and graph_parse() as a whole. */
#include "click/parser.h"

#include <stdarg.h>

#include "click/classes.h"
#include "click/conf.h"
#include "click/element.h"

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

/* ---- define($name value, ...) ---- */

static void
parser_define(struct parser *p)
{
	struct strs args = VEC_INIT;
	struct str config;

	if (!lexer_expect(&p->lex, '(', false))
		return;
	config = lexer_config(&p->lex);
	lexer_expect(&p->lex, ')', false);
	parser_check(p, conf_split(config, &p->mem, &args));
	for (size_t i = 0; i < args.n; i++) {
		struct str value = args.v[i];
		struct str name = conf_shift_space(&value);
		size_t end = 1;

		if (args.v[i].n == 0)
			continue;
		while (end < name.n &&
		       (char_alnum(name.s[end]) || name.s[end] == '_'))
			end++;
		if (name.n < 2 || name.s[0] != '$' || end < name.n)
			lexer_error(&p->lex, "bad 'define' declaration: not a "
			                     "variable");
		else
			compound_define(
			    p, p->scope, str_from(name, 1), value, false);
	}
	vec_fini(&args);
}

/* ---- require(...) ---- */

/* Parses text in the place of the library's name. */
static void
parser_library_text(struct parser *p, struct str text, struct str file)
{
	struct lexer outer = p->lex;
	unsigned int depth = p->depth;

	lexer_init(&p->lex, text, file, &p->mem, p->errh);
	p->depth = 0;
	p->library_depth++;
	parser_block(p, BLOCK_FILE);
	p->library_depth--;
	p->depth = depth;
	outer.oom |= p->lex.oom;
	p->lex = outer;
	p->lex.stopped = p->err != 0;
}

static bool
parser_library_known(const struct parser *p, struct str file)
{
	for (size_t i = 0; i < p->libraries.n; i++)
		if (str_eq(p->libraries.v[i], file))
			return true;
	return false;
}

/* Gets the library's text: 0, or ERR_* (reported if it was found). */
static int
parser_library_read(
    struct parser *p, struct str name, struct strbuf *text, struct str *file)
{
	struct errh here;
	int err;

	if (p->src->library == NULL)
		return ERR_NOTFOUND;
	errh_landmark_init(&here, p->errh, lexer_landmark(&p->lex));
	err = p->src->library(p->src->library_arg, name, text, file, &here);
	errh_fini(&here);
	return err;
}

static void
parser_library(struct parser *p, struct str name)
{
	struct strbuf text = STRBUF_INIT;
	struct str file = p->lex.file, shown;
	int err;

	if (p->scope->scope.depth > 0) {
		lexer_error(
		    &p->lex, "'require library' must be used at file scope");
		return;
	}
	err = parser_library_read(p, name, &text, &file);
	if (err == ERR_NOTFOUND) {
		shown = lexer_printable(&p->mem, name);
		lexer_error(&p->lex,
		    "library '%.*s' not found in CLICKPATH/conf",
		    STR_ARG(shown));
	} else if (p->library_depth >= PARSER_LIBRARY_DEPTH_MAX)
		lexer_error(&p->lex, "libraries require each other too deeply");
	else if (err == 0 && !parser_library_known(p, file)) {
		file = arena_str(&p->mem, file);
		parser_check(p, vec_push(&p->libraries, file));
		parser_library_text(p, parser_take(p, &text), file);
	}
	sb_fini(&text);
}

static void
parser_add_requirement(struct parser *p, struct str type, struct str value)
{
	parser_check(p, vec_push(&p->requirements, type));
	parser_check(p, vec_push(&p->requirements, value));
}

/* No packages can be loaded; all that exists is linked in. */
static void
parser_package(struct parser *p, struct str name)
{
	errh_error(p->errh, "requirement '%.*s' not available", STR_ARG(name));
	parser_add_requirement(p, STR("package"), name);
}

/* One argument of require(): "package x", "library x", "x"... */
static void
parser_requirement(struct parser *p, const struct strs *words)
{
	struct str type, value = STR("");

	if (words->n == 0)
		return;
	type = conf_unquote(words->v[0], &p->mem);
	if (words->n == 2)
		value = conf_unquote(words->v[1], &p->mem);
	if (str_is(type, "compact_config") && words->n == 1)
		parser_add_requirement(p, type, value);
	else if (str_is(type, "package") && words->n == 2)
		parser_package(p, value);
	else if (str_is(type, "library") && words->n == 2)
		parser_library(p, value);
	else if (words->n == 1 && conf_is_word(type) &&
	         !str_is(type, "package") && !str_is(type, "library"))
		parser_package(p, type);
	else
		lexer_error(&p->lex, "syntax error at requirement");
}

static void
parser_require(struct parser *p)
{
	struct strs args = VEC_INIT;
	struct str config;

	if (!lexer_expect(&p->lex, '(', false))
		return;
	config = lexer_config(&p->lex);
	lexer_expect(&p->lex, ')', false);
	lexer_expect(&p->lex, ';', true);
	parser_check(p, conf_split(config, &p->mem, &args));
	for (size_t i = 0; i < args.n; i++) {
		struct strs words = VEC_INIT;

		parser_check(p, conf_split_space(args.v[i], &p->mem, &words));
		parser_requirement(p, &words);
		vec_fini(&words);
	}
	vec_fini(&args);
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

		if (parser_ends_block(p, kind, t))
			return t;
		parser_statement(p, &b, t);
	}
}

/* ---- the whole ---- */

/* Definitions of the command line replace the file's own. */
static void
parser_add_defines(struct parser *p)
{
	const struct strs *d = p->src->defines;

	for (size_t i = 0; d != NULL && i + 1 < d->n; i += 2)
		parser_check(
		    p, varenv_set(&p->top->scope, d->v[i], d->v[i + 1]));
}

static void
parser_run(struct parser *p)
{
	p->top = p->scope = compound_new(p, STR(""), NULL);
	if (p->top == NULL)
		return;
	parser_block(p, BLOCK_FILE);
	parser_add_defines(p);
	if (p->err == 0)
		expand_all(p);
	if (p->err == 0)
		tunnel_connect_all(p);
}

static struct str
parser_keep(struct parser *p, struct graph *g, struct str s)
{
	struct str kept = arena_str(&g->mem, s);

	if (kept.s == NULL)
		parser_stop(p, ERR_NOMEM, NULL);
	return kept;
}

/* Elements with a class go to the graph; their new numbers to number[]. */
static void
parser_emit_elements(struct parser *p, struct graph *g, uint32_t *number)
{
	for (size_t i = 0; i < p->top->parts.n && p->err == 0; i++) {
		const struct part *part = &p->top->parts.v[i];
		struct str landmark = part_landmark(p, part);
		struct graph_element e = {
			.class = p->classes.v[part->class].builtin,
		};

		number[i] = UINT32_MAX;
		if (landmark.s == NULL)
			parser_stop(p, ERR_NOMEM, NULL);
		if (part->class == CLASS_TUNNEL)
			continue;
		e.name = parser_keep(p, g, part->name);
		e.config = parser_keep(p, g, part->config);
		e.landmark = parser_keep(p, g, landmark);
		number[i] = (uint32_t)g->elements.n;
		parser_check(p, vec_push(&g->elements, e));
	}
}

static int
parser_compare_ends(const struct graph_end *a, const struct graph_end *b)
{
	if (a->element != b->element)
		return a->element < b->element ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

static int
parser_compare(const void *x, const void *y)
{
	const struct graph_connection *a = x, *b = y;
	int order = parser_compare_ends(&a->to, &b->to);

	return order != 0 ? order : parser_compare_ends(&a->from, &b->from);
}

/* Connections between elements, sorted by target, each once. */
static void
parser_emit_connections(
    struct parser *p, struct graph *g, const uint32_t *number)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->top->conns.n; i++) {
		struct graph_connection c = p->top->conns.v[i];

		c.from.element = number[c.from.element];
		c.to.element = number[c.to.element];
		if (c.from.element != UINT32_MAX && c.to.element != UINT32_MAX)
			parser_check(p, vec_push(&g->connections, c));
	}
	if (g->connections.n == 0)
		return;
	qsort(g->connections.v, g->connections.n, sizeof(*g->connections.v),
	    parser_compare);
	for (size_t i = 1; i < g->connections.n; i++)
		if (parser_compare(
		        &g->connections.v[kept], &g->connections.v[i]) != 0)
			g->connections.v[++kept] = g->connections.v[i];
	g->connections.n = kept + 1;
}

static void
parser_emit(struct parser *p, struct graph *g)
{
	uint32_t *number = calloc(p->top->parts.n + 1, sizeof(*number));

	if (number == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return;
	}
	parser_emit_elements(p, g, number);
	if (p->err == 0)
		parser_emit_connections(p, g, number);
	free(number);
	for (size_t i = 0; i < p->requirements.n; i++)
		parser_check(p, vec_push(&g->requirements,
		                    parser_keep(p, g, p->requirements.v[i])));
	g->text = parser_keep(p, g, p->src->text);
}

static void
parser_fini(struct parser *p)
{
	tunnel_fini(p);
	class_scope_fini(p);
	while (p->compounds != NULL) {
		compound_free(p->compounds);
		p->compounds = p->compounds->next;
	}
	vec_fini(&p->libraries);
	vec_fini(&p->requirements);
	arena_fini(&p->mem);
}

int
graph_parse(struct graph *g, const struct graph_source *src, struct errh *errh)
{
	struct graph_source source = *src;
	struct parser p = { .mem = ARENA_INIT, .src = &source };
	struct errh counting;

	if (source.find_class == NULL)
		source.find_class = class_find;
	*g = (struct graph){ .mem = ARENA_INIT };
	errh_prefix_init(&counting, errh, STR(""));
	p.errh = &counting;
	lexer_init(&p.lex, source.text, source.file, &p.mem, p.errh);
	parser_check(&p, class_scope_init(&p));
	if (p.err == 0)
		parser_run(&p);
	if (p.lex.oom)
		parser_stop(&p, ERR_NOMEM, NULL);
	if (p.err == 0 && counting.nerrors > 0)
		p.err = ERR_SYNTAX;
	if (p.err == 0)
		parser_emit(&p, g);
	parser_fini(&p);
	errh_fini(&counting);
	if (p.err != 0)
		graph_fini(g);
	return p.err;
}

void
graph_fini(struct graph *g)
{
	vec_fini(&g->elements);
	vec_fini(&g->connections);
	vec_fini(&g->requirements);
	arena_fini(&g->mem);
	*g = (struct graph){ .mem = ARENA_INIT };
}
