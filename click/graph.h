/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * graph.h -- a configuration after parsing and flattening: elements by class
 * and connections, compounds expanded.  What the parser makes and the router
 * takes; also what is printed back as Click text.
 */
#ifndef CLICK_GRAPH_H
#define CLICK_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/strs.h"
#include "base/vec.h"

struct element_class;
struct errh;

struct graph_element {
	struct str name;
	const struct element_class *class;
	struct str config;   /* variables expanded */
	struct str landmark; /* "file:line" */
};

struct graph_end {
	uint32_t element; /* index */
	uint32_t port;
};

struct graph_connection {
	struct graph_end from, to;
};

/*
 * Called between statements, and then between elements while a router is made
 * of the graph: where nobody takes the processor from a thread, others get
 * their turn here.  fn may be NULL.
 */
struct breath {
	void (*fn)(void *arg);
	void *arg;
};

static inline void
breathe(const struct breath *b)
{
	if (b->fn != NULL)
		b->fn(b->arg);
}

struct graph {
	struct arena mem;                         /* all strings below */
	VEC(struct graph_element) elements;       /* in Click's order */
	VEC(struct graph_connection) connections; /* likewise */
	struct strs requirements; /* type, value, type, value... */
	struct str text;          /* the source, for flatconfig and hotconfig */
	struct breath breath;     /* until the router has been made */
};

void graph_fini(struct graph *g);

/* What the parser is given beside the text. */
struct graph_source {
	struct str text;
	struct str file; /* for landmarks: "config.click", "expr", "line" */
	/* NAME VALUE pairs from the command line: $NAME at top level */
	const struct strs *defines;
	/* the class of that name, or NULL; classes.h's by default */
	const struct element_class *(*find_class)(struct str name);
	/*
	 * Text of a required library ("require(library x)"), searched along
	 * CLICKPATH; NULL: none to be had.  *file is the file that asks, and
	 * becomes the library's, valid until the next call.  0; ERR_NOTFOUND,
	 * which the parser reports; or another ERR_*, told to errh.
	 */
	int (*library)(void *arg, struct str name, struct strbuf *text,
	    struct str *file, struct errh *errh);
	void *library_arg;
	struct breath breath;
};

/*
 * Parses and flattens.  Every mistake is reported with Click's words and
 * landmarks; ERR_SYNTAX when there was one (*g is then empty), ERR_NOMEM.
 * Nesting is bounded (GRAPH_DEPTH_MAX), so is the number of elements.
 */
enum { GRAPH_DEPTH_MAX = 200, GRAPH_ELEMENTS_MAX = 1 << 20 };
int graph_parse(
    struct graph *g, const struct graph_source *src, struct errh *errh);

/* Prints it as flat Click text (click -f): parses to the same graph. */
void graph_print(const struct graph *g, struct strbuf *out);

#endif
