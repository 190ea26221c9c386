/* SPDX-License-Identifier: BSD-3-Clause */
/* classify.c -- a module of Classifier and IPFilter: the tree of patterns. */
#include "elements/standard/classify.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "elements/standard/classify_internal.h"

struct classify *
classify_new(enum classify_line line, unsigned int align)
{
	struct classify *c = calloc(1, sizeof(*c));

	if (c != NULL) {
		c->line = line;
		c->align = (int32_t)align;
	}
	return c;
}

void
classify_free(struct classify *c)
{
	if (c == NULL)
		return;
	classify_table_fini(&c->table);
	vec_fini(&c->program.insns);
	vec_fini(&c->patterns);
	arena_fini(&c->mem);
	free(c);
}

/* A new node, last in the open group. */
static struct classify_node *
classify_add(struct classify *c, enum classify_kind kind)
{
	struct classify_node *n = arena_alloc(&c->mem, sizeof(*n));

	if (n == NULL) {
		c->oom = true;
		return NULL;
	}
	n->kind = kind;
	n->end = &n->first;
	if (c->open != NULL) {
		*c->open->end = n;
		c->open->end = &n->next;
	}
	return n;
}

void
classify_open(struct classify *c)
{
	struct classify_node *n = classify_add(c, CLASSIFY_GROUP);

	if (n == NULL)
		return;
	n->parent = c->open;
	c->open = n;
	c->depth++;
	if (c->depth > CLASSIFY_DEPTH_MAX)
		c->oom = true;
}

void
classify_test(struct classify *c, int offset, uint32_t value, uint32_t mask)
{
	struct classify_node *n = classify_add(c, CLASSIFY_TEST);

	if (n == NULL)
		return;
	n->offset = offset;
	n->value = value & mask;
	n->mask = mask;
	if (c->open == NULL)
		c->done = n;
}

/* Takes the last member out of group. */
static void
classify_drop_last(struct classify_node *group)
{
	struct classify_node **link = &group->first;

	while ((*link)->next != NULL)
		link = &(*link)->next;
	*link = NULL;
	group->end = link;
}

void
classify_close(struct classify *c, enum classify_op op)
{
	struct classify_node *n = c->open;

	if (n == NULL)
		return;
	n->op = op;
	c->open = n->parent;
	c->depth--;
	if (n->first == NULL) {
		if (c->open != NULL)
			classify_drop_last(c->open);
	} else if (c->open == NULL)
		c->done = n;
}

static void
classify_flip_short(struct classify_node *n)
{
	if (n->kind == CLASSIFY_TEST)
		n->short_yes = !n->short_yes;
	else
		for (n = n->first; n != NULL; n = n->next)
			classify_flip_short(n);
}

void
classify_negate(struct classify *c, bool flip_short)
{
	struct classify_node *n = c->done;

	if (c->open != NULL)
		for (n = c->open->first; n != NULL && n->next != NULL;)
			n = n->next;
	if (n == NULL)
		return;
	n->negated = !n->negated;
	if (flip_short)
		classify_flip_short(n);
}

void
classify_pattern(struct classify *c, int output)
{
	struct classify_pattern p = { c->done, output };

	c->done = NULL;
	if (vec_push(&c->patterns, p) != 0)
		c->oom = true;
}

int
classify_compile(struct classify *c)
{
	struct classify_boxes boxes = { .boxes = VEC_INIT };
	int err;

	if (c->oom)
		return ERR_NOMEM;
	err = classify_make_boxes(&boxes, c->patterns.v, c->patterns.n);
	if (err == 0)
		err = classify_make_table(&c->table, &boxes, c->line);
	classify_boxes_fini(&boxes);
	c->has_table = err == 0;
	if (err != 0)
		classify_table_fini(&c->table);
	return err == ERR_RANGE ? 0 : err;
}

/* ---- evaluating the tree ---- */

bool
classify_test_is(int32_t offset, uint32_t value, uint32_t mask, bool short_yes,
    const struct classify_view *view)
{
	const uint8_t *p;
	uint32_t word = 0;
	int32_t region;

	if (mask == 0)
		return true;
	if (classify_required(offset, mask) > view->end)
		return short_yes;
	region = offset >> 8 < CLASSIFY_NREGIONS ? offset >> 8
	                                         : CLASSIFY_NREGIONS - 1;
	p = view->base[region] + (offset - region * 256);
	for (int i = 0; i < 4; i++)
		if ((mask >> 8 * i & 255) != 0)
			word |= (uint32_t)p[i] << 8 * i;
	return (word & mask) == value;
}

static bool
classify_eval_if(
    const struct classify_node *n, const struct classify_view *view)
{
	while (n->next != NULL && n->next->next != NULL) {
		if (classify_eval(n, view))
			return classify_eval(n->next, view);
		n = n->next->next;
	}
	return classify_eval(n, view) &&
	       (n->next == NULL || classify_eval(n->next, view));
}

bool
classify_eval(const struct classify_node *n, const struct classify_view *view)
{
	bool yes;

	if (n->kind == CLASSIFY_TEST) {
		yes = classify_test_is(
		    n->offset, n->value, n->mask, n->short_yes, view);
	} else if (n->op == CLASSIFY_IF) {
		yes = classify_eval_if(n->first, view);
	} else {
		bool stop = n->op == CLASSIFY_OR;

		yes = !stop;
		for (const struct classify_node *m = n->first;
		     m != NULL && yes != stop; m = m->next)
			yes = classify_eval(m, view);
	}
	return yes != n->negated;
}

int
classify_slow(const struct classify *c, const struct classify_view *view)
{
	for (size_t i = 0; i < c->patterns.n; i++) {
		const struct classify_pattern *p = &c->patterns.v[i];

		if (p->root != NULL && classify_eval(p->root, view))
			return p->output;
	}
	return CLASSIFY_NONE;
}
