/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hookup.c -- connections checked and made, in Click's stages: port numbers;
 * push and pull; ports used twice or not at all.
 */
#include <stdlib.h>

#include "click/internal.h"

/* Where the processing of each port stands while it is worked out. */
struct hookup {
	struct router *r;
	struct errh *errh;
	uint32_t *first_in, *first_out; /* by element: its first port's slot */
	uint8_t *in, *out;              /* by slot: enum processing */
	VEC(struct graph_connection) inner; /* through agnostic elements */
};

static struct element *
hookup_element(const struct hookup *h, struct graph_end end)
{
	return h->r->elements[end.element];
}

static void
hookup_error(struct hookup *h, struct graph_end end, const char *before,
    const char *kind, const char *after)
{
	struct element *e = hookup_element(h, end);
	char buf[256];

	errh_lerror(h->errh, e->landmark, "%s'%.*s' %s %u%s", before,
	    STR_ARG(element_declaration(e, buf)), kind, end.port, after);
}

/* Gives each element as many ports as are connected and its class allows. */
static void
hookup_count_ports(struct hookup *h)
{
	struct graph *g = &h->r->graph;

	for (size_t i = 0; i < g->connections.n; i++) {
		struct graph_connection *c = &g->connections.v[i];
		struct element *from = hookup_element(h, c->from);
		struct element *to = hookup_element(h, c->to);

		if (c->from.port >= from->nout)
			from->nout = (uint16_t)(c->from.port + 1);
		if (c->to.port >= to->nin)
			to->nin = (uint16_t)(c->to.port + 1);
	}
	for (uint32_t i = 0; i < h->r->nelements; i++) {
		struct element *e = h->r->elements[i];
		const char *ports = e->class->ports;
		unsigned int nin = e->nin, nout = e->nout;
		bool good =
		    codes_ports(ports == NULL ? "0/0" : ports, &nin, &nout);

		ASSERT(good);
		e->nin = (uint16_t)nin;
		e->nout = (uint16_t)nout;
	}
}

/* Removes connections to ports that are not there; each is an error. */
static int
hookup_range(struct hookup *h)
{
	struct graph *g = &h->r->graph;
	size_t kept = 0;

	for (size_t i = 0; i < g->connections.n; i++) {
		struct graph_connection c = g->connections.v[i];
		struct element *from = hookup_element(h, c.from);
		struct element *to = hookup_element(h, c.to);
		char buf[256];
		bool good = true;

		if (c.to.port >= to->nin) {
			errh_lerror(h->errh, to->landmark,
			    "'%.*s' has no input %u",
			    STR_ARG(element_declaration(to, buf)), c.to.port);
			good = false;
		}
		if (c.from.port >= from->nout) {
			errh_lerror(h->errh, from->landmark,
			    "'%.*s' has no output %u",
			    STR_ARG(element_declaration(from, buf)),
			    c.from.port);
			good = false;
		}
		if (good)
			g->connections.v[kept++] = c;
	}
	if (kept == g->connections.n)
		return 0;
	g->connections.n = kept;
	return ERR_INVAL;
}

static const char *
class_processing(const struct element *e)
{
	return e->class->processing == NULL ? "a/a" : e->class->processing;
}

static const char *
class_flow(const struct element *e)
{
	return e->class->flow == NULL ? "x/x" : e->class->flow;
}

/* What each port is by its class, and the agnostic ways through elements. */
static int
hookup_start(struct hookup *h)
{
	struct router *r = h->r;
	uint32_t nin = 0, nout = 0;

	h->first_in = calloc(2 * (size_t)r->nelements + 2, sizeof(uint32_t));
	if (h->first_in == NULL)
		return ERR_NOMEM;
	h->first_out = h->first_in + r->nelements + 1;
	for (uint32_t i = 0; i < r->nelements; i++) {
		h->first_in[i] = nin;
		h->first_out[i] = nout;
		nin += r->elements[i]->nin;
		nout += r->elements[i]->nout;
	}
	h->in = calloc((size_t)nin + nout + 1, 1);
	if (h->in == NULL)
		return ERR_NOMEM;
	h->out = h->in + nin;
	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->elements[i];

		for (unsigned int p = 0; p < e->nin; p++)
			h->in[h->first_in[i] + p] = (uint8_t)codes_processing(
			    class_processing(e), false, p);
		for (unsigned int p = 0; p < e->nout; p++)
			h->out[h->first_out[i] + p] = (uint8_t)codes_processing(
			    class_processing(e), true, p);
	}
	return 0;
}

static int
hookup_inner(struct hookup *h, struct element *e)
{
	for (uint32_t i = 0; i < e->nin; i++) {
		if (h->in[h->first_in[e->index] + i] != AGNOSTIC)
			continue;
		for (uint32_t o = 0; o < e->nout; o++) {
			struct graph_connection c = { { e->index, o },
				{ e->index, i } };

			if (h->out[h->first_out[e->index] + o] == AGNOSTIC &&
			    codes_flow(class_flow(e), i, o) &&
			    vec_push(&h->inner, c) != 0)
				return ERR_NOMEM;
		}
	}
	return 0;
}

static void
hookup_conflict(struct hookup *h, struct graph_connection c, bool inner,
    enum processing from)
{
	struct element *a = hookup_element(h, c.from);
	struct element *b = hookup_element(h, c.to);
	const char *out = from == PUSH ? "push" : "pull";
	const char *in = from == PUSH ? "pull" : "push";
	char buf[256], buf2[256];

	if (inner)
		errh_error(h->errh,
		    "agnostic '%.*s' in mixed context: %s input %u, "
		    "%s output %u",
		    STR_ARG(element_declaration(a, buf)), in, c.to.port, out,
		    c.from.port);
	else
		errh_error(h->errh,
		    "'%.*s' %s output %u connected to '%.*s' %s input %u",
		    STR_ARG(element_declaration(a, buf)), out, c.from.port,
		    STR_ARG(element_declaration(b, buf2)), in, c.to.port);
}

/*
 * Carries push and pull over one connection (inner: through an agnostic
 * element).  Returns true if that decided a port; *bad on a conflict.
 */
static bool
hookup_spread_one(
    struct hookup *h, struct graph_connection c, bool inner, bool *bad)
{
	uint8_t *from = &h->out[h->first_out[c.from.element] + c.from.port];
	uint8_t *to = &h->in[h->first_in[c.to.element] + c.to.port];

	*bad = false;
	if (*to == *from)
		return false;
	if (*to == AGNOSTIC) {
		*to = *from;
		return true;
	}
	if (*from == AGNOSTIC) {
		*from = *to;
		return true;
	}
	hookup_conflict(h, c, inner, *from);
	*bad = true;
	return false;
}

static int
hookup_spread(struct hookup *h)
{
	struct graph *g = &h->r->graph;
	size_t n = g->connections.n, all = n + h->inner.n;
	uint8_t *dead = calloc(all + 1, 1);
	bool changed, bad, failed = false;

	if (dead == NULL)
		return ERR_NOMEM;
	do {
		changed = false;
		for (size_t i = 0; i < all; i++) {
			bool inner = i >= n;

			if (dead[i])
				continue;
			changed |= hookup_spread_one(h,
			    inner ? h->inner.v[i - n] : g->connections.v[i],
			    inner, &bad);
			dead[i] = bad;
			failed |= bad;
		}
	} while (changed);
	free(dead);
	return failed ? ERR_INVAL : 0;
}

/* Ports that nothing decided push. */
static void
hookup_make_ports(struct hookup *h)
{
	struct router *r = h->r;

	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->elements[i];

		for (unsigned int p = 0; p < e->nin; p++)
			e->in[p].push_port = h->in[h->first_in[i] + p] != PULL;
		for (unsigned int p = 0; p < e->nout; p++)
			e->out[p].push_port =
			    h->out[h->first_out[i] + p] != PULL;
	}
}

static int
hookup_alloc_ports(struct router *r)
{
	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->elements[i];

		e->in = arena_alloc(&r->graph.mem,
		    ((size_t)e->nin + e->nout + 1) * sizeof(struct port));
		if (e->in == NULL)
			return ERR_NOMEM;
		e->out = e->in + e->nin;
	}
	return 0;
}

static int
hookup_push_pull(struct hookup *h)
{
	int err = hookup_start(h);

	for (uint32_t i = 0; err == 0 && i < h->r->nelements; i++)
		err = hookup_inner(h, h->r->elements[i]);
	if (err == 0)
		err = hookup_spread(h);
	if (err == 0)
		err = hookup_alloc_ports(h->r);
	if (err == 0)
		hookup_make_ports(h);
	free(h->first_in);
	free(h->in);
	vec_fini(&h->inner);
	return err;
}

/* Order by input, then output; the order in which flat texts have them. */
static int
connection_by_input(const void *a, const void *b)
{
	const struct graph_connection *x = a, *y = b;

	if (x->to.element != y->to.element)
		return x->to.element < y->to.element ? -1 : 1;
	if (x->to.port != y->to.port)
		return x->to.port < y->to.port ? -1 : 1;
	if (x->from.element != y->from.element)
		return x->from.element < y->from.element ? -1 : 1;
	return (x->from.port > y->from.port) - (x->from.port < y->from.port);
}

static int
connection_by_output(const void *a, const void *b)
{
	const struct graph_connection *x = a, *y = b;

	if (x->from.element != y->from.element)
		return x->from.element < y->from.element ? -1 : 1;
	if (x->from.port != y->from.port)
		return x->from.port < y->from.port ? -1 : 1;
	return connection_by_input(a, b);
}

static bool
end_equal(struct graph_end a, struct graph_end b)
{
	return a.element == b.element && a.port == b.port;
}

static void
hookup_unique(struct graph *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->connections.n; i++) {
		struct graph_connection c = g->connections.v[i];

		if (kept == 0 ||
		    connection_by_input(&c, &g->connections.v[kept - 1]) != 0)
			g->connections.v[kept++] = c;
	}
	g->connections.n = kept;
}

/* Active ports (push outputs, pull inputs) connected more than once. */
static int
hookup_reuse(
    struct hookup *h, struct graph_connection *v, size_t n, bool output)
{
	int err = 0;

	for (size_t i = 1; i < n; i++) {
		struct graph_end a = output ? v[i - 1].from : v[i - 1].to;
		struct graph_end b = output ? v[i].from : v[i].to;
		struct element *e = hookup_element(h, b);

		if (!end_equal(a, b))
			continue;
		if (output ? !e->out[b.port].push_port
		           : e->in[b.port].push_port)
			continue;
		hookup_error(h, b, "illegal reuse of ",
		    output ? "push output" : "pull input", "");
		err = ERR_INVAL;
	}
	return err;
}

/* Ports that nothing is connected to; v is sorted by them. */
static int
hookup_unused(
    struct hookup *h, const struct graph_connection *v, size_t n, bool output)
{
	size_t c = 0;
	int err = 0;

	for (uint32_t i = 0; i < h->r->nelements; i++) {
		struct element *e = h->r->elements[i];
		uint32_t ports = output ? e->nout : e->nin;

		for (uint32_t p = 0; p < ports; p++) {
			struct graph_end end = { i, p };
			bool used = false;

			while (c < n &&
			       end_equal(output ? v[c].from : v[c].to, end)) {
				used = true;
				c++;
			}
			if (used)
				continue;
			hookup_error(
			    h, end, "", output ? "output" : "input", " unused");
			err = ERR_INVAL;
		}
	}
	return err;
}

static int
hookup_complete(struct hookup *h)
{
	struct graph *g = &h->r->graph;
	struct graph_connection *by_out;
	size_t n;
	int err;

	if (g->connections.n > 0)
		qsort(g->connections.v, g->connections.n,
		    sizeof(*g->connections.v), connection_by_input);
	hookup_unique(g);
	n = g->connections.n;
	by_out = malloc((n + 1) * sizeof(*by_out));
	if (by_out == NULL)
		return ERR_NOMEM;
	if (n > 0) {
		memcpy(by_out, g->connections.v, n * sizeof(*by_out));
		qsort(by_out, n, sizeof(*by_out), connection_by_output);
	}
	err = hookup_reuse(h, g->connections.v, n, false);
	err |= hookup_reuse(h, by_out, n, true);
	err |= hookup_unused(h, g->connections.v, n, false);
	err |= hookup_unused(h, by_out, n, true);
	free(by_out);
	return err;
}

/* Each side learns of the other, and the active one how to call it. */
static void
hookup_connect(struct router *r)
{
	struct graph *g = &r->graph;

	for (size_t i = 0; i < g->connections.n; i++) {
		struct graph_connection *c = &g->connections.v[i];
		struct element *from = r->elements[c->from.element];
		struct element *to = r->elements[c->to.element];
		struct port *out = &from->out[c->from.port];
		struct port *in = &to->in[c->to.port];

		out->peer = to;
		out->peer_port = c->to.port;
		in->peer = from;
		in->peer_port = c->from.port;
		if (out->push_port) {
			out->active = true;
			out->push = element_push_function(to);
		} else {
			in->active = true;
			in->pull = element_pull_function(from);
		}
	}
}

int
router_hookup(struct router *r, struct errh *errh)
{
	struct hookup h = { .r = r, .errh = errh };
	int err;

	hookup_count_ports(&h);
	err = hookup_range(&h);
	if (err == 0)
		err = hookup_push_pull(&h);
	if (err == 0)
		err = hookup_complete(&h);
	if (err == 0)
		hookup_connect(r);
	return err;
}
