/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * deferred.c -- batches pushed into an element at which push paths are cut.
 * They go on at once, as in Click, as long as no more than DEFERRED_PASSES such
 * pushes are under way, for which depth.c has made room; else they are put
 * aside, and pushed on when the task that sent them has returned.
 */
#include <stdlib.h>

#include "base/vec.h"
#include "click/element.h"
#include "click/internal.h"

struct deferred *
deferred_new(void)
{
	return calloc(1, sizeof(struct deferred));
}

void
deferred_free(struct deferred *d)
{
	if (d == NULL)
		return;
	vec_fini(&d->parcels);
	free(d);
}

/* The packets of b as a list, in order. */
static struct packet *
deferred_list(struct batch *b)
{
	struct packet *list = NULL;

	for (uint32_t i = b->count; i-- > 0;) {
		b->packet[i]->next = list;
		list = b->packet[i];
	}
	return list;
}

void
deferred_push(struct element *e, unsigned int port, struct batch *b)
{
	struct deferred *d = b->thread->deferred;
	struct parcel parcel = { e, port, b->count, NULL };

	if (d->passes < DEFERRED_PASSES && e->push_below != PUSH_ENDLESS) {
		d->passes++;
		element_push_function(e)(e, port, b);
		d->passes--;
		return;
	}
	if (d->count + b->count > DEFERRED_MAX ||
	    vec_reserve(&d->parcels, d->parcels.n + 1) != 0) {
		b->thread->deferred_drops += b->count;
		batch_kill(b);
		return;
	}
	parcel.list = deferred_list(b);
	d->parcels.v[d->parcels.n++] = parcel;
	d->count += b->count;
	b->count = 0;
}

/* Pushes one parcel on. */
static void
deferred_deliver(struct thread *t, const struct parcel *parcel)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, parcel->count);

	for (struct packet *p = parcel->list, *next; p != NULL; p = next) {
		next = p->next;
		p->next = NULL;
		batch_add(b, p);
	}
	element_push_function(parcel->e)(parcel->e, parcel->port, b);
	scratch_release(t, m);
}

/*
 * Works off what waits, and as much again as comes back: then the tasks get
 * their turn, and the rest waits for the next call.
 */
void
deferred_run(struct thread *t)
{
	struct deferred *d = t->deferred;
	size_t n = d->parcels.n, i;

	if (d->running)
		return;
	d->running = true;
	for (i = 0; i < n; i++) {
		struct parcel parcel = d->parcels.v[i];

		d->count -= parcel.count;
		deferred_deliver(t, &parcel);
	}
	d->parcels.n -= n;
	memmove(d->parcels.v, d->parcels.v + n,
	    d->parcels.n * sizeof(*d->parcels.v));
	d->running = false;
}

void
deferred_drop(struct thread *t, const struct router *r)
{
	struct deferred *d = t->deferred;
	size_t kept = 0;

	for (size_t i = 0; i < d->parcels.n; i++) {
		struct parcel parcel = d->parcels.v[i];

		if (parcel.e->router != r) {
			d->parcels.v[kept++] = parcel;
			continue;
		}
		d->count -= parcel.count;
		for (struct packet *p = parcel.list, *next; p != NULL;
		     p = next) {
			next = p->next;
			packet_kill(t, p);
		}
	}
	d->parcels.n = kept;
}
