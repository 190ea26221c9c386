/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf.c -- cutting a configuration string into arguments and words.
 *
 * One skipper a lexical thing; each takes a position within text and returns
 * the one behind the thing, never beyond the end, so that what is not closed
 * runs to the end of the text.
 */
#include "click/conf.h"

#include "base/err.h"

static char
conf_at(struct str text, size_t at)
{
	return at < text.n ? text.s[at] : '\0';
}

static bool
conf_comment_at(struct str text, size_t at)
{
	char next = conf_at(text, at + 1);

	return conf_at(text, at) == '/' && (next == '/' || next == '*');
}

size_t
conf_comment_end(struct str text, size_t at)
{
	if (text.s[at + 1] == '*') {
		at = str_search(text, STR("*/"), at + 2);
		return at == text.n ? at : at + 2;
	}
	while (at < text.n && text.s[at] != '\n' && text.s[at] != '\r')
		at++;
	if (conf_at(text, at) == '\r' && conf_at(text, at + 1) == '\n')
		at++;
	return at < text.n ? at + 1 : at;
}

static size_t
conf_skip_blank(struct str text, size_t at)
{
	while (at < text.n) {
		if (char_space(text.s[at]))
			at++;
		else if (conf_comment_at(text, at))
			at = conf_comment_end(text, at);
		else
			break;
	}
	return at;
}

/* \<...>, in which comments may stand, or a backslash and what follows it. */
static size_t
conf_skip_backslash(struct str text, size_t at)
{
	if (conf_at(text, at + 1) != '<') {
		if (conf_at(text, at + 1) == '\r' &&
		    conf_at(text, at + 2) == '\n')
			at++;
		return at + 2 < text.n ? at + 2 : text.n;
	}
	at += 2;
	while (at < text.n && text.s[at] != '>') {
		if (conf_comment_at(text, at))
			at = conf_comment_end(text, at);
		else
			at++;
	}
	return at < text.n ? at + 1 : at;
}

static size_t
conf_skip_quote(struct str text, size_t at)
{
	char quote = text.s[at++];

	while (at < text.n && text.s[at] != quote) {
		if (quote == '"' && text.s[at] == '\\')
			at = conf_skip_backslash(text, at);
		else
			at++;
	}
	return at < text.n ? at + 1 : at;
}

/* One character, or what must be kept together: a quoted part or \<...>. */
static size_t
conf_skip_unit(struct str text, size_t at)
{
	char c = text.s[at];

	if (c == '"' || c == '\'')
		return conf_skip_quote(text, at);
	if (c == '\\' && conf_at(text, at + 1) == '<')
		return conf_skip_backslash(text, at);
	return at + 1;
}

/*
 * Appends to sb the argument that begins at or after at: what stands before
 * end of text or, if commas, the next comma; outer space cut off, comments
 * with the space around them replaced by one space.  Returns where it ended.
 */
static size_t
conf_argument(struct str text, size_t at, bool commas, struct strbuf *sb)
{
	size_t from = conf_skip_blank(text, at), to = from;
	bool comment = false;

	for (at = from; at < text.n;) {
		if (char_space(text.s[at])) {
			at++;
		} else if (conf_comment_at(text, at)) {
			at = conf_comment_end(text, at);
			comment = true;
		} else if (text.s[at] == ',' && commas) {
			break;
		} else {
			if (comment) {
				sb_add(sb, str_sub(text, from, to));
				sb_addc(sb, ' ');
				from = at;
				comment = false;
			}
			to = at = conf_skip_unit(text, at);
		}
	}
	sb_add(sb, str_sub(text, from, to));
	return at;
}

/* Appends a copy of s in mem to list. */
static int
conf_keep(struct strs *list, struct str s, struct arena *mem)
{
	struct str copy = arena_str(mem, s);

	return copy.s == NULL ? ERR_NOMEM : vec_push(list, copy);
}

int
conf_split(struct str conf, struct arena *mem, struct strs *args)
{
	struct strbuf sb = STRBUF_INIT;
	int err = 0;

	for (size_t at = 0; at < conf.n && err == 0; at++) {
		sb_clear(&sb);
		at = conf_argument(conf, at, true, &sb);
		if (sb.n > 0 || at < conf.n || sb.oom)
			err = sb.oom ? ERR_NOMEM
			             : conf_keep(args, sb_str(&sb), mem);
	}
	sb_fini(&sb);
	return err;
}

struct str
conf_shift_space(struct str *rest)
{
	size_t from = conf_skip_blank(*rest, 0), to = from;
	struct str word;

	while (to < rest->n && !char_space(rest->s[to]) &&
	       !conf_comment_at(*rest, to))
		to = conf_skip_unit(*rest, to);
	word = str_sub(*rest, from, to);
	*rest = str_from(*rest, conf_skip_blank(*rest, to));
	return word;
}

int
conf_split_space(struct str text, struct arena *mem, struct strs *words)
{
	struct str word;
	int err = 0;

	for (word = conf_shift_space(&text); word.n > 0 && err == 0;
	     word = conf_shift_space(&text))
		err = conf_keep(words, word, mem);
	return err;
}

static void
conf_join_with(struct strbuf *sb, const struct strs *list, const char *between)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i > 0)
			sb_adds(sb, between);
		sb_add(sb, list->v[i]);
	}
}

void
conf_join(struct strbuf *sb, const struct strs *args)
{
	conf_join_with(sb, args, ", ");
}

void
conf_join_space(struct strbuf *sb, const struct strs *words)
{
	conf_join_with(sb, words, " ");
}

int
conf_uncomment(struct str text, struct arena *mem, struct str *clean)
{
	struct strbuf sb = STRBUF_INIT;

	conf_argument(text, 0, false, &sb);
	return sb_keep(&sb, mem, clean);
}

bool
conf_string_span(struct str *s)
{
	size_t at = 0;

	while (at < s->n && !char_space(s->s[at]))
		at = conf_skip_unit(*s, at);
	*s = str_sub(*s, 0, at);
	return at > 0;
}
