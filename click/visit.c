/* SPDX-License-Identifier: BSD-3-Clause */
/* visit.c -- walks along connections, and through elements by flow code. */
#include <stdlib.h>

#include "base/err.h"
#include "click/flow.h"
#include "click/internal.h"

struct walk {
	struct router *r;
	bool down;
	bool (*visit)(void *arg, struct element *e, int port);
	void *arg;
	uint8_t *seen;              /* by far port */
	uint32_t *first_far;        /* by element: slot of its first far port */
	VEC(struct graph_end) todo; /* near ports to leave by */
};

static uint32_t
walk_ports(const struct walk *w, const struct element *e, bool far)
{
	return w->down == far ? e->nin : e->nout;
}

/* Adds the ports by which packets that came in at far go on. */
static int
walk_through(struct walk *w, struct element *e, uint32_t far)
{
	const char *flow = element_flow(e);

	for (uint32_t p = 0; p < walk_ports(w, e, false); p++) {
		struct graph_end end = { e->index, p };

		if ((w->down ? codes_flow(flow, far, p)
		             : codes_flow(flow, p, far)) &&
		    vec_push(&w->todo, end) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

/* Follows every connection of one near port. */
static int
walk_leave(struct walk *w, struct graph_end near)
{
	struct graph *g = &w->r->graph;
	int err = 0;

	for (size_t i = 0; err == 0 && i < g->connections.n; i++) {
		struct graph_connection *c = &g->connections.v[i];
		struct graph_end from = w->down ? c->from : c->to;
		struct graph_end to = w->down ? c->to : c->from;
		uint8_t *seen = &w->seen[w->first_far[to.element] + to.port];
		struct element *e = w->r->elements[to.element];

		if (from.element != near.element || from.port != near.port ||
		    *seen)
			continue;
		*seen = 1;
		if (w->visit(w->arg, e, (int)to.port))
			err = walk_through(w, e, to.port);
	}
	return err;
}

static int
walk_run(struct walk *w, struct element *e, int port)
{
	struct router *r = w->r;
	uint32_t n = 0;
	int err = 0;

	w->first_far = calloc((size_t)r->nelements + 1, sizeof(uint32_t));
	if (w->first_far == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < r->nelements; i++) {
		w->first_far[i] = n;
		n += walk_ports(w, r->elements[i], true);
	}
	w->seen = calloc((size_t)n + 1, 1);
	if (w->seen == NULL)
		err = ERR_NOMEM;
	for (uint32_t p = 0; err == 0 && p < walk_ports(w, e, false); p++) {
		struct graph_end end = { e->index, p };

		if (port < 0 || (uint32_t)port == p)
			err = vec_push(&w->todo, end);
	}
	for (size_t i = 0; err == 0 && i < w->todo.n; i++)
		err = walk_leave(w, w->todo.v[i]);
	vec_fini(&w->todo);
	free(w->seen);
	free(w->first_far);
	return err;
}

int
router_downstream(struct element *e, int port,
    bool (*visit)(void *arg, struct element *e, int port), void *arg)
{
	struct walk w = {
		.r = e->router, .down = true, .visit = visit, .arg = arg
	};

	return walk_run(&w, e, port);
}

int
router_upstream(struct element *e, int port,
    bool (*visit)(void *arg, struct element *e, int port), void *arg)
{
	struct walk w = {
		.r = e->router, .down = false, .visit = visit, .arg = arg
	};

	return walk_run(&w, e, port);
}
