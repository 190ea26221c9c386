/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf.h -- the text between an element's parentheses: splitting, quoting and
 * the values of Click's argument types.
 *
 * Rules (Click's cp_* functions): arguments are separated by commas outside
 * quotes; "..." knows backslash escapes and \<hex>, '...' knows none, \<hex>
 * also stands alone; // and slash-star comments count as a space.  Parsers take
 * the whole of the text (already without outer space) and return false,
 * results untouched, for anything else.
 */
#ifndef CLICK_CONF_H
#define CLICK_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/strs.h"

/*
 * Splits conf into arguments, comments and outer white space removed, each a
 * string in *mem.  An empty conf gives none; a trailing comma adds none.
 */
int conf_split(struct str conf, struct arena *mem, struct strs *args);
/*
 * The position behind the comment that begins at at; the newline that ends one
 * of // belongs to it.
 */
size_t conf_comment_end(struct str text, size_t at);
/* Splits at white space outside quotes, as cp_spacevec. */
int conf_split_space(struct str text, struct arena *mem, struct strs *words);
/* The first such word of *rest, which moves on past it and the space after. */
struct str conf_shift_space(struct str *rest);
/* Joins with ", " / " "; conf_split of the result gives args again. */
void conf_join(struct strbuf *sb, const struct strs *args);
void conf_join_space(struct strbuf *sb, const struct strs *words);

/*
 * Without comments and outer space, in *mem.  0 or ERR_NOMEM; *clean may be
 * where text was.
 */
MUST_CHECK int conf_uncomment(
    struct str text, struct arena *mem, struct str *clean);
/* The bytes that a quoted (or plain) text stands for, likewise. */
MUST_CHECK int conf_unquote(
    struct str text, struct arena *mem, struct str *bytes);
/* s in double quotes, so that it unquotes to s. */
void conf_quote(struct strbuf *sb, struct str s, bool allow_newlines);

/* true false yes no t f y n 1 0. */
bool conf_bool(struct str s, bool *x);
/*
 * Decimal, 0x, 0b or (base 0) octal with 0; "_" between digits.  overflow is
 * set (and the value saturated) when the number is good but does not fit.
 */
bool conf_i64(struct str s, int base, int64_t *x, bool *overflow);
bool conf_u64(struct str s, int base, uint64_t *x, bool *overflow);
bool conf_double(struct str s, double *x);
/* A real as a fixed point number with frac_bits bits, or decimal digits. */
bool conf_fixed2(struct str s, int frac_bits, int64_t *x, bool *overflow);
bool conf_fixed10(struct str s, int digits, int64_t *x, bool *overflow);
void sb_fixed2(struct strbuf *sb, int64_t x, int frac_bits);
void sb_fixed10(struct strbuf *sb, int64_t x, int digits);
void sb_double(struct strbuf *sb, double x); /* "%.12g" as Click's */
/* Seconds with unit s, ms, us, ns, min, hr...; 10^digits a second. */
bool conf_seconds(struct str s, int digits, int64_t *x, bool *overflow);
/* Bytes a second with unit; *assumed when it had none. */
bool conf_bandwidth(struct str s, uint64_t *x, bool *assumed, bool *overflow);
void sb_bandwidth(struct strbuf *sb, uint64_t bytes_per_sec);

/*
 * Cuts *s at the first white space outside quotes; false if nothing is left.
 * (What is left unquotes to the string that Click's cp_string reads.)
 */
bool conf_string_span(struct str *s);
/* One word: printable, without quotes, backslashes and commas. */
bool conf_is_word(struct str s);
/* Letters, digits and _ . : ? ! */
bool conf_is_keyword(struct str s);

#endif
