/* SPDX-License-Identifier: BSD-3-Clause */
/* phase_sort_test.c -- elements in the order that Click 2.1 gives them. */
#include "base/rand.h"
#include "click/element.h"
#include "click/internal.h"
#include "test/tap.h"

enum { MOST = 100, KINDS = 3 };

static const struct element_class classes[KINDS] = {
	{ .name = "d" }, /* PHASE_DEFAULT */
	{ .name = "i", .phase = PHASE_INFO },
	{ .name = "l", .phase = PHASE_LAST },
};

struct elements {
	struct element element[MOST], *order[MOST];
	size_t n;
};

static void
elements_add(struct elements *v, const struct element_class *class)
{
	struct element *e = &v->element[v->n];

	e->class = class;
	e->index = (uint32_t)v->n;
	v->order[v->n++] = e;
}

/*
 * Letters name classes; order: what Click's Messages printed, one for each d,
 * AddressInfo for each i.
 */
static const struct {
	const char *text, *order;
} recorded[] = {
	{ "dddddd", "0 1 2 3 4 5 " },
	{ "ddddddd", "3 1 2 0 4 5 6 " },
	{ "dddddddd", "0 1 2 3 4 5 6 7 " },
	{ "didddidddddid", "4 6 7 8 9 10 12 0 2 3 " },
};

static void
test_recorded(size_t which)
{
	struct elements v = { .n = 0 };
	char order[256] = "";
	size_t length = 0;

	for (const char *c = recorded[which].text; *c != '\0'; c++)
		elements_add(&v, &classes[*c == 'i']);
	elements_sort_by_phase(v.order, v.n);
	for (size_t i = 0; i < v.n; i++)
		if (v.order[i]->class == &classes[0])
			length += (size_t)snprintf(order + length,
			    sizeof(order) - length, "%u ", v.order[i]->index);
	is_cstr(order, recorded[which].order, "%s", recorded[which].text);
}

/* In phases, each element once. */
static bool
elements_sorted(const struct elements *v)
{
	static const int phase[KINDS] = { PHASE_DEFAULT, PHASE_INFO,
		PHASE_LAST };
	bool seen[MOST] = { false };
	int last = 0;

	for (size_t i = 0; i < v->n; i++) {
		int now = phase[v->order[i]->class - classes];

		if (now < last || seen[v->order[i]->index])
			return false;
		seen[v->order[i]->index] = true;
		last = now;
	}
	return true;
}

static void
test_random(void)
{
	struct rand_state rand;
	bool good = true;

	rand_seed(&rand, 1);
	for (int run = 0; run < 10000 && good; run++) {
		struct elements v = { .n = 0 };
		size_t n = rand_u32(&rand) % MOST;

		while (v.n < n)
			elements_add(&v, &classes[rand_u32(&rand) % KINDS]);
		elements_sort_by_phase(v.order, v.n);
		good = elements_sorted(&v);
	}
	ok(good, "any mixture is sorted by phase, and nothing is lost");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(recorded); i++)
		test_recorded(i);
	test_random();
	return tap_done();
}
