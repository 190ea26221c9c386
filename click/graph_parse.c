/* SPDX-License-Identifier: BSD-3-Clause */
/* graph_parse.c -- from a text to a graph: the order of the steps. */
#include "click/classes.h"
#include "click/element.h"
#include "click/parser.h"

/* Definitions of the command line replace the file's own. */
static void
parser_add_defines(struct parser *p)
{
	const struct strs *d = p->src->defines;

	for (size_t i = 0; d != NULL && i + 1 < d->n; i += 2)
		parser_check(
		    p, varenv_set(&p->top->scope, d->v[i], d->v[i + 1]));
}

static void
parser_run(struct parser *p)
{
	p->top = p->scope = compound_new(p, STR(""), NULL);
	if (p->top == NULL)
		return;
	parser_block(p, BLOCK_FILE);
	parser_add_defines(p);
	if (p->err == 0)
		expand_all(p);
	if (p->err == 0)
		tunnel_connect_all(p);
}

static struct str
parser_keep(struct parser *p, struct graph *g, struct str s)
{
	struct str kept = arena_str(&g->mem, s);

	if (kept.s == NULL)
		parser_stop(p, ERR_NOMEM, NULL);
	return kept;
}

/* Elements with a class go to the graph; their new numbers to number[]. */
static void
parser_emit_elements(struct parser *p, struct graph *g, uint32_t *number)
{
	for (size_t i = 0; i < p->top->parts.n && p->err == 0; i++) {
		const struct part *part = &p->top->parts.v[i];
		struct str landmark = part_landmark(p, part);
		struct graph_element e = {
			.class = p->classes.v[part->class].builtin,
		};

		breathe(&p->src->breath);
		number[i] = UINT32_MAX;
		if (landmark.s == NULL)
			parser_stop(p, ERR_NOMEM, NULL);
		if (part->class == CLASS_TUNNEL)
			continue;
		e.name = parser_keep(p, g, part->name);
		e.config = parser_keep(p, g, part->config);
		e.landmark = parser_keep(p, g, landmark);
		number[i] = (uint32_t)g->elements.n;
		parser_check(p, vec_push(&g->elements, e));
	}
}

static int
parser_compare_ends(const struct graph_end *a, const struct graph_end *b)
{
	if (a->element != b->element)
		return a->element < b->element ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

static int
parser_compare(const void *x, const void *y)
{
	const struct graph_connection *a = x, *b = y;
	int order = parser_compare_ends(&a->to, &b->to);

	return order != 0 ? order : parser_compare_ends(&a->from, &b->from);
}

/* Connections between elements, sorted by target, each once. */
static void
parser_emit_connections(
    struct parser *p, struct graph *g, const uint32_t *number)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->top->conns.n; i++) {
		struct graph_connection c = p->top->conns.v[i];

		c.from.element = number[c.from.element];
		c.to.element = number[c.to.element];
		if (c.from.element != UINT32_MAX && c.to.element != UINT32_MAX)
			parser_check(p, vec_push(&g->connections, c));
	}
	if (g->connections.n == 0)
		return;
	qsort(g->connections.v, g->connections.n, sizeof(*g->connections.v),
	    parser_compare);
	for (size_t i = 1; i < g->connections.n; i++)
		if (parser_compare(
		        &g->connections.v[kept], &g->connections.v[i]) != 0)
			g->connections.v[++kept] = g->connections.v[i];
	g->connections.n = kept + 1;
}

static void
parser_emit(struct parser *p, struct graph *g)
{
	uint32_t *number = calloc(p->top->parts.n + 1, sizeof(*number));

	if (number == NULL) {
		parser_stop(p, ERR_NOMEM, NULL);
		return;
	}
	parser_emit_elements(p, g, number);
	if (p->err == 0)
		parser_emit_connections(p, g, number);
	free(number);
	for (size_t i = 0; i < p->requirements.n; i++)
		parser_check(p, vec_push(&g->requirements,
		                    parser_keep(p, g, p->requirements.v[i])));
	g->text = parser_keep(p, g, p->src->text);
}

static void
parser_fini(struct parser *p)
{
	tunnel_fini(p);
	class_scope_fini(p);
	while (p->compounds != NULL) {
		compound_free(p->compounds);
		p->compounds = p->compounds->next;
	}
	vec_fini(&p->libraries);
	vec_fini(&p->requirements);
	arena_fini(&p->mem);
}

int
graph_parse(struct graph *g, const struct graph_source *src, struct errh *errh)
{
	struct graph_source source = *src;
	struct parser p = { .mem = ARENA_INIT, .src = &source };
	struct errh counting;

	if (source.find_class == NULL)
		source.find_class = class_find;
	*g = (struct graph){ .mem = ARENA_INIT, .breath = source.breath };
	errh_prefix_init(&counting, errh, STR(""));
	p.errh = &counting;
	lexer_init(&p.lex, source.text, source.file, &p.mem, p.errh);
	parser_check(&p, class_scope_init(&p));
	if (p.err == 0)
		parser_run(&p);
	if (p.lex.oom)
		parser_stop(&p, ERR_NOMEM, NULL);
	if (p.err == 0 && counting.nerrors > 0)
		p.err = ERR_SYNTAX;
	if (p.err == 0)
		parser_emit(&p, g);
	parser_fini(&p);
	errh_fini(&counting);
	if (p.err != 0)
		graph_fini(g);
	return p.err;
}

void
graph_fini(struct graph *g)
{
	vec_fini(&g->elements);
	vec_fini(&g->connections);
	vec_fini(&g->requirements);
	arena_fini(&g->mem);
	*g = (struct graph){ .mem = ARENA_INIT };
}
