/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_boxes.c -- part of the classifier: patterns as unions of boxes.
 *
 * A box says for some bytes which values they may have, and holds when all of
 * them have.  "or" joins two lists of boxes, "and" intersects each box of one
 * with each of the other; "not" is pushed down to the tests (de Morgan).
 * Boxes of a list that differ in one side only become one, so that ten ports
 * are one box, not ten.  Sets of values are kept once and known by number.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"
#include "elements/standard/classify_internal.h"

enum {
	BOXES_OF_PATTERN = 4096, /* more than that: give up */
	BOXES_OF_ALL = 1 << 15,
	BOXES_TO_JOIN = 64, /* longer lists are not tidied */
};

struct box_list {
	VEC(struct classify_box) boxes;
};

/* What one pattern is made in. */
struct box_maker {
	struct classify_boxes *x;
	struct arena mem; /* of boxes on the way */
	int err;          /* the first */
};

/* ---- sets ---- */

static const struct classify_set set_none;

static bool
set_equal(const struct classify_set *a, const struct classify_set *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void
set_add(struct classify_set *s, unsigned int value)
{
	s->bits[value / 64] |= (uint64_t)1 << value % 64;
}

static void
set_invert(struct classify_set *s)
{
	for (int i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
	s->bits[4] ^= 1;
}

static bool
set_is_all(const struct classify_set *s)
{
	struct classify_set inverse = *s;

	set_invert(&inverse);
	return set_equal(&inverse, &set_none);
}

static int
sets_rehash(struct classify_boxes *x, size_t n)
{
	uint32_t *buckets = calloc(n, sizeof(*buckets));

	if (buckets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < x->sets.n; i++) {
		uint64_t h = hash_bytes(&x->sets.v[i], sizeof(*x->sets.v), 0);

		while (buckets[h % n] != 0)
			h++;
		buckets[h % n] = (uint32_t)i + 1;
	}
	vec_fini(&x->buckets);
	x->buckets.v = buckets;
	x->buckets.n = x->buckets.cap = n;
	return 0;
}

/* The number of *s, which is kept if it is new. */
static uint32_t
box_set(struct box_maker *m, const struct classify_set *s)
{
	struct classify_boxes *x = m->x;
	uint64_t h = hash_bytes(s, sizeof(*s), 0);
	size_t n;

	if (2 * (x->sets.n + 1) > x->buckets.n &&
	    sets_rehash(x, x->buckets.n > 0 ? 2 * x->buckets.n : 64) != 0) {
		m->err = ERR_NOMEM;
		return 0;
	}
	n = x->buckets.n;
	for (; x->buckets.v[h % n] != 0; h++)
		if (set_equal(&x->sets.v[x->buckets.v[h % n] - 1], s))
			return x->buckets.v[h % n] - 1;
	if (vec_push(&x->sets, *s) != 0) {
		m->err = ERR_NOMEM;
		return 0;
	}
	x->buckets.v[h % n] = (uint32_t)x->sets.n;
	return (uint32_t)x->sets.n - 1;
}

/* ---- boxes ---- */

static void
list_push(struct box_maker *m, struct box_list *list, struct classify_box box)
{
	if (m->err == 0 && list->boxes.n >= BOXES_OF_PATTERN)
		m->err = ERR_RANGE;
	if (m->err == 0 && vec_push(&list->boxes, box) != 0)
		m->err = ERR_NOMEM;
}

/* An empty box with room for sides. */
static struct classify_box
box_new(struct box_maker *m, size_t sides)
{
	struct classify_box box = { 0, NULL };

	box.sides = arena_alloc(&m->mem, sides * sizeof(*box.sides) + 1);
	if (box.sides == NULL)
		m->err = ERR_NOMEM;
	return box;
}

static void
box_add(struct box_maker *m, struct classify_box *box, int32_t offset,
    const struct classify_set *set)
{
	uint32_t number = box_set(m, set);

	if (m->err == 0)
		box->sides[box->nsides++] =
		    (struct classify_side){ offset, number };
}

/* Both boxes at once; false when no packet is in both. */
static bool
box_intersect(struct box_maker *m, const struct classify_box *a,
    const struct classify_box *b, struct classify_box *out)
{
	size_t i = 0, j = 0;

	*out = box_new(m, a->nsides + b->nsides);
	while (m->err == 0 && (i < a->nsides || j < b->nsides)) {
		const struct classify_side *s = &a->sides[i];
		const struct classify_side *t = &b->sides[j];
		struct classify_set both;

		if (j == b->nsides ||
		    (i < a->nsides && s->offset < t->offset)) {
			out->sides[out->nsides++] = *s;
			i++;
			continue;
		}
		if (i == a->nsides || t->offset < s->offset) {
			out->sides[out->nsides++] = *t;
			j++;
			continue;
		}
		for (int k = 0; k < 5; k++)
			both.bits[k] = m->x->sets.v[s->set].bits[k] &
			               m->x->sets.v[t->set].bits[k];
		if (set_equal(&both, &set_none))
			return false;
		box_add(m, out, s->offset, &both);
		i++;
		j++;
	}
	return m->err == 0;
}

/*
 * If a and b are the same but for one side, makes a hold both and returns
 * true.  Sides of a are its own: they may be changed.
 */
static bool
box_join(
    struct box_maker *m, struct classify_box *a, const struct classify_box *b)
{
	struct classify_set set;
	uint32_t differ = a->nsides;

	if (a->nsides != b->nsides)
		return false;
	for (uint32_t i = 0; i < a->nsides; i++) {
		if (a->sides[i].offset != b->sides[i].offset)
			return false;
		if (a->sides[i].set == b->sides[i].set)
			continue;
		if (differ < a->nsides)
			return false;
		differ = i;
	}
	if (differ == a->nsides)
		return true;
	for (int k = 0; k < 5; k++)
		set.bits[k] = m->x->sets.v[a->sides[differ].set].bits[k] |
		              m->x->sets.v[b->sides[differ].set].bits[k];
	if (set_is_all(&set)) {
		memmove(&a->sides[differ], &a->sides[differ + 1],
		    (a->nsides - differ - 1) * sizeof(*a->sides));
		a->nsides--;
	} else
		a->sides[differ].set = box_set(m, &set);
	return true;
}

/* Joins boxes of a list until no two can be. */
static void
list_tidy(struct box_maker *m, struct box_list *list)
{
	size_t n = list->boxes.n;
	bool again = n <= BOXES_TO_JOIN;

	while (again && m->err == 0) {
		again = false;
		for (size_t i = 0; i < n; i++)
			for (size_t j = i + 1; j < n; j++)
				if (box_join(m, &list->boxes.v[i],
				        &list->boxes.v[j])) {
					list->boxes.v[j--] = list->boxes.v[--n];
					again = true;
				}
	}
	list->boxes.n = n;
}

/* ---- the tree ---- */

/* The values that byte i of a test's word may have. */
static struct classify_set
test_set(const struct classify_node *n, int i)
{
	uint8_t mask = (uint8_t)(n->mask >> 8 * i);
	uint8_t value = (uint8_t)(n->value >> 8 * i);
	struct classify_set set = set_none;

	for (unsigned int v = 0; v < 256; v++)
		if ((v & mask) == value)
			set_add(&set, v);
	return set;
}

/* The test holds and all its bytes are there. */
static void
test_boxes(
    struct box_maker *m, const struct classify_node *n, struct box_list *out)
{
	struct classify_box box = box_new(m, 4);

	for (int i = 0; i < 4 && m->err == 0; i++)
		if ((n->mask >> 8 * i & 255) != 0) {
			struct classify_set set = test_set(n, i);

			box_add(m, &box, n->offset + i, &set);
		}
	list_push(m, out, box);
}

/* All its bytes are there, but one of them is not as the test says. */
static void
test_not_boxes(
    struct box_maker *m, const struct classify_node *n, struct box_list *out)
{
	int last = 3 - __builtin_clz(n->mask) / 8;

	for (int i = 0; i <= last && m->err == 0; i++) {
		struct classify_box box = box_new(m, 2);
		struct classify_set set = test_set(n, i), there = set_none;

		if ((n->mask >> 8 * i & 255) == 0 || m->err != 0)
			continue;
		set_add(&set, SET_MISSING);
		set_invert(&set);
		if (set_equal(&set, &set_none))
			continue;
		box_add(m, &box, n->offset + i, &set);
		set_add(&there, SET_MISSING);
		set_invert(&there);
		if (i < last)
			box_add(m, &box, n->offset + last, &there);
		list_push(m, out, box);
	}
}

/* A byte under the mask is missing, hence the last one. */
static void
test_short_boxes(
    struct box_maker *m, const struct classify_node *n, struct box_list *out)
{
	struct classify_box box = box_new(m, 1);
	struct classify_set missing = set_none;

	set_add(&missing, SET_MISSING);
	if (m->err == 0)
		box_add(m, &box, n->offset + 3 - __builtin_clz(n->mask) / 8,
		    &missing);
	list_push(m, out, box);
}

static void
node_test(struct box_maker *m, const struct classify_node *n, bool want,
    struct box_list *out)
{
	if (n->mask == 0) {
		if (want)
			list_push(m, out, box_new(m, 0));
		return;
	}
	if (want)
		test_boxes(m, n, out);
	else
		test_not_boxes(m, n, out);
	if (n->short_yes == want)
		test_short_boxes(m, n, out);
}

static void node_boxes(struct box_maker *m, const struct classify_node *n,
    bool want, struct box_list *out);

/* Replaces *list by what is in it and also makes n come out as want. */
static void
list_and(struct box_maker *m, struct box_list *list,
    const struct classify_node *n, bool want)
{
	struct box_list other = { VEC_INIT }, out = { VEC_INIT };
	struct classify_box box;

	node_boxes(m, n, want, &other);
	for (size_t i = 0; i < list->boxes.n && m->err == 0; i++)
		for (size_t j = 0; j < other.boxes.n && m->err == 0; j++)
			if (box_intersect(
			        m, &list->boxes.v[i], &other.boxes.v[j], &box))
				list_push(m, &out, box);
	list_tidy(m, &out);
	vec_fini(&other.boxes);
	vec_fini(&list->boxes);
	*list = out;
}

/* Adds the boxes of from, which is emptied. */
static void
list_append(struct box_maker *m, struct box_list *list, struct box_list *from)
{
	for (size_t i = 0; i < from->boxes.n; i++)
		list_push(m, list, from->boxes.v[i]);
	vec_fini(&from->boxes);
}

/* Members from n on: all (and) or one of them (or) come out as want. */
static void
node_members(struct box_maker *m, const struct classify_node *n, bool all,
    bool want, struct box_list *out)
{
	struct box_list product = { VEC_INIT };

	if (!all) {
		for (; n != NULL && m->err == 0; n = n->next)
			node_boxes(m, n, want, out);
		return;
	}
	list_push(m, &product, box_new(m, 0));
	for (; n != NULL && m->err == 0; n = n->next)
		list_and(m, &product, n, want);
	list_append(m, out, &product);
}

/* "a ? b : rest" comes out as want. */
static void
node_if(struct box_maker *m, const struct classify_node *n, bool want,
    struct box_list *out)
{
	struct box_list unless = { VEC_INIT }; /* all conditions so far fail */

	list_push(m, &unless, box_new(m, 0));
	while (m->err == 0 && n->next != NULL && n->next->next != NULL) {
		struct box_list then = { VEC_INIT };

		for (size_t i = 0; i < unless.boxes.n; i++)
			list_push(m, &then, unless.boxes.v[i]);
		list_and(m, &then, n, true);
		list_and(m, &then, n->next, want);
		list_append(m, out, &then);
		list_and(m, &unless, n, false);
		n = n->next->next;
	}
	if (m->err == 0) {
		struct box_list rest = { VEC_INIT };

		/* One member, or a condition without its other way. */
		node_members(m, n, want, want, &rest);
		for (size_t i = 0; i < unless.boxes.n && m->err == 0; i++)
			for (size_t j = 0; j < rest.boxes.n; j++) {
				struct classify_box box;

				if (box_intersect(m, &unless.boxes.v[i],
				        &rest.boxes.v[j], &box))
					list_push(m, out, box);
			}
		vec_fini(&rest.boxes);
	}
	vec_fini(&unless.boxes);
}

/* Appends boxes for the packets to which n says want. */
static void
node_boxes(struct box_maker *m, const struct classify_node *n, bool want,
    struct box_list *out)
{
	want ^= n->negated;
	if (n->kind == CLASSIFY_TEST)
		node_test(m, n, want, out);
	else if (n->op == CLASSIFY_IF)
		node_if(m, n->first, want, out);
	else
		node_members(
		    m, n->first, (n->op == CLASSIFY_AND) == want, want, out);
	list_tidy(m, out);
}

/* Appends the boxes of a pattern to x, sides moved to x's own memory. */
static void
box_keep(struct box_maker *m, const struct box_list *list, int output)
{
	struct classify_boxes *x = m->x;

	for (size_t i = 0; i < list->boxes.n && m->err == 0; i++) {
		struct classify_box box = list->boxes.v[i];
		size_t size = box.nsides * sizeof(*box.sides);
		struct classify_side *sides = arena_alloc(&x->mem, size + 1);

		if (sides == NULL) {
			m->err = ERR_NOMEM;
			break;
		}
		if (size > 0)
			memcpy(sides, box.sides, size);
		box.sides = sides;
		if (x->boxes.n >= BOXES_OF_ALL)
			m->err = ERR_RANGE;
		else if (vec_push(&x->boxes, box) != 0 ||
		         vec_push(&x->outputs, (int16_t)output) != 0)
			m->err = ERR_NOMEM;
	}
}

/* Whether a pattern's boxes hold every packet. */
static bool
box_holds_all(const struct box_list *list)
{
	for (size_t i = 0; i < list->boxes.n; i++)
		if (list->boxes.v[i].nsides == 0)
			return true;
	return false;
}

int
classify_make_boxes(
    struct classify_boxes *x, const struct classify_pattern *p, size_t n)
{
	struct box_maker m = { .x = x };
	bool all = false;

	for (size_t i = 0; i < n && m.err == 0 && !all; i++) {
		struct box_list list = { VEC_INIT };

		if (p[i].root != NULL)
			node_boxes(&m, p[i].root, true, &list);
		box_keep(&m, &list, p[i].output);
		all = box_holds_all(&list);
		vec_fini(&list.boxes);
		arena_fini(&m.mem);
	}
	return m.err;
}

void
classify_boxes_fini(struct classify_boxes *x)
{
	vec_fini(&x->boxes);
	vec_fini(&x->outputs);
	vec_fini(&x->sets);
	vec_fini(&x->buckets);
	arena_fini(&x->mem);
}
