/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * depth.c -- how deep pushes and pulls can nest, and where they are cut.
 *
 * A walk over the push connections, depth first and without recursion, finds
 * the connections that close a cycle and tells how far each element is from
 * the end of the longest path.  Paths are cut at an element that closes a cycle
 * and at every push_depth-th (struct master_options) of a long chain: pushes
 * into it go on at once while no more than DEFERRED_PASSES are on the stack,
 * and are deferred otherwise (deferred.c); those into a long chain always are.
 */
#include <stdlib.h>

#include "click/internal.h"

/* Where the options say nothing: what fits on a stack of 8 MB. */
enum { PUSH_DEPTH = 512, PULL_DEPTH = 8192, PULLS_A_PUSH = 4 };

static uint32_t
depth_push_max(const struct router *r)
{
	uint32_t n = master_push_depth(r->master);

	return n == 0 ? PUSH_DEPTH : n;
}

/* A pull takes less of the stack than a push, and cannot be put off. */
static uint32_t
depth_pull_max(const struct router *r)
{
	uint32_t n = master_push_depth(r->master);

	return n == 0 ? PULL_DEPTH : n * PULLS_A_PUSH;
}

enum mark { UNSEEN, OPEN, DONE };

/* The place to go on at in an element that is open. */
struct depth_step {
	uint32_t element;
	uint32_t port;
};

struct depth {
	struct router *r;
	bool pull;
	uint8_t *mark;
	uint32_t *below; /* by element: longest path from here on */
	VEC(struct depth_step) stack;
};

/* The elements that e calls through port i, or NULL. */
static struct element *
depth_callee(const struct depth *d, struct element *e, uint32_t i)
{
	struct port *p = d->pull ? &e->in[i] : &e->out[i];

	return p->active ? p->peer : NULL;
}

static uint32_t
depth_ports(const struct depth *d, const struct element *e)
{
	return d->pull ? e->nin : e->nout;
}

static void
depth_close(struct depth *d, struct element *e)
{
	uint32_t below = 0, most = depth_push_max(d->r);

	for (uint32_t i = 0; i < depth_ports(d, e); i++) {
		struct element *c = depth_callee(d, e, i);
		uint32_t n =
		    c == NULL || c->deferred ? 0 : d->below[c->index] + 1;

		if (n > below)
			below = n;
	}
	d->below[e->index] = below;
	d->mark[e->index] = DONE;
	if (d->pull)
		return;
	e->push_below = below < most ? below : PUSH_ENDLESS;
	if (below >= most) {
		e->deferred = true;
		d->below[e->index] = 0;
	}
}

static int
depth_enter(struct depth *d, uint32_t element)
{
	struct depth_step step = { element, 0 };

	d->mark[element] = OPEN;
	return vec_push(&d->stack, step);
}

/* One step on from the element on top of the stack. */
static int
depth_advance(struct depth *d)
{
	struct depth_step *top = &d->stack.v[d->stack.n - 1];
	struct element *e = d->r->elements[top->element], *c;

	if (top->port == depth_ports(d, e)) {
		depth_close(d, e);
		d->stack.n--;
		return 0;
	}
	c = depth_callee(d, e, top->port++);
	if (c == NULL || d->mark[c->index] == DONE)
		return 0;
	if (d->mark[c->index] == OPEN) {
		c->deferred = true;
		return 0;
	}
	return depth_enter(d, c->index);
}

/* The longest path, or ERR_NOMEM. */
static int
depth_measure(struct depth *d)
{
	struct router *r = d->r;
	uint32_t longest = 0;
	int err = 0;

	d->mark = calloc((size_t)r->nelements + 1, 1);
	d->below = calloc((size_t)r->nelements + 1, sizeof(uint32_t));
	if (d->mark == NULL || d->below == NULL)
		err = ERR_NOMEM;
	for (uint32_t i = 0; err == 0 && i < r->nelements; i++) {
		if (d->mark[i] == UNSEEN)
			err = depth_enter(d, i);
		while (err == 0 && d->stack.n > 0)
			err = depth_advance(d);
		if (err == 0 && d->below[i] > longest)
			longest = d->below[i];
	}
	free(d->mark);
	free(d->below);
	vec_fini(&d->stack);
	return err != 0 ? err : (int)longest;
}

/*
 * Makes every port cut that pushes into an element that is.  Returns the
 * longest path from one that closes a cycle, 0 if there is none.
 */
static uint32_t
depth_cut(struct router *r)
{
	uint32_t longest = 0;

	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->elements[i];

		if (e->deferred && e->push_below != PUSH_ENDLESS &&
		    e->push_below > longest)
			longest = e->push_below;
		for (uint32_t p = 0; p < e->nout; p++)
			if (e->out[p].active && e->out[p].peer->deferred)
				e->out[p].push = deferred_push;
	}
	return longest;
}

int
router_measure(struct router *r)
{
	struct depth push = { .r = r };
	struct depth pull = { .r = r, .pull = true };
	int down = depth_measure(&push), up = depth_measure(&pull);

	if (down < 0 || up < 0)
		return ERR_NOMEM;
	r->depth =
	    (uint32_t)down + (uint32_t)up + 4 + DEFERRED_PASSES * depth_cut(r);
	return (uint32_t)up > depth_pull_max(r) ? ERR_RANGE : 0;
}
