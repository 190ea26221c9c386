/* SPDX-License-Identifier: BSD-3-Clause */
/* element.c -- elements made and freed, and how .action is pushed and pulled.
 */
#include "click/element.h"

#include <stdio.h>
#include <stdlib.h>

#include "click/internal.h"

/* Pushes into an element with .action: what it leaves goes on. */
static void
element_push_action(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	e->class->action(e, b);
	if (likely(b->count > 0))
		output_push_checked(e, 0, b);
}

/* The same by pull, into a batch that holds something already. */
static NOINLINE unsigned int
element_pull_more(struct element *e, struct batch *b, unsigned int max)
{
	struct scratch_mark m = scratch_mark(b->thread);
	struct batch *fresh = batch_new(b->thread, max);
	unsigned int n;

	if (input_pull(e, 0, fresh, max) > 0)
		e->class->action(e, fresh);
	n = fresh->count;
	for (unsigned int i = 0; i < n; i++)
		batch_add(b, fresh->packet[i]);
	scratch_release(b->thread, m);
	return n;
}

static unsigned int
element_pull_action(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)port;
	if (b->count > 0)
		return element_pull_more(e, b, max);
	if (input_pull(e, 0, b, max) > 0)
		e->class->action(e, b);
	return b->count;
}

push_fn *
element_push_function(const struct element *e)
{
	return e->class->push != NULL ? e->class->push : element_push_action;
}

pull_fn *
element_pull_function(const struct element *e)
{
	return e->class->pull != NULL ? e->class->pull : element_pull_action;
}

struct element *
element_new(struct router *r, uint32_t index)
{
	struct graph_element *g = &r->graph.elements.v[index];
	size_t size = sizeof(struct element) + g->class->state_size;
	struct element *e;

	size = (size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	e = aligned_alloc(CACHE_LINE, size);
	if (e == NULL)
		return NULL;
	memset(e, 0, size);
	e->class = g->class;
	e->router = r;
	e->index = index;
	e->thread = master_thread(r->master, 0);
	e->name = g->name;
	e->landmark = g->landmark;
	e->config = str_dup(g->config);
	if (e->config.s == NULL) {
		free(e);
		return NULL;
	}
	return e;
}

void
element_free(struct element *e)
{
	if (e == NULL)
		return;
	handlers_free(e->handlers);
	str_free(&e->config);
	free(e);
}

struct str
element_declaration(struct element *e, char buf[static 256])
{
	int n =
	    snprintf(buf, 256, "%.*s :: %s", STR_ARG(e->name), e->class->name);

	return str_make(buf, n < 256 ? (size_t)n : 255);
}

void *
element_cast_port(struct element *e, const char *name, int port)
{
	void *x = NULL;

	if (e->class->cast != NULL)
		x = e->class->cast(e, name, port);
	if (x == NULL && strcmp(e->class->name, name) == 0)
		x = e;
	return x;
}

void *
element_cast(struct element *e, const char *name)
{
	return element_cast_port(e, name, -1);
}

void
output_push_one(
    struct element *e, unsigned int port, struct thread *t, struct packet *p)
{
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);

	batch_add(b, p);
	output_push(e, port, b);
	scratch_release(t, m);
}

void
output_push_one_checked(
    struct element *e, unsigned int port, struct thread *t, struct packet *p)
{
	if (port < e->nout && e->out[port].active)
		output_push_one(e, port, t, p);
	else
		packet_kill(t, p);
}
