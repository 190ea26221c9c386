/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser_connect.c -- what an arrow between two links connects.
 *
 * Each side gives a sequence of ends, one for each port written, port 0 where
 * none is.  A side that gives one end only is connected to all of the other
 * side; two sides of several are walked in step.  "[0,]" and "[]" give as many
 * further ports as the other side needs, and so does, for "=>", a lone element
 * without ports.
 */
#include "click/parser.h"

struct side {
	const struct link *link;
	bool isoutput;
	uint32_t least; /* ends that it gives as written */
	uint32_t open;  /* how many terms may give more */
	int64_t more;   /* ends still to come from them */
	bool steps;     /* moves on with each connection */
	size_t term;    /* where the walk is */
	uint32_t pos;   /* number of the end within the term */
	uint32_t port;  /* that end's port */
};

static struct side
side_make(const struct link *l, bool isoutput)
{
	struct side s = { .link = l, .isoutput = isoutput };

	for (size_t i = 0; i < l->terms.n; i++) {
		const struct term *t = &l->terms.v[i];

		s.least += t->ports[isoutput].count <= 1
		               ? 1
		               : t->ports[isoutput].count;
		s.open += t->ports[isoutput].open;
	}
	return s;
}

/* The port written at that place of the current term. */
static uint32_t
side_written(const struct side *s, uint32_t at)
{
	const struct term *t = &s->link->terms.v[s->term];

	return s->link->ports.v[t->ports[s->isoutput].first + at];
}

/* Begins the current term, if there is one. */
static void
side_enter(struct side *s)
{
	s->pos = 0;
	s->port = 0;
	if (s->term < s->link->terms.n &&
	    s->link->terms.v[s->term].ports[s->isoutput].count > 0)
		s->port = side_written(s, 0);
}

/* Moves on to the next end. */
static void
side_step(struct side *s)
{
	const struct term *t = &s->link->terms.v[s->term];
	uint32_t n = t->ports[s->isoutput].count;
	bool lone = n == 0 && s->least == 1;

	s->pos++;
	if (s->pos < n)
		s->port = side_written(s, s->pos);
	else if ((t->ports[s->isoutput].open || lone) && s->more > 0) {
		s->port =
		    n == 0 ? s->pos : side_written(s, n - 1) + s->pos - (n - 1);
		s->more--;
	} else {
		s->term++;
		side_enter(s);
	}
}

/* "=>" makes a lone element without ports as open as "[]". */
static void
side_open_lone(struct side *s, const struct side *other)
{
	if (s->least == 1 && other->least > 1 &&
	    s->link->terms.v[0].ports[s->isoutput].count == 0)
		s->open = 1;
}

static void
connect_check(
    struct parser *p, const struct side *out, const struct side *in, bool many)
{
	const char *out_more = "", *in_more = "";

	if (!many)
		lexer_error(&p->lex, "syntax error: many-to-many connections "
		                     "require '=>'");
	if (in->open == 0 && out->open == 0 && in->least != out->least)
		;
	else if (in->open == 0 && in->least < out->least)
		out_more = " or more";
	else if (out->open == 0 && out->least < in->least)
		in_more = " or more";
	else
		return;
	lexer_error(&p->lex,
	    "connection mismatch: %u%s outputs connected to %u%s inputs",
	    out->least, out_more, in->least, in_more);
}

static void
connect_prepare(struct parser *p, struct side *out, struct side *in, bool many)
{
	if (out->open + in->open > 1) {
		lexer_error(&p->lex,
		    "at most one expandable port allowed per connection");
		(in->least < out->least ? out : in)->open = 0;
	}
	if (many) {
		side_open_lone(in, out);
		side_open_lone(out, in);
	}
	in->steps = in->least > 1 || in->open > 0;
	out->steps = out->least > 1 || out->open > 0;
	in->more = in->open > 0 ? (int64_t)out->least - in->least : 0;
	out->more = out->open > 0 ? (int64_t)in->least - out->least : 0;
	if (in->steps && out->steps)
		connect_check(p, out, in, many);
	else if (!in->steps && !out->steps)
		in->steps = true;
}

static struct graph_end
side_end(const struct side *s)
{
	return (struct graph_end){ (uint32_t)s->link->terms.v[s->term].part,
		s->port };
}

void
parser_connect(struct parser *p, const struct link *outputs,
    const struct link *inputs, bool many)
{
	struct side out = side_make(outputs, true);
	struct side in = side_make(inputs, false);

	if (p->err != 0)
		return; /* some ports may be missing */
	connect_prepare(p, &out, &in, many);
	side_enter(&out);
	side_enter(&in);
	while (out.term < outputs->terms.n && in.term < inputs->terms.n &&
	       p->err == 0) {
		compound_connect(p, p->scope, side_end(&out), side_end(&in));
		if (in.steps)
			side_step(&in);
		if (out.steps)
			side_step(&out);
	}
}
