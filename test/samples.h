/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * samples.h -- test/elements.samples: how each element class is configured, for
 * what goes over all of them.
 *
 *	samples_read("test/elements.samples");
 *	s = samples_find(str_of("Queue"));
 *	sample_text(&sb, s, 1)      a router around it: "s0 -> [0] x [0] -> ..."
 */
#ifndef TEST_SAMPLES_H
#define TEST_SAMPLES_H

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "click/classes.h"
#include "click/element.h"

enum { PORTS_MAX = 8 };

struct sample {
	const struct element_class *class;
	struct str config, more; /* more statements, for what it needs */
	struct str reason;       /* why it is not tried, or empty */
	unsigned int nin, nout;
};

static struct {
	char *text; /* of the file */
	struct sample *v;
	size_t n;
} samples;

UNUSED static void
samples_fail(const char *what, struct str name)
{
	fprintf(
	    stderr, "test/elements.samples: %.*s: %s\n", STR_ARG(name), what);
	exit(1);
}

/* Cuts *line at a tab. */
UNUSED static struct str
samples_field(struct str *line)
{
	size_t tab = str_find(*line, '\t', 0);
	struct str field = str_sub(*line, 0, tab);

	*line = str_from(*line, tab + 1);
	return field;
}

UNUSED static unsigned int
samples_number(struct str s)
{
	return s.n > 0 && char_digit(s.s[0])
	           ? (unsigned int)strtoul(s.s, NULL, 10)
	           : 0;
}

/* "2/3" as it is given, or what the class asks for: least in, most out. */
UNUSED static void
samples_ports(struct sample *s, struct str given)
{
	struct str ports = given.n > 0               ? given
	                   : s->class->ports != NULL ? str_of(s->class->ports)
	                                             : STR("0/0");
	size_t slash = str_find(ports, '/', 0);
	struct str in = str_sub(ports, 0, slash);
	struct str out = str_from(ports, slash + 1);
	size_t dash = str_find(out, '-', 0);

	s->nin = str_is(in, "-") ? 1 : samples_number(in);
	if (str_is(out, "="))
		s->nout = s->nin;
	else if (dash == out.n)
		s->nout = samples_number(out);
	else
		s->nout = dash + 1 == out.n
		              ? 1
		              : samples_number(str_from(out, dash + 1));
	if (s->nin > PORTS_MAX || s->nout > PORTS_MAX)
		samples_fail("too many ports", given);
}

UNUSED static void
samples_line(struct str line)
{
	struct sample s = { .class = NULL };
	struct str name = samples_field(&line), ports;

	for (size_t i = 0; i < class_count; i++)
		if (str_is(name, class_table[i].class->name))
			s.class = class_table[i].class;
	if (s.class == NULL)
		return; /* of a program with other elements */
	s.config = samples_field(&line);
	ports = samples_field(&line);
	if (str_is(s.config, "!"))
		s.reason = ports;
	else
		samples_ports(&s, ports);
	s.more = line;
	samples.v = realloc(samples.v, (samples.n + 1) * sizeof(s));
	samples.v[samples.n++] = s;
}

UNUSED static const struct sample *
samples_find(struct str name)
{
	for (size_t i = 0; i < samples.n; i++)
		if (str_is(name, samples.v[i].class->name))
			return &samples.v[i];
	return NULL;
}

UNUSED static void
samples_read(const char *path)
{
	FILE *f = fopen(path, "r");
	enum { FILE_MAX = 1 << 20 };
	struct str rest, line;

	samples.text = calloc(1, FILE_MAX);
	if (f == NULL || samples.text == NULL)
		samples_fail("cannot be read", str_of(path));
	rest = str_make(samples.text, fread(samples.text, 1, FILE_MAX - 1, f));
	fclose(f);
	while (str_line(&rest, &line))
		if (line.n > 0 && line.s[0] != '#')
			samples_line(line);
}

/* The letter of a port in "hl/a". */
UNUSED static char
port_letter(struct str codes, unsigned int port)
{
	return codes.n == 0 ? 'a'
	                    : codes.s[port < codes.n ? port : codes.n - 1];
}

/* Element x (or another name), Idles at its inputs, Discards behind it. */
UNUSED static void
sample_one(struct strbuf *sb, const struct sample *s, const char *x)
{
	struct str codes =
	    str_of(s->class->processing != NULL ? s->class->processing : "a");

	codes = str_sub(codes, 0, str_find(codes, '/', 0));
	sb_printf(sb, "%s :: %s(%.*s);", x, s->class->name, STR_ARG(s->config));
	for (unsigned int i = 0; i < s->nin; i++)
		sb_printf(sb, "s%u%s :: Idle -> %s [%u] %s;", i, x + 1,
		    port_letter(codes, i) == 'l' ? "Queue(100) ->" : "", i, x);
	for (unsigned int i = 0; i < s->nout; i++)
		sb_printf(sb, "%s [%u] -> Discard;", x, i);
}

/* n of them: x, x1, x2... */
UNUSED static void
sample_text(struct strbuf *sb, const struct sample *s, unsigned int n)
{
	char name[16] = "x";

	sb_printf(sb, "%.*s;", STR_ARG(s->more));
	for (unsigned int i = 0; i < n; i++) {
		if (i > 0)
			snprintf(name, sizeof(name), "x_%u", i);
		sample_one(sb, s, name);
	}
	sb_adds(sb, "DriverManager(wait 0.000001s, stop);");
}

#endif
