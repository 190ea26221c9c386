/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * phase_sort.c -- the order in which elements are configured and initialized.
 *
 * Users see it: sources of one phase begin in this order, so that a text which
 * prints from two of them prints in it.  Within one phase it is what Click's
 * sort leaves, which is not stable; hence the same algorithm here: J. Bentley,
 * M. McIlroy, "Engineering a Sort Function" (1993), with the paper's choice of
 * pivots and places for what equals the pivot.
 */
#include "click/internal.h"
#include "click/router.h"

enum {
	INSERTION = 7, /* shorter ones are sorted by insertion */
	NINTHER = 40,  /* longer ones have the median of nine as a pivot */
};

static int
element_phase(const struct element *e)
{
	return e->class->phase == 0 ? PHASE_DEFAULT : e->class->phase;
}

static void
phase_swap(struct element **a, struct element **b)
{
	struct element *x = *a;

	*a = *b;
	*b = x;
}

static void
phase_insertion(struct element **v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i;
		     k > 0 && element_phase(v[k - 1]) > element_phase(v[k]);
		     k--)
			phase_swap(&v[k - 1], &v[k]);
}

/* Which of the three places has the median. */
static size_t
phase_median(struct element *const *v, size_t a, size_t b, size_t c)
{
	int x = element_phase(v[a]), y = element_phase(v[b]);
	int z = element_phase(v[c]);

	if (x < y)
		return y < z ? b : x < z ? c : a;
	return y > z ? b : x > z ? c : a;
}

static size_t
phase_pivot(struct element *const *v, size_t n)
{
	size_t low = 0, middle = n / 2, high = n - 1, step = n / 8;

	if (n == INSERTION)
		return middle;
	if (n > NINTHER) {
		low = phase_median(v, low, step, 2 * step);
		middle = phase_median(v, middle - step, middle, middle + step);
		high = phase_median(v, high - 2 * step, high - step, high);
	}
	return phase_median(v, low, middle, high);
}

static void
phase_swap_runs(struct element **a, struct element **b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		phase_swap(&a[i], &b[i]);
}

/* What is left to sort on either side of a pivot and its equals. */
struct phase_sides {
	size_t lower, higher;
};

/*
 *	| equal | lower |  ...  | higher | equal |
 *	0      ea      lo       hi      eb       n
 *
 * grows from both ends until nothing is between lo and hi; then the equals
 * change places with what is next to the middle.
 */
static struct phase_sides
phase_partition(struct element **v, size_t n)
{
	int pivot = element_phase(v[0]), phase;
	size_t ea = 1, lo = 1, hi = n, eb = n, run;

	for (;;) {
		for (; lo < hi && (phase = element_phase(v[lo])) <= pivot; lo++)
			if (phase == pivot)
				phase_swap(&v[ea++], &v[lo]);
		for (; lo < hi && (phase = element_phase(v[hi - 1])) >= pivot;
		     hi--)
			if (phase == pivot)
				phase_swap(&v[hi - 1], &v[--eb]);
		if (lo >= hi)
			break;
		phase_swap(&v[lo++], &v[--hi]);
	}
	run = ea < lo - ea ? ea : lo - ea;
	phase_swap_runs(v, v + lo - run, run);
	run = eb - hi < n - eb ? eb - hi : n - eb;
	phase_swap_runs(v + lo, v + n - run, run);
	return (struct phase_sides){ lo - ea, eb - hi };
}

/* Calls itself as deep as there are phases: a side lacks the pivot's. */
void
elements_sort_by_phase(struct element **v, size_t n)
{
	struct phase_sides sides;

	if (n < INSERTION) {
		phase_insertion(v, n);
		return;
	}
	phase_swap(&v[0], &v[phase_pivot(v, n)]);
	sides = phase_partition(v, n);
	elements_sort_by_phase(v, sides.lower);
	elements_sort_by_phase(v + n - sides.higher, sides.higher);
}
