/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lexer.c -- the tokens of a configuration, with their places.
 *
 * Long because what skips comments, quotes and directives serves both tokens
 * and the text between parentheses.
 */
#include "click/lexer.h"

#include <stdarg.h>

#include "base/strbuf.h"
#include "click/conf.h"
#include "click/errh.h"

/* ---- places and messages ---- */

struct str
landmark_make(struct arena *mem, struct str file, unsigned int line)
{
	char last = file.n == 0 ? 0 : file.s[file.n - 1];

	if (line == 0)
		return file;
	return arena_printf(mem,
	    last == ':' || char_space(last) ? "%.*s%u" : "%.*s:%u",
	    STR_ARG(file), line);
}

struct str
lexer_landmark(const struct lexer *lx)
{
	return landmark_make(lx->mem, lx->file, lx->line);
}

void
lexer_error(struct lexer *lx, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	if (lx->stopped)
		return;
	va_start(ap, fmt);
	sb_vprintf(&text, fmt, ap);
	va_end(ap);
	errh_text(lx->errh, ERRH_ERROR, lexer_landmark(lx), sb_str(&text));
	sb_fini(&text);
}

struct str
lexer_printable(struct arena *mem, struct str text)
{
	struct strbuf sb = STRBUF_INIT;
	struct str result;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if (c < ' ')
			sb_printf(&sb, "^%c", c + '@');
		else if (c < 0x7f)
			sb_addc(&sb, text.s[i]);
		else
			sb_printf(&sb, "\\%03o", c);
	}
	return sb_keep(&sb, mem, &result) == 0 ? result : STR("...");
}

void
lexer_syntax_error(struct lexer *lx, struct token t)
{
	struct str near = lexer_printable(lx->mem, t.text);

	lexer_error(lx, "syntax error near '%.*s'", STR_ARG(near));
}

/* ---- moving over text; each returns the index behind what it skips ---- */

static char
lexer_at(const struct lexer *lx, size_t i)
{
	return i < lx->text.n ? lx->text.s[i] : '\0';
}

static bool
lexer_is_eol(char c)
{
	return c == '\n' || c == '\r';
}

/* One byte, or one line end (\n, \r or \r\n), which is counted. */
static size_t
lexer_step(struct lexer *lx, size_t i)
{
	char c = lx->text.s[i];

	if (c == '\r' && lexer_at(lx, i + 1) == '\n')
		i++;
	if (lexer_is_eol(c))
		lx->line++;
	return i + 1;
}

static size_t
lexer_skip_line(struct lexer *lx, size_t i)
{
	while (i < lx->text.n && !lexer_is_eol(lx->text.s[i]))
		i++;
	return i < lx->text.n ? lexer_step(lx, i) : i;
}

/* The rest of a slash-star comment. */
static size_t
lexer_skip_stars(struct lexer *lx, size_t i)
{
	while (i < lx->text.n) {
		if (lx->text.s[i] == '*' && lexer_at(lx, i + 1) == '/')
			return i + 2;
		i = lexer_step(lx, i);
	}
	return i;
}

/* A comment at i; i itself when there is none. */
static size_t
lexer_skip_comment(struct lexer *lx, size_t i)
{
	if (lexer_at(lx, i) != '/')
		return i;
	if (lexer_at(lx, i + 1) == '/')
		return lexer_skip_line(lx, i + 2);
	if (lexer_at(lx, i + 1) == '*')
		return lexer_skip_stars(lx, i + 2);
	return i;
}

/* The rest of \<...>, which may hold comments. */
static size_t
lexer_skip_hex(struct lexer *lx, size_t i)
{
	while (i < lx->text.n) {
		size_t past = lexer_skip_comment(lx, i);

		if (past != i)
			i = past;
		else if (lx->text.s[i] == '>')
			return i + 1;
		else
			i = lexer_step(lx, i);
	}
	return i;
}

/* The rest of a quoted text.  A line end after a backslash is not counted. */
static size_t
lexer_skip_quote(struct lexer *lx, size_t i, char quote)
{
	while (i < lx->text.n) {
		char c = lx->text.s[i];

		if (c == quote)
			return i + 1;
		if (c != '\\' || quote != '"' || i + 1 == lx->text.n)
			i = lexer_step(lx, i);
		else if (lx->text.s[i + 1] == '<')
			i = lexer_skip_hex(lx, i + 2);
		else
			i += 2;
	}
	return i;
}

static size_t
lexer_skip_blanks(const struct lexer *lx, size_t i)
{
	while (lexer_at(lx, i) == ' ' || lexer_at(lx, i) == '\t')
		i++;
	return i;
}

/* ---- directives: # 3 "file" and #line 3 "file" ---- */

/* The quoted file name at i, up to its closing quote or the line's end. */
static size_t
lexer_directive_file(struct lexer *lx, size_t i)
{
	size_t from = i++;
	struct str name;

	while (i < lx->text.n && lx->text.s[i] != '"' &&
	       !lexer_is_eol(lx->text.s[i])) {
		if (lx->text.s[i] == '\\' && i + 1 < lx->text.n &&
		    !lexer_is_eol(lx->text.s[i + 1]))
			i++;
		i++;
	}
	name = str_sub(lx->text, from, i);
	name = arena_printf(lx->mem, "%.*s\"", STR_ARG(name));
	if (name.s == NULL || conf_unquote(name, lx->mem, &name) != 0)
		lx->oom = true;
	lx->file = name.n > 0 ? name : lx->first_file;
	return i;
}

/* The directive whose # is at i, without its line end. */
static size_t
lexer_skip_directive(struct lexer *lx, size_t i)
{
	unsigned int line = 0;
	size_t word = lexer_skip_blanks(lx, i + 1);

	i = word;
	if (str_starts(str_from(lx->text, i), STR("line")) &&
	    lexer_skip_blanks(lx, i + 4) != i + 4)
		i = lexer_skip_blanks(lx, i + 4);
	if (!char_digit(lexer_at(lx, i))) {
		lexer_error(lx, "unknown preprocessor directive");
		return lexer_skip_line(lx, i);
	}
	for (; char_digit(lexer_at(lx, i)); i++)
		line = line * 10 + (unsigned int)(lx->text.s[i] - '0');
	lx->line = line - 1; /* its own line end is still to be counted */
	i = lexer_skip_blanks(lx, i);
	if (lexer_at(lx, i) == '"')
		i = lexer_directive_file(lx, i);
	while (i < lx->text.n && !lexer_is_eol(lx->text.s[i]))
		i++;
	return i;
}

static bool
lexer_is_directive(const struct lexer *lx, size_t i)
{
	return lx->text.s[i] == '#' &&
	       (i == 0 || lexer_is_eol(lx->text.s[i - 1]));
}

/* ---- tokens ---- */

static size_t
lexer_skip_space(struct lexer *lx, size_t i)
{
	while (i < lx->text.n) {
		size_t past = lexer_skip_comment(lx, i);

		if (past != i)
			i = past;
		else if (char_space(lx->text.s[i]))
			i = lexer_step(lx, i);
		else if (lexer_is_directive(lx, i))
			i = lexer_skip_directive(lx, i);
		else
			break;
	}
	return i;
}

static bool
lexer_is_word(char c)
{
	return char_alnum(c) || c == '_' || c == '@';
}

/* Words, joined by single slashes. */
static size_t
lexer_skip_words(const struct lexer *lx, size_t i)
{
	while (lexer_is_word(lexer_at(lx, i)) ||
	       (lexer_at(lx, i) == '/' && lexer_is_word(lexer_at(lx, i + 1))))
		i++;
	return i;
}

static int
lexer_word_kind(struct str word)
{
	static const struct {
		const char *word;
		int kind;
	} keywords[] = {
		{ "elementclass", TOKEN_ELEMENTCLASS },
		{ "require", TOKEN_REQUIRE },
		{ "provide", TOKEN_PROVIDE },
		{ "define", TOKEN_DEFINE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (str_is(word, keywords[i].word))
			return keywords[i].kind;
	return TOKEN_IDENT;
}

static struct token
lexer_take(struct lexer *lx, size_t from, size_t to, int kind)
{
	lx->pos = to;
	return (struct token){ kind, str_sub(lx->text, from, to) };
}

static struct token
lexer_take_mark(struct lexer *lx, size_t i)
{
	static const struct {
		struct str mark;
		int kind;
	} marks[] = {
		{ { "->", 2 }, TOKEN_ARROW },
		{ { "=>", 2 }, TOKEN_ARROW2 },
		{ { "::", 2 }, TOKEN_COLONS },
		{ { "||", 2 }, TOKEN_BARS },
		{ { "...", 3 }, TOKEN_DOTS },
	};
	struct str rest = str_from(lx->text, i);

	for (size_t k = 0; k < ARRAY_SIZE(marks); k++)
		if (str_starts(rest, marks[k].mark))
			return lexer_take(
			    lx, i, i + marks[k].mark.n, marks[k].kind);
	return lexer_take(lx, i, i + 1, (unsigned char)lx->text.s[i]);
}

static struct token
lexer_read(struct lexer *lx)
{
	size_t i = lexer_skip_space(lx, lx->pos), end;
	struct token t;

	if (i >= lx->text.n)
		return lexer_take(lx, lx->text.n, lx->text.n, TOKEN_END);
	if (lexer_is_word(lx->text.s[i])) {
		t = lexer_take(lx, i, lexer_skip_words(lx, i), TOKEN_IDENT);
		t.kind = lexer_word_kind(t.text);
		return t;
	}
	if (lx->text.s[i] == '$') {
		for (end = i + 1;
		     lexer_is_word(lexer_at(lx, end)) && lx->text.s[end] != '@';
		     end++)
			continue;
		return lexer_take(lx, i + 1, end, TOKEN_VARIABLE);
	}
	return lexer_take_mark(lx, i);
}

struct token
lexer_next(struct lexer *lx)
{
	if (lx->stopped)
		return (struct token){ TOKEN_END, STR("") };
	if (lx->nback > 0)
		return lx->back[--lx->nback];
	return lexer_read(lx);
}

void
lexer_back(struct lexer *lx, struct token t)
{
	if (lx->stopped)
		return;
	ASSERT(lx->nback < ARRAY_SIZE(lx->back));
	lx->back[lx->nback++] = t;
}

static const char *
lexer_kind_text(int kind)
{
	switch (kind) {
	case '(':
		return "'('";
	case ')':
		return "')'";
	default:
		return "';'";
	}
}

bool
lexer_expect(struct lexer *lx, int kind, bool quiet)
{
	struct lexer before = *lx;

	if (lexer_next(lx).kind == kind)
		return true;
	*lx = before;
	if (!quiet)
		lexer_error(lx, "expected %s", lexer_kind_text(kind));
	return false;
}

struct str
lexer_config(struct lexer *lx)
{
	struct strbuf sb = STRBUF_INIT;
	unsigned int depth = 1;
	size_t i = lx->pos, from = i, past;
	struct str config;

	while (i < lx->text.n) {
		char c = lx->text.s[i];

		depth += c == '(';
		depth -= c == ')';
		if (depth == 0)
			break;
		if (c == '"' || c == '\'')
			i = lexer_skip_quote(lx, i + 1, c);
		else if (c == '\\' && lexer_at(lx, i + 1) == '<')
			i = lexer_skip_hex(lx, i + 2);
		else if (lexer_is_directive(lx, i)) {
			sb_add(&sb, str_sub(lx->text, from, i));
			from = i = lexer_skip_directive(lx, i);
		} else if ((past = lexer_skip_comment(lx, i)) != i)
			i = past;
		else
			i = lexer_step(lx, i);
	}
	lx->pos = i;
	config = str_sub(lx->text, from, i);
	if (sb.n == 0 && !sb.oom)
		return config;
	sb_add(&sb, config);
	if (sb_keep(&sb, lx->mem, &config) != 0)
		lx->oom = true;
	return config;
}

void
lexer_init(struct lexer *lx, struct str text, struct str file,
    struct arena *mem, struct errh *errh)
{
	if (file.n == 0)
		file = STR("config");
	*lx = (struct lexer){ .text = text,
		.file = file,
		.first_file = file,
		.line = 1,
		.mem = mem,
		.errh = errh };
}
