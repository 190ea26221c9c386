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

/* The sentence behind the dashes of "NAME -- what it does", on one line. */
static void
help_summary(const char *text)
{
	struct str all = str_of(text), word;
	size_t dashes = str_search(all, STR("--"), 0);
	size_t end = str_search(all, STR("\n\n"), 0);
	size_t stop = str_search(all, STR(". "), dashes);

	if (dashes >= end)
		return;
	all = str_sub(all, dashes + 2, stop < end ? stop : end);
	while ((word = str_word(&all)).n > 0) {
		if (all.n == 0 && word.s[word.n - 1] == '.')
			word.n--;
		printf(" %.*s", STR_ARG(word));
	}
}

/* Number *next and on of the synonyms, up to those that come after before. */
static void
synonyms_list(size_t *next, const char *before)
{
	const char *name, *class_name;

	for (; class_synonym(*next, &name, &class_name); ++*next) {
		if (before != NULL && strcmp(name, before) > 0)
			break;
		if (class_find(str_of(name)) != NULL)
			printf("%-24s %-10s another name of %s\n", name, "-",
			    class_name);
	}
}

void
elements_list(void)
{
	size_t synonym = 0;

	for (size_t i = 0; i < class_count; i++) {
		const char *name = class_table[i].class->name;

		synonyms_list(&synonym, name);
		printf("%-24s %-10s", name, class_table[i].family);
		help_summary(help_text(name));
		putchar('\n');
	}
	synonyms_list(&synonym, NULL);
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
