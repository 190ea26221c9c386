/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parser.h -- the inside of graph_parse(): what its files share.
 *
 *	lexer.c           text -> tokens
 *	graph_parse.c     the order of the steps; what is left is the graph
 *	parser.c          statements
 *	parser_require.c  define, require, libraries
 *	parser_chain.c    lists of elements, chains
 *	parser_term.c     one element in a chain
 *	parser_connect.c  what "a[0-3], b => [0] c, d[]" connects
 *	parser_class.c    elementclass, compounds in braces, groups
 *	class_scope.c     which class a name means here
 *	compound.c        the inside of a scope: elements, connections,
 *parameters compound_match.c  which overload fits expand.c          compound
 *elements replaced by their contents tunnel.c          connections through
 *compounds' ports led on to elements
 *
 * A scope (the file or the body of a compound class) is a struct compound.
 * Compound elements and groups become three elements without a class, tunnels:
 * X, X/input and X/output; what comes into X goes on from X/input.  When all
 * is parsed, compounds are expanded into the outermost scope, connections are
 * led through the tunnels, and what is left is the graph.
 *
 * Mistakes are reported where they are found and parsing goes on.  Only when
 * memory or a limit is reached does it stop: parser_stop() makes the lexer
 * give TOKEN_END from then on, and nothing more is reported.
 */
#ifndef CLICK_PARSER_H
#define CLICK_PARSER_H

#include "base/arena.h"
#include "base/strs.h"
#include "base/vec.h"
#include "click/errh.h"
#include "click/graph.h"
#include "click/lexer.h"
#include "click/namemap.h"
#include "click/vars.h"

enum {
	PARSER_DEPTH_MAX = 50, /* blocks within blocks, Click's */
	PARSER_LIBRARY_DEPTH_MAX = 50,
	PARSER_PORT_MAX = 65535,
	PARSER_CONNECTIONS_MAX = 1 << 22,
	PARSER_TEXT_MAX = 32 << 20, /* names and configurations made */
};

/* Numbers of classes that are always there. */
enum { CLASS_TUNNEL = 0, CLASS_ERROR = 1 };

struct compound;

struct parser_class {
	struct str name;
	const struct element_class *builtin; /* or NULL */
	struct compound *compound;           /* or NULL; both: an error class */
};

/* A name and the class it means until its scope ends. */
struct class_binding {
	struct str name;
	int32_t class;
	int32_t outer; /* the class it meant before, -1 none */
};

/* An element of a scope. */
struct part {
	struct str name; /* ";Class@3" until it is certain that 3 is free */
	int32_t class;
	struct str config;
	struct str file;
	unsigned int line;
	uint32_t nports[2]; /* inputs, outputs that connections use */
};

struct compound {
	struct compound *next; /* in the parser's list of all */
	struct str name;       /* empty for anonymous ones */
	struct str landmark;
	int32_t overload; /* class to try when this one does not fit, or -1 */
	struct varenv scope; /* parameters, with keywords as values; defines */
	size_t nformals;     /* how many of these are parameters */
	uint32_t nports[2];
	bool order_reported;
	uint32_t anonymous_offset;
	struct namemap map; /* name -> part */
	VEC(struct part) parts;
	VEC(struct graph_connection) conns;
};

struct tunnel;

struct parser {
	struct lexer lex;
	struct arena mem; /* all that the graph does not keep */
	const struct graph_source *src;
	struct errh *errh;
	int err; /* why it stopped, or 0 */

	VEC(struct parser_class) classes;
	VEC(struct class_binding) bindings;
	struct namemap class_map;   /* bound names -> class */
	struct namemap builtin_map; /* those asked of find_class */

	struct compound *scope; /* the innermost */
	struct compound *top;
	struct compound *compounds; /* all */
	unsigned int depth;         /* blocks around the current one */
	unsigned int library_depth;
	struct strs libraries;
	struct strs requirements;

	VEC(struct tunnel *) tunnels; /* see tunnel.c */
	struct namemap tunnel_map;
	size_t nconnections, text_made;
};

/* Stops parsing: err and, unless message is NULL, a last message. */
void parser_stop(struct parser *p, int err, const char *message);
/* err is the result of something that can only run out of memory. */
void parser_check(struct parser *p, int err);
void parser_charge(struct parser *p, size_t bytes);
/* Strings in p->mem; empty when out of memory. */
struct str parser_printf(struct parser *p, const char *fmt, ...) PRINTF(2, 3);
struct str parser_take(struct parser *p, struct strbuf *sb);

/* ---- parser.c ---- */

enum block_kind { BLOCK_FILE, BLOCK_COMPOUND, BLOCK_GROUP };

/* Statements up to what ends the block, which is returned. */
struct token parser_block(struct parser *p, enum block_kind kind);

/* ---- parser_require.c, after "define" and "require" ---- */

void parser_define(struct parser *p);
void parser_require(struct parser *p);

/* ---- parser_chain.c ---- */

/* An element in a chain as it is written: "[0] name :: Class(config) [1]". */
struct term {
	struct str name;
	int32_t class;    /* of that name: an anonymous element; or -1 */
	int32_t declared; /* class behind ::, or -1 */
	bool bare;        /* a name alone */
	struct str config;
	struct str file;
	unsigned int line;
	int32_t part; /* its number in the scope once known */
	struct {
		size_t first;   /* in the link's list */
		uint32_t count; /* explicit ports */
		bool open;      /* "[0,]": more may follow */
	} ports[2];
};

/* What stands between two arrows: terms separated by commas. */
struct link {
	VEC(struct term) terms;
	VEC(uint32_t) ports;
};

struct block {
	bool nested;      /* "input" and "output" can be left out */
	bool ends_output; /* the last chain ended in "output" */
};

void parser_chain(struct parser *p, struct block *b);

/* A chain on its way through the parser. */
struct chain {
	struct parser *p;
	struct block *block;
	struct link last, link; /* "last -> link" */
	bool implicit;          /* link leaves out "input" or "output" */
	bool ports;             /* link has explicit ports */
};

static inline bool
chain_is_first(const struct chain *ch)
{
	return ch->last.terms.n == 0;
}

static inline bool
chain_is_arrow(struct token t)
{
	return t.kind == TOKEN_ARROW || t.kind == TOKEN_ARROW2;
}

/* ---- parser_term.c ---- */

/* Adds the next term to the link; false when there is none. */
bool chain_term(struct chain *ch);

/* ---- parser_connect.c ---- */

void parser_connect(struct parser *p, const struct link *outputs,
    const struct link *inputs, bool many);

/* ---- parser_class.c ---- */

/* After "elementclass". */
void parser_elementclass(struct parser *p);
/* After "{"; returns the new class. */
int32_t parser_compound(struct parser *p, struct str name);
/* After "(": a group called name; its ports become the term's. */
void parser_group(
    struct parser *p, struct str name, struct link *l, struct term *t);

/* ---- class_scope.c ---- */

int class_scope_init(struct parser *p);
void class_scope_fini(struct parser *p);
/* The class that name means here, or -1. */
int32_t class_lookup(struct parser *p, struct str name);
/* The same; an unknown name is reported (unless quiet) and made an error. */
int32_t class_force(struct parser *p, struct str name, bool quiet);
/* A new class, bound to name unless that is empty. */
int32_t class_add(struct parser *p, struct str name,
    const struct element_class *builtin, struct compound *compound);
/* class under one more name. */
void class_alias(struct parser *p, struct str name, int32_t class);
/* Forgets the bindings beyond the first mark ones. */
void class_scope_leave(struct parser *p, size_t mark);

/* ---- compound.c ---- */

/* NULL when out of memory (parsing has been stopped). */
struct compound *compound_new(
    struct parser *p, struct str name, const struct compound *outer);
void compound_free(struct compound *c);
struct str part_landmark(struct parser *p, const struct part *part);
int32_t part_find(const struct compound *c, struct str name);
/* Makes a part, its place given; or returns the one of that name. */
int32_t part_add(struct parser *p, struct compound *c, const struct part *part);
/* ";Class@N", to be settled by part_settle_name(). */
struct str part_anonymous(struct parser *p, struct str class_name);
void part_settle_name(struct parser *p, struct compound *c, int32_t which);
void compound_connect(struct parser *p, struct compound *c,
    struct graph_end from, struct graph_end to);
/* $name as a parameter (keyword or empty) or as a define with a value. */
void compound_define(struct parser *p, struct compound *c, struct str name,
    struct str value, bool formal);
/*
 * Checks that the part serves as input (or output) of what is called name, by
 * the connections from number first on, and without gaps; returns its ports.
 */
uint32_t compound_pseudoports(struct parser *p, const struct compound *c,
    int32_t which, bool isoutput, struct str name, struct str landmark,
    size_t first);
/* At its closing brace. */
void compound_finish(struct parser *p, struct compound *c);

/* ---- compound_match.c ---- */

/*
 * The class among class and its overloads for an element with these ports and
 * arguments; -1 after a report.  *args becomes the values of its parameters.
 */
int32_t compound_match(struct parser *p, int32_t class,
    const uint32_t nports[2], struct strs *args);

/* ---- expand.c ---- */

/* Replaces all compound elements of p->top. */
void expand_all(struct parser *p);

/* ---- tunnel.c ---- */

/* The parts name, name/input, name/output of p->scope, and what joins them. */
void tunnel_add(
    struct parser *p, struct compound *c, struct str name, int32_t parts[3]);
/* Leads the connections of p->top on to elements. */
void tunnel_connect_all(struct parser *p);
void tunnel_fini(struct parser *p);

#endif
