/* SPDX-License-Identifier: BSD-3-Clause */
/* cli.c -- see cli.h. */
#include "host/cli.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { POSSIBILITIES_SHOWN = 4 };

/* What a long option's text was found to mean. */
struct cli_match {
	const struct cli_option *option; /* NULL: none, or several */
	bool negated;
	size_t nsimilar;
	char similar[POSSIBILITIES_SHOWN][40];
};

void
cli_complain(const struct cli *c, const char *fmt, const char *arg)
{
	fprintf(stderr, "%s: '%s' ", c->program, c->shown);
	fprintf(stderr, fmt, arg);
	fputc('\n', stderr);
}

static int
cli_unrecognized(const struct cli *c, const char *dashes, struct str what)
{
	fprintf(stderr, "%s: unrecognized option '%s%.*s'\n", c->program,
	    dashes, STR_ARG(what));
	return CLI_BAD;
}

static int
cli_ambiguous(const struct cli *c, struct str text, const struct cli_match *m)
{
	size_t shown = m->nsimilar;

	if (shown > POSSIBILITIES_SHOWN)
		shown = POSSIBILITIES_SHOWN;
	fprintf(stderr,
	    "%s: option '--%.*s' is ambiguous\n%s: (Possibilities are",
	    c->program, STR_ARG(text), c->program);
	for (size_t i = 0; i < shown; i++)
		fprintf(stderr, "%s'%s'%s",
		    i + 1 == m->nsimilar ? " and " : " ", m->similar[i],
		    i + 1 < m->nsimilar && m->nsimilar > 2 ? "," : "");
	fprintf(stderr, "%s.)\n", shown < m->nsimilar ? " and others" : "");
	return CLI_BAD;
}

/* Looks for the options that name begins, adding to m. */
static void
cli_match_name(
    const struct cli *c, struct str name, bool negated, struct cli_match *m)
{
	const struct cli_option *found = NULL;

	for (size_t i = 0; i < c->noptions; i++) {
		const struct cli_option *o = &c->options[i];

		if (o->name == NULL || (negated && !(o->flags & CLI_NEGATE)) ||
		    !str_starts(str_of(o->name), name))
			continue;
		if (str_is(name, o->name)) {
			m->option = o;
			m->negated = negated;
			return;
		}
		/* Two spellings of one option are no ambiguity of sense, but
		 * the original counts them, and so do its messages. */
		found = o;
		if (m->nsimilar < POSSIBILITIES_SHOWN)
			snprintf(m->similar[m->nsimilar], sizeof(m->similar[0]),
			    "--%s%s", negated ? "no-" : "", o->name);
		m->nsimilar++;
	}
	if (m->nsimilar == 1 && found != NULL) {
		m->option = found;
		m->negated = negated;
	}
}

static const struct cli_option *
cli_find_letter(const struct cli *c, char letter)
{
	for (size_t i = 0; i < c->noptions; i++)
		if (c->options[i].letter == letter)
			return &c->options[i];
	return NULL;
}

/* Reads c->value as o's type; complains when it is none. */
static bool
cli_read_value(struct cli *c, const struct cli_option *o)
{
	const char *v = c->value;
	char *end = NULL;
	bool good = *v != '\0' && !char_space(*v);

	switch (o->value) {
	case CLI_NONE:
	case CLI_STRING:
		return true;
	case CLI_INT:
		c->integer = strtol(v, &end, 0);
		if (good && *end == '\0')
			return true;
		cli_complain(c, "expects an integer, not '%s'", v);
		return false;
	case CLI_REAL:
		c->real = strtod(v, &end);
		if (good && *end == '\0')
			return true;
		cli_complain(c, "expects a real number, not '%s'", v);
		return false;
	}
	return false;
}

/* The value of o, found so far in c->value; id or CLI_BAD. */
static int
cli_finish(struct cli *c, const struct cli_option *o)
{
	if (c->negated || o->value == CLI_NONE) {
		if (c->value == NULL)
			return o->id;
		cli_complain(c, "can't take an argument%s", "");
		return CLI_BAD;
	}
	if (c->value == NULL && !(o->flags & CLI_OPTIONAL)) {
		if (c->argc == 0) {
			cli_complain(c, "requires an argument%s", "");
			return CLI_BAD;
		}
		c->value = *c->argv++;
		c->argc--;
	}
	if (c->value != NULL && !cli_read_value(c, o))
		return CLI_BAD;
	return o->id;
}

static int
cli_long(struct cli *c, const char *word)
{
	struct str text = str_of(word + 2);
	struct str name = str_sub(text, 0, str_find(text, '=', 0));
	struct str rest = name;
	struct cli_match m = { .option = NULL };

	cli_match_name(c, name, false, &m);
	if (m.option == NULL && str_starts(rest, STR("no-"))) {
		rest = str_from(rest, 3);
		cli_match_name(c, rest, true, &m);
	}
	if (m.option == NULL && m.nsimilar > 0)
		return cli_ambiguous(c, text, &m);
	if (m.option == NULL)
		return cli_unrecognized(c, "--", text);
	c->negated = m.negated;
	if (name.n < text.n)
		c->value = word + 2 + name.n + 1;
	snprintf(c->shown, sizeof(c->shown), "--%s%s", m.negated ? "no-" : "",
	    m.option->name);
	return cli_finish(c, m.option);
}

static int
cli_letter(struct cli *c)
{
	const struct cli_option *o = cli_find_letter(c, *c->letters);
	const char *rest = c->letters + 1;

	if (o == NULL) {
		c->letters = NULL;
		return cli_unrecognized(c, "-", str_make(rest - 1, 1));
	}
	snprintf(c->shown, sizeof(c->shown), "-%c", *c->letters);
	c->negated = (o->flags & CLI_ONLY_NEGATED) != 0;
	c->letters = *rest != '\0' ? rest : NULL;
	if (c->negated || o->value == CLI_NONE || *rest == '\0')
		return cli_finish(c, o);
	if (o->flags & CLI_OPTIONAL) {
		char *end;

		/* Letters that are no number are options of their own. */
		(void)strtod(rest, &end);
		if (*end != '\0')
			return cli_finish(c, o);
	}
	c->value = rest;
	c->letters = NULL;
	return cli_finish(c, o);
}

int
cli_next(struct cli *c)
{
	const char *word;

	c->value = NULL;
	c->negated = false;
	if (c->letters != NULL)
		return cli_letter(c);
	if (c->argc == 0)
		return CLI_END;
	word = *c->argv++;
	c->argc--;
	if (c->words_only || word[0] != '-' || word[1] == '\0') {
		c->value = word;
		return CLI_WORD;
	}
	if (word[1] != '-') {
		c->letters = word + 1;
		return cli_letter(c);
	}
	if (word[2] == '\0') {
		c->words_only = true;
		return cli_next(c);
	}
	return cli_long(c, word);
}
