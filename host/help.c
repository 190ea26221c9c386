/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * help.c -- --list-elements and --help-element: what the elements' files say
 * at their heads (tools/gen-docs).
 */
#include <stdio.h>

#include "click/classes.h"
#include "click/element.h"
#include "host/driver.h"
#include "host/element_docs.h"

static const char *
help_text(const char *class_name)
{
	for (const struct element_doc *d = element_docs; d->name != NULL; d++)
		if (strcmp(d->name, class_name) == 0)
			return d->text;
	return "";
}

/* The part of "NAME -- what it does" after the dashes, up to the line's end. */
static struct str
help_summary(const char *text)
{
	struct str all = str_of(text);
	struct str line = str_sub(all, 0, str_find(all, '\n', 0));
	size_t dashes = str_search(line, STR(" -- "), 0);

	return dashes == line.n ? STR("") : str_from(line, dashes + 4);
}

void
elements_list(void)
{
	for (size_t i = 0; i < class_count; i++) {
		const char *name = class_table[i].class->name;
		struct str summary = help_summary(help_text(name));

		printf("%-24s %-10s %.*s\n", name, class_table[i].family,
		    STR_ARG(summary));
	}
}

bool
elements_help(struct str name)
{
	const struct element_class *c = class_find(name);
	const char *text;

	if (c == NULL) {
		fprintf(stderr,
		    "no element class '%.*s'; --list-elements shows all\n",
		    STR_ARG(name));
		return false;
	}
	text = help_text(c->name);
	printf("%s", *text != '\0' ? text : c->name);
	printf("\nPorts %s, processing %s, flow code %s\n",
	    c->ports != NULL ? c->ports : "0/0",
	    c->processing != NULL ? c->processing : "a/a",
	    c->flow != NULL ? c->flow : "x/x");
	return true;
}
