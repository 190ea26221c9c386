/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * graph_print.c -- a graph as flat Click text.
 *
 * Connections are printed as chains: one goes on through output 0 of the
 * element that it enters at input 0.  Chains start where no other goes on;
 * what is left then are cycles.
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/graph.h"

enum { NONE = UINT32_MAX };

/* How the connections make chains; one array of memory, by number. */
struct chains {
	uint32_t *memory;
	uint32_t *next;    /* the connection that goes on */
	uint32_t *sibling; /* the next one out of the same output 0 */
	uint32_t *first;   /* by element: the first one out of output 0 */
	bool *follows, *printed;
};

static int
chains_alloc(struct chains *c, size_t nconns, size_t nelements)
{
	c->memory = calloc(nconns * 3 + nelements + 1, sizeof(*c->memory));
	if (c->memory == NULL)
		return ERR_NOMEM;
	c->next = c->memory;
	c->sibling = c->next + nconns;
	c->first = c->sibling + nconns;
	c->follows = (bool *)(c->first + nelements);
	c->printed = c->follows + nconns;
	return 0;
}

/*
 * Of the connections out of output 0 of element, but for number self: the
 * first that enters at input 0, or else the last one.
 */
static uint32_t
chains_choose(const struct graph *g, const struct chains *c, uint32_t element,
    uint32_t self)
{
	uint32_t chosen = NONE;

	for (uint32_t i = c->first[element]; i != NONE; i = c->sibling[i]) {
		if (i == self)
			continue;
		chosen = i;
		if (g->connections.v[i].to.port == 0)
			break;
	}
	return chosen;
}

static void
chains_make(const struct graph *g, struct chains *c)
{
	uint32_t nconns = (uint32_t)g->connections.n;

	for (size_t i = 0; i < g->elements.n; i++)
		c->first[i] = NONE;
	for (uint32_t i = nconns; i-- > 0;) {
		const struct graph_end *from = &g->connections.v[i].from;

		c->sibling[i] = NONE;
		if (from->port != 0)
			continue;
		c->sibling[i] = c->first[from->element];
		c->first[from->element] = i;
	}
	for (uint32_t i = 0; i < nconns; i++) {
		const struct graph_end *to = &g->connections.v[i].to;

		c->next[i] = NONE;
		if (to->port == 0)
			c->next[i] = chains_choose(g, c, to->element, i);
		if (c->next[i] != NONE)
			c->follows[c->next[i]] = true;
	}
}

static void
print_chain(
    const struct graph *g, struct chains *c, uint32_t start, struct strbuf *out)
{
	const struct graph_end *end = &g->connections.v[start].from;

	sb_add(out, g->elements.v[end->element].name);
	if (end->port != 0)
		sb_printf(out, " [%u]", end->port);
	for (uint32_t i = start; i != NONE && !c->printed[i]; i = c->next[i]) {
		end = &g->connections.v[i].to;
		sb_adds(out, i == start ? " -> " : "\n    -> ");
		if (end->port != 0)
			sb_printf(out, "[%u] ", end->port);
		sb_add(out, g->elements.v[end->element].name);
		c->printed[i] = true;
	}
	sb_adds(out, ";\n");
}

static void
print_connections(const struct graph *g, struct strbuf *out)
{
	struct chains c;

	if (chains_alloc(&c, g->connections.n, g->elements.n) != 0) {
		out->oom = true;
		return;
	}
	chains_make(g, &c);
	for (uint32_t i = 0; i < g->connections.n; i++)
		if (!c.follows[i])
			print_chain(g, &c, i, out);
	for (uint32_t i = 0; i < g->connections.n; i++)
		if (!c.printed[i])
			print_chain(g, &c, i, out);
	free(c.memory);
}

static void
print_requirements(const struct graph *g, struct strbuf *out)
{
	for (size_t i = 0; i + 1 < g->requirements.n; i += 2) {
		sb_adds(out, i == 0 ? "require(" : ", ");
		sb_add(out, g->requirements.v[i]);
		if (g->requirements.v[i + 1].n > 0) {
			sb_addc(out, ' ');
			conf_quote(out, g->requirements.v[i + 1], false);
		}
	}
	if (g->requirements.n > 0)
		sb_adds(out, ");\n\n");
}

static void
print_declarations(const struct graph *g, struct strbuf *out)
{
	for (size_t i = 0; i < g->elements.n; i++) {
		const struct graph_element *e = &g->elements.v[i];

		sb_add(out, e->name);
		sb_adds(out, " :: ");
		sb_adds(out, e->class->name);
		if (e->config.n > 0) {
			sb_addc(out, '(');
			sb_add(out, e->config);
			sb_addc(out, ')');
		}
		sb_adds(out, ";\n");
	}
	if (g->elements.n > 0)
		sb_addc(out, '\n');
}

void
graph_print(const struct graph *g, struct strbuf *out)
{
	print_requirements(g, out);
	print_declarations(g, out);
	print_connections(g, out);
}
