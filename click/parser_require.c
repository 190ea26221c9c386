/* SPDX-License-Identifier: BSD-3-Clause */
/* parser_require.c -- define, require, and the libraries that this reads. */
#include "click/conf.h"
#include "click/parser.h"

/* ---- define($name value, ...) ---- */

void
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
		if (file.s == NULL)
			parser_check(p, ERR_NOMEM);
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
	if (conf_unquote(words->v[0], &p->mem, &type) != 0 ||
	    (words->n == 2 &&
	        conf_unquote(words->v[1], &p->mem, &value) != 0)) {
		parser_check(p, ERR_NOMEM);
		return;
	}
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

void
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
