/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * observe.c -- batches of one where somebody looks.
 *
 * Click moves packets one by one, depth first, and an element that prints
 * (ELEMENT_OBSERVES) shows that order.  So where pushes lead to one, whoever
 * begins them is made to push packet by packet, and to pull packet by packet;
 * everywhere else batches stay whole, and nothing is tested on the way.
 */
#include <stdlib.h>

#include "click/internal.h"

void
observe_push(struct element *e, unsigned int port, struct batch *b)
{
	push_fn *push = e->deferred ? deferred_push : element_push_function(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *one = batch_new(t, 1);

	for (uint32_t i = 0; i < b->count; i++) {
		batch_reset(one);
		batch_add(one, b->packet[i]);
		push(e, port, one);
	}
	b->count = 0;
	scratch_release(t, m);
}

unsigned int
observe_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	return element_pull_function(e)(e, port, b, max < 1 ? max : 1);
}

/* True if what e calls leads to an observer; spreads until nothing changes. */
static void
observe_spread(struct router *r, uint8_t *seen)
{
	bool changed;

	do {
		changed = false;
		for (uint32_t i = r->nelements; i-- > 0;) {
			struct element *e = r->elements[i];
			uint8_t s = seen[i];

			for (unsigned int p = 0; p < e->nout; p++)
				if (e->out[p].active)
					s |= seen[e->out[p].peer->index];
			for (unsigned int p = 0; p < e->nin; p++)
				if (e->in[p].active)
					s |= seen[e->in[p].peer->index];
			changed |= s != seen[i];
			seen[i] = s;
		}
	} while (changed);
}

/* Nobody calls e: what it moves, it began to move. */
static bool
observe_is_root(const struct element *e)
{
	for (unsigned int p = 0; p < e->nin; p++)
		if (e->in[p].push_port)
			return false;
	for (unsigned int p = 0; p < e->nout; p++)
		if (!e->out[p].push_port)
			return false;
	return true;
}

static void
observe_cut(struct element *e)
{
	for (unsigned int p = 0; p < e->nout; p++) {
		if (!e->out[p].active)
			continue;
		e->out[p].peer->packetwise = true;
		e->out[p].push = observe_push;
	}
	for (unsigned int p = 0; p < e->nin; p++)
		if (e->in[p].active) {
			e->pulls_one = true;
			e->in[p].pull = observe_pull;
		}
}

int
router_observe(struct router *r)
{
	uint8_t *seen = calloc((size_t)r->nelements + 1, 1);

	if (seen == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < r->nelements; i++)
		seen[i] =
		    (r->elements[i]->class->flags & ELEMENT_OBSERVES) != 0;
	observe_spread(r, seen);
	for (uint32_t i = 0; i < r->nelements; i++)
		if (seen[i] && observe_is_root(r->elements[i]))
			observe_cut(r->elements[i]);
	free(seen);
	return 0;
}
