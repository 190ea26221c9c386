/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf_quote.c -- quoting, and the bytes that a quoted text stands for.
 */
#include "base/err.h"
#include "click/conf.h"

/* What C's one-letter escapes stand for; 0 for other letters. */
static char
unquote_letter(char c)
{
	switch (c) {
	case 'a':
		return '\a';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	default:
		return '\0';
	}
}

/* Up to three octal digits at at; returns the position behind them. */
static size_t
unquote_octal(struct str text, size_t at, struct strbuf *sb)
{
	unsigned int c = 0;
	size_t end = at + 3 < text.n ? at + 3 : text.n;

	for (; at < end && text.s[at] >= '0' && text.s[at] <= '7'; at++)
		c = c * 8 + (unsigned int)(text.s[at] - '0');
	sb_addc(sb, (char)c);
	return at;
}

/* Any number of hexadecimal digits, of which the last two count. */
static size_t
unquote_hex(struct str text, size_t at, struct strbuf *sb)
{
	unsigned int c = 0;

	for (; at < text.n && char_hex(text.s[at]) >= 0; at++)
		c = (c << 4 | (unsigned int)char_hex(text.s[at])) & 0xff;
	sb_addc(sb, (char)c);
	return at;
}

/*
 * The inside of \<...> from at: pairs of hexadecimal digits; comments and
 * whatever else stands between are passed over.
 */
static size_t
unquote_bytes(struct str text, size_t at, struct strbuf *sb)
{
	unsigned int c = 0, digits = 0;

	for (; at < text.n && text.s[at] != '>'; at++) {
		struct str rest = str_from(text, at);

		if (str_starts(rest, STR("//")) ||
		    str_starts(rest, STR("/*"))) {
			at = conf_comment_end(text, at) - 1;
			continue;
		}
		if (char_hex(text.s[at]) < 0)
			continue;
		c = c << 4 | (unsigned int)char_hex(text.s[at]);
		if (++digits == 2) {
			sb_addc(sb, (char)c);
			c = digits = 0;
		}
	}
	return at < text.n ? at + 1 : at;
}

/* The escape whose backslash is at at and is not the last character. */
static size_t
unquote_escape(struct str text, size_t at, struct strbuf *sb)
{
	char c = text.s[at + 1];

	if (c == '\r' && at + 2 < text.n && text.s[at + 2] == '\n')
		return at + 3;
	if (c == '\r' || c == '\n')
		return at + 2;
	if (c >= '0' && c <= '7')
		return unquote_octal(text, at + 1, sb);
	if (c == 'x')
		return unquote_hex(text, at + 2, sb);
	if (c == '<')
		return unquote_bytes(text, at + 2, sb);
	sb_addc(sb, unquote_letter(c) != '\0' ? unquote_letter(c) : c);
	return at + 2;
}

int
conf_unquote(struct str text, struct arena *mem, struct str *bytes)
{
	struct strbuf sb = STRBUF_INIT;
	char quote = '\0';
	size_t at = 0;

	if (conf_uncomment(text, mem, &text) != 0)
		return ERR_NOMEM;
	while (at < text.n) {
		char c = text.s[at];

		if (c == '\\' && at + 1 < text.n &&
		    (quote == '"' ||
		        (quote == '\0' && text.s[at + 1] == '<'))) {
			at = unquote_escape(text, at, &sb);
			continue;
		}
		if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (quote != '\0' && c == quote)
			quote = '\0';
		else
			sb_addc(&sb, c);
		at++;
	}
	return sb_keep(&sb, mem, bytes);
}

/* What stands behind the backslash in quotes; 0: none is needed. */
enum { OCTAL = 1 };
static const char escapes[256] = {
	[0 ... 8] = OCTAL,
	['\t'] = 't',
	['\n'] = 'n',
	[11 ... 12] = OCTAL,
	['\r'] = 'r',
	[14 ... 31] = OCTAL,
	['"'] = '"',
	['$'] = '$',
	['\\'] = '\\',
	[127 ... 255] = OCTAL,
};

/* Without printf's price: what grows may be megabytes of backslashes. */
static void
quote_char(struct strbuf *sb, char c, bool allow_newlines)
{
	unsigned char u = (unsigned char)c;
	char escaped[4] = { '\\', escapes[u] };
	size_t n = 2;

	if (escapes[u] == 0 || (c == '\n' && allow_newlines)) {
		sb_addc(sb, c);
		return;
	}
	if (escapes[u] == OCTAL) {
		escaped[1] = (char)('0' + (u >> 6));
		escaped[2] = (char)('0' + (u >> 3 & 7));
		escaped[3] = (char)('0' + (u & 7));
		n = 4;
	}
	sb_add(sb, str_make(escaped, n));
}

void
conf_quote(struct strbuf *sb, struct str s, bool allow_newlines)
{
	sb_addc(sb, '"');
	for (size_t i = 0; i < s.n; i++)
		quote_char(sb, s.s[i], allow_newlines);
	sb_addc(sb, '"');
}
