/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser_fuzz.c -- any bytes as a configuration.
 *
 * What parses must print, and what is printed must parse to the same text,
 * unless variables are left in it (which then mean nothing any more).
 */
#include <stdint.h>

#include "click/classes.h"
#include "click/element.h"
#include "click/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct element_class idle = { .name = "Idle" };
static const struct element_class null = { .name = "Null" };

const struct element_class *
class_find(struct str name)
{
	if (str_is(name, "Idle") || str_is(name, "I"))
		return &idle;
	return str_is(name, "Null") || str_is(name, "N") ? &null : NULL;
}

/* A library is the text itself again, under any name but "x". */
static int
fuzz_library(void *arg, struct str name, struct strbuf *text, struct str *file,
    struct errh *errh)
{
	const struct graph_source *src = arg;

	(void)errh;
	if (str_is(name, "x"))
		return ERR_NOTFOUND;
	sb_add(text, src->text);
	*file = name;
	return 0;
}

static int
fuzz_parse(struct str text, struct graph *g, struct strbuf *printed)
{
	struct graph_source src = {
		.text = text, .library = fuzz_library, .library_arg = &src
	};
	struct errh errh;
	int err;

	errh_silent_init(&errh);
	err = graph_parse(g, &src, &errh);
	errh_fini(&errh);
	if (err == 0)
		graph_print(g, printed);
	return err;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	struct graph g, again;

	if (fuzz_parse(str_make((const char *)data, size), &g, &once) == 0) {
		if (str_find(sb_str(&once), '$', 0) == once.n) {
			ASSERT(fuzz_parse(sb_str(&once), &again, &twice) == 0);
			ASSERT(str_eq(sb_str(&once), sb_str(&twice)));
			graph_fini(&again);
		}
		graph_fini(&g);
	}
	sb_fini(&once);
	sb_fini(&twice);
	return 0;
}
