/* SPDX-License-Identifier: BSD-3-Clause */
/* xl_parse.c -- see xl_parse.h. */
#include "cosmos/xl_parse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/*
 * Values become strings within the copy: each ends in a NUL where its quote or
 * the character behind it was, which has been looked at by then.
 */
struct xl_reader {
	struct xl_file *f;
	char *at;
	char held; /* what stood at *at before a NUL was put there */
	unsigned int line;
	struct diag *why;
};

static char
reader_look(const struct xl_reader *r)
{
	return r->held != '\0' ? r->held : *r->at;
}

static void
reader_next(struct xl_reader *r)
{
	if (reader_look(r) == '\n')
		r->line++;
	r->at++;
	r->held = '\0';
}

/* Skips blanks and comments, and ends of lines where they mean nothing. */
static char
reader_skip(struct xl_reader *r, bool lines)
{
	char c;

	for (;;) {
		c = reader_look(r);
		if (c == '#')
			while (reader_look(r) != '\0' && reader_look(r) != '\n')
				reader_next(r);
		else if (c == ' ' || c == '\t' || c == '\r' ||
		         (lines && c == '\n'))
			reader_next(r);
		else
			return c;
	}
}

static int
reader_fail(struct xl_reader *r, const char *what)
{
	return diag(r->why, ERR_SYNTAX, "%u: %s", r->line, what);
}

static bool
word_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (c >= '0' && c <= '9') || c == '-';
}

/* A key or a number: ends where something else begins. */
static char *
reader_word(struct xl_reader *r)
{
	char *begin = r->at;

	if (!word_letter(reader_look(r)))
		return NULL;
	r->held = '\0';
	while (word_letter(*r->at))
		r->at++;
	r->held = *r->at;
	*r->at = '\0';
	return begin;
}

static char *
reader_quoted(struct xl_reader *r)
{
	char quote = reader_look(r), *begin = r->at + 1, *end = begin;

	r->held = '\0';
	while (*end != '\0' && *end != '\n' && *end != quote)
		end++;
	if (*end != quote)
		return NULL;
	*end = '\0';
	r->at = end + 1;
	return begin;
}

static int
setting_add(struct xl_reader *r, const char *value)
{
	struct xl_setting *s = &r->f->v[r->f->n - 1];
	const char **v = realloc(s->value, (s->n + 1) * sizeof(*v));

	if (v == NULL)
		return diag(r->why, ERR_NOMEM, "out of memory");
	s->value = v;
	s->value[s->n++] = value;
	return 0;
}

static int
reader_value(struct xl_reader *r)
{
	char c = reader_look(r);
	const char *value =
	    c == '"' || c == '\'' ? reader_quoted(r) : reader_word(r);

	if (value == NULL)
		return reader_fail(r, c == '"' || c == '\''
		                          ? "the quote has no end"
		                          : "a text in quotes, a number or a "
		                            "list belongs here");
	return setting_add(r, value);
}

static int
reader_list(struct xl_reader *r)
{
	int err;

	reader_next(r);
	while (reader_skip(r, true) != ']') {
		err = reader_value(r);
		if (err != 0)
			return err;
		if (reader_skip(r, true) == ',')
			reader_next(r);
		else if (reader_look(r) != ']')
			return reader_fail(r, "the list goes on with ',' or "
			                      "ends in ']'");
	}
	reader_next(r);
	return 0;
}

static int
reader_setting(struct xl_reader *r)
{
	struct xl_setting *v =
	    realloc(r->f->v, (r->f->n + 1) * sizeof(*r->f->v));
	const char *key;

	if (v == NULL)
		return diag(r->why, ERR_NOMEM, "out of memory");
	r->f->v = v;
	key = reader_word(r);
	if (key == NULL)
		return reader_fail(r, "a setting is KEY = VALUE");
	v[r->f->n++] = (struct xl_setting){ .line = r->line, .key = key };
	if (reader_skip(r, false) != '=')
		return reader_fail(r, "'=' is missing");
	reader_next(r);
	return reader_skip(r, false) == '[' ? reader_list(r) : reader_value(r);
}

static int
reader_all(struct xl_reader *r)
{
	char c;
	int err;

	for (;;) {
		c = reader_skip(r, true);
		if (c == '\0')
			return 0;
		if (c == ';') {
			reader_next(r);
			continue;
		}
		err = reader_setting(r);
		if (err != 0)
			return err;
		c = reader_skip(r, false);
		if (c != '\0' && c != '\n' && c != ';')
			return reader_fail(r, "the line should end here");
	}
}

int
xl_parse(struct xl_file *f, const char *text, struct diag *why)
{
	struct xl_reader r = { .f = f, .line = 1, .why = why };
	int err;

	memset(f, 0, sizeof(*f));
	f->text = r.at = strdup(text);
	if (f->text == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = reader_all(&r);
	if (err != 0)
		xl_free(f);
	return err;
}

void
xl_free(struct xl_file *f)
{
	while (f->n > 0)
		free(f->v[--f->n].value);
	free(f->v);
	free(f->text);
	memset(f, 0, sizeof(*f));
}
