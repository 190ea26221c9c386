/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lexer.h -- the tokens of a configuration, with their places.
 *
 * The lexer stands in a text and knows the file and line that the text says it
 * is at (#line directives change both).  Up to two tokens can be put back; the
 * text between parentheses is not made of tokens and is read as one piece.
 */
#ifndef CLICK_LEXER_H
#define CLICK_LEXER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

struct errh;

/* Any other byte is a token of its own, 1..255. */
enum token_kind {
	TOKEN_END = 0,
	TOKEN_IDENT = 256,
	TOKEN_VARIABLE, /* text: without the dollar, maybe empty */
	TOKEN_ARROW,    /* -> */
	TOKEN_ARROW2,   /* => */
	TOKEN_COLONS,   /* :: */
	TOKEN_BARS,     /* || */
	TOKEN_DOTS,     /* ... */
	TOKEN_ELEMENTCLASS,
	TOKEN_REQUIRE,
	TOKEN_PROVIDE,
	TOKEN_DEFINE,
};

struct token {
	int kind;
	struct str text;
};

struct lexer {
	struct str text;
	size_t pos;
	struct str file, first_file; /* now; without any directive */
	unsigned int line;
	struct token back[2]; /* put back, the last on top */
	unsigned int nback;
	bool stopped; /* only TOKEN_END comes any more */
	bool oom;     /* some text was lost */
	struct arena *mem;
	struct errh *errh;
};

/* file empty stands for "config".  All is borrowed. */
void lexer_init(struct lexer *lx, struct str text, struct str file,
    struct arena *mem, struct errh *errh);
struct token lexer_next(struct lexer *lx);
void lexer_back(struct lexer *lx, struct token t);
/*
 * Takes the next token if it is of that kind; else returns false and, unless
 * quiet, reports it.
 */
bool lexer_expect(struct lexer *lx, int kind, bool quiet);
/* The text up to the parenthesis that closes, which comes next. */
struct str lexer_config(struct lexer *lx);

/* "file:line" in lx->mem. */
struct str lexer_landmark(const struct lexer *lx);
struct str landmark_make(struct arena *mem, struct str file, unsigned int line);
/* Reports at the current place. */
void lexer_error(struct lexer *lx, const char *fmt, ...) PRINTF(2, 3);
void lexer_syntax_error(struct lexer *lx, struct token t);
/* text with control bytes as ^X and others as \ooo, in mem. */
struct str lexer_printable(struct arena *mem, struct str text);

#endif
