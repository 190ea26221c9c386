/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * str.h -- a string that is looked at: a pointer and a length.
 *
 * A struct str owns nothing and may hold any byte, NUL too.  It is passed by
 * value; whoever receives one borrows the bytes for the duration of the call
 * and must str_dup() what it keeps.  An owned string is the result of
 * str_dup() and ends with str_free().  No two spellings of "empty" differ.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *s;
	size_t n;
};

/* The literal as a struct str; its length is known to the compiler. */
#define STR(lit) ((struct str){ "" lit, sizeof(lit) - 1 })
/* For printf's "%.*s". */
#define STR_ARG(x) (int)(x).n, (x).s

static inline struct str
str_make(const char *s, size_t n)
{
	return (struct str){ s, n };
}

/* From a NUL-terminated string; NULL gives the empty string. */
static inline struct str
str_of(const char *cstr)
{
	return (struct str){ cstr, cstr == NULL ? 0 : strlen(cstr) };
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

static inline bool
str_is(struct str a, const char *cstr)
{
	return str_eq(a, str_of(cstr));
}

static inline bool
str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}

static inline bool
str_ends(struct str a, struct str suffix)
{
	return a.n >= suffix.n &&
	       (suffix.n == 0 ||
	           memcmp(a.s + a.n - suffix.n, suffix.s, suffix.n) == 0);
}

/* Bytes from..to (excluded), both cut to the string's length. */
static inline struct str
str_sub(struct str a, size_t from, size_t to)
{
	if (to > a.n)
		to = a.n;
	if (from > to)
		from = to;
	/* The empty string may have no bytes to point into. */
	return (struct str){ from == 0 ? a.s : a.s + from, to - from };
}

static inline struct str
str_from(struct str a, size_t from)
{
	return str_sub(a, from, a.n);
}

/* Order as memcmp, a prefix first: < 0, 0 or > 0. */
int str_cmp(struct str a, struct str b);

/* Index of the first c at or after from, or a.n. */
size_t str_find(struct str a, char c, size_t from);
/* Index of the last c, or a.n. */
size_t str_rfind(struct str a, char c);
/* Index of the first needle at or after from, or a.n. */
size_t str_search(struct str a, struct str needle, size_t from);

/* ASCII white space: space, \t \n \v \f \r; the locale plays no part. */
static inline bool
char_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
char_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
char_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
char_alnum(char c)
{
	return char_alpha(c) || char_digit(c);
}

/* 0..15, or -1 when c is no hexadecimal digit. */
static inline int
char_hex(char c)
{
	if (char_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Without the white space at either end. */
struct str str_trim(struct str a);

/* Cuts the first line off *rest, without its newline; false at the end. */
bool str_line(struct str *rest, struct str *line);

/*
 * Cuts the first white-space-delimited word off *rest (leading space
 * skipped); empty at the end.  Knows nothing of quotes.
 */
struct str str_word(struct str *rest);

/* An owned copy, NUL after its last byte; .s is NULL when out of memory. */
struct str str_dup(struct str a);
/* Frees an owned string and makes it empty. */
void str_free(struct str *a);
/* Replaces an owned string by a copy of b; ERR_NOMEM leaves *a as it was. */
int str_set(struct str *a, struct str b);

/*
 * Copies a into buf[size] with a NUL, cut when too long.  Returns false when
 * it was cut or holds a NUL itself.
 */
bool str_copy(struct str a, char *buf, size_t size);

#endif
