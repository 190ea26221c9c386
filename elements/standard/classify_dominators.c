/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_dominators.c -- part of the classifier: leaves out tests whose
 * result is known by the time they are reached.
 *
 * Every way to an instruction contains one of at most PATHS_MAX paths, each a
 * list of branches taken (an instruction and its result) in the order of the
 * program.  A branch that leads to a test which all these paths decide in the
 * same way may lead on to where that test would send it.  With more paths they
 * are replaced by what they have in common, so that the work stays polynomial.
 * The method, and every choice in it that shows in a printed program, is that
 * of Click.
 *
 * A branch is a number, 2 * instruction + result; instructions with the same
 * test have the same number in paths, that of the first of them.
 */
#include <stdlib.h>

#include "base/err.h"
#include "elements/standard/classify_internal.h"

enum { PATHS_MAX = 4 };

struct ints {
	VEC_FIELDS(int32_t)
};

struct dominators {
	struct classify_program *p;
	int32_t n;
	int32_t *known_length; /* bytes there for sure, by instruction */
	int32_t *same;         /* the first instruction with this test */

	/*
	 * Paths: path i is in[path[i]] .. in[path[i + 1] - 1], the last being
	 * a place for the instruction's own branch; those of instruction s are
	 * paths first[s] .. first[s + 1] - 1.
	 */
	struct ints in, path, first;

	/* Branches that lead to an instruction, linked. */
	int32_t *source;        /* the first, by instruction, or -1 */
	int32_t *next, *prev;   /* by branch, or -1 */
	struct ints sources;    /* of the instruction at hand */
	struct ints begin, end; /* paths of its sources */
	bool oom;
};

static void
ints_push(struct dominators *d, struct ints *v, int32_t x)
{
	if (vec_push(v, x) != 0)
		d->oom = true;
}

static inline struct classify_insn *
dom_insn(const struct dominators *d, int32_t i)
{
	return &d->p->insns.v[i];
}

/* ---- what one test says about another ---- */

/*
 * Whether a packet too short for in, which made it say result, makes x say
 * x_result; known bytes are there.
 */
static bool
short_agrees(const struct classify_insn *in, bool result,
    const struct classify_insn *x, bool x_result, int32_t known)
{
	if (in->short_yes != result || in->offset + 4 <= known ||
	    insn_required(in) <= known)
		return true;
	return insn_required(in) <= insn_required(x) &&
	       x_result == x->short_yes;
}

/* After yes of in, x says yes. */
static bool
yes_implies(const struct classify_insn *in, const struct classify_insn *x,
    int32_t known)
{
	uint32_t both = in->mask & x->mask;

	if (x->mask == 0)
		return true;
	return x->offset == in->offset &&
	       short_agrees(in, true, x, true, known) && both == x->mask &&
	       (in->value & both) == x->value;
}

/* After no of in, x says yes: they ask for one bit and its opposite. */
static bool
no_implies(const struct classify_insn *in, const struct classify_insn *x,
    int32_t known)
{
	if (x->mask == 0)
		return true;
	return x->offset == in->offset &&
	       short_agrees(in, false, x, true, known) &&
	       (in->mask & (in->mask - 1)) == 0 && in->mask == x->mask &&
	       in->value != x->value;
}

/* After yes of in, x says no. */
static bool
yes_excludes(const struct classify_insn *in, const struct classify_insn *x,
    int32_t known)
{
	uint32_t both = in->mask & x->mask;

	return x->mask != 0 && x->offset == in->offset &&
	       short_agrees(in, true, x, false, known) && both == x->mask &&
	       (in->value & both) != x->value;
}

/* After no of in, x says no: it asks for more. */
static bool
no_excludes(const struct classify_insn *in, const struct classify_insn *x,
    int32_t known)
{
	uint32_t both = in->mask & x->mask;

	if (in->mask == 0)
		return true;
	return x->offset == in->offset &&
	       short_agrees(in, false, x, false, known) && both == in->mask &&
	       in->value == (x->value & both);
}

/* What instruction to says after branch: 1 yes, 0 no, -1 unknown. */
static int
branch_decides(const struct dominators *d, int32_t branch, int32_t to)
{
	const struct classify_insn *in = dom_insn(d, branch >> 1);
	const struct classify_insn *x = dom_insn(d, to);
	int32_t known = d->known_length[branch >> 1];

	if ((branch & 1) != 0)
		return yes_implies(in, x, known)    ? 1
		       : yes_excludes(in, x, known) ? 0
		                                    : -1;
	return no_implies(in, x, known)    ? 1
	       : no_excludes(in, x, known) ? 0
	                                   : -1;
}

/* ---- branches and where they come from ---- */

/* The number of instruction i's branch k in paths. */
static inline int32_t
dom_branch(const struct dominators *d, int32_t i, int k)
{
	return 2 * d->same[i] + k;
}

static void
dom_link_sources(struct dominators *d)
{
	for (int32_t i = 0; i < d->n; i++)
		d->source[i] = -1;
	for (int32_t b = 0; b < 2 * d->n; b++) {
		int32_t to = dom_insn(d, b >> 1)->to[b & 1];

		d->next[b] = d->prev[b] = -1;
		if (to <= 0)
			continue;
		d->next[b] = d->source[to];
		if (d->source[to] >= 0)
			d->prev[d->source[to]] = b;
		d->source[to] = b;
	}
}

/* Lets branch b (not in the numbering of paths) lead elsewhere. */
static void
dom_redirect(struct dominators *d, int32_t b, int32_t to)
{
	int32_t *link = &dom_insn(d, b >> 1)->to[b & 1];
	int32_t before = -1, *at;

	if (*link > 0) {
		if (d->prev[b] >= 0)
			d->next[d->prev[b]] = d->next[b];
		else
			d->source[*link] = d->next[b];
		if (d->next[b] >= 0)
			d->prev[d->next[b]] = d->prev[b];
	}
	*link = to;
	if (to <= 0)
		return;
	for (at = &d->source[to]; *at >= 0 && *at < b; at = &d->next[*at])
		before = *at;
	d->prev[b] = before;
	d->next[b] = *at;
	*at = b;
	if (d->next[b] >= 0)
		d->prev[d->next[b]] = b;
}

/* ---- paths ---- */

/* Whether the path takes branch the other way somewhere. */
static bool
path_contradicts(
    const struct dominators *d, int32_t begin, int32_t end, int32_t branch)
{
	for (int32_t k = begin; k < end - 1; k++)
		if ((d->in.v[k] ^ branch) == 1)
			return true;
	return false;
}

/* Fills begin and end with the paths by which instruction i is reached. */
static void
dom_collect(struct dominators *d, int32_t i)
{
	int32_t last = -1;

	d->sources.n = d->begin.n = d->end.n = 0;
	for (int32_t b = d->source[i]; b >= 0; b = d->next[b])
		ints_push(d, &d->sources, b);
	for (size_t k = 0; k < d->sources.n && !d->oom; k++) {
		int32_t b = d->sources.v[k], s = b >> 1;
		int32_t branch = dom_branch(d, s, b & 1);

		if (s == last) {
			/* Both branches lead here: the test says nothing. */
			if (d->end.n > 0)
				d->end.v[d->end.n - 1]--;
			continue;
		}
		last = s;
		for (int32_t j = d->first.v[s]; j < d->first.v[s + 1]; j++) {
			int32_t begin = d->path.v[j], end = d->path.v[j + 1];

			if (path_contradicts(d, begin, end, branch))
				continue;
			d->in.v[end - 1] = branch;
			ints_push(d, &d->begin, begin);
			ints_push(d, &d->end, end);
		}
	}
}

/*
 * Appends to out what is in all n ascending runs of in, run k being
 * in[begin[k]] .. in[end[k] - 1]; out may be in.
 */
static void
runs_intersect(struct dominators *d, struct ints *in, const int32_t *begin,
    const int32_t *end, size_t n, struct ints *out)
{
	int32_t *at = malloc(n * sizeof(*at)), x = -1;

	if (at == NULL) {
		d->oom = true;
		return;
	}
	memcpy(at, begin, n * sizeof(*at));
	while (!d->oom) {
		/* Goes round the runs until x is in n of them in a row. */
		for (size_t k = 0, in_a_row = 0; in_a_row < n;
		     k = (k + 1) % n) {
			while (at[k] < end[k] && in->v[at[k]] < x)
				at[k]++;
			if (at[k] >= end[k])
				goto done;
			if (in->v[at[k]] > x) {
				x = in->v[at[k]];
				in_a_row = 0;
			}
			in_a_row++;
		}
		ints_push(d, out, x++);
	}
done:
	free(at);
}

static void
path_end(struct dominators *d, int32_t branch)
{
	ints_push(d, &d->in, branch);
	ints_push(d, &d->path, (int32_t)d->in.n);
}

/*
 * Copies the collected paths as instruction i's.  Returns the branch that all
 * of them take at its test, or -1.
 */
static int32_t
dom_copy_paths(struct dominators *d, int32_t i)
{
	int32_t mine = dom_branch(d, i, 0);
	bool decided = true, any = false;

	for (size_t k = 0; k < d->begin.n && !d->oom; k++) {
		int32_t end = d->end.v[k] - 1, taken = -1;

		for (int32_t j = d->begin.v[k]; j <= end; j++) {
			int32_t b = d->in.v[j];

			/* The same test comes again at the end. */
			if (j < end && (b ^ d->in.v[end]) <= 1)
				continue;
			if ((b ^ mine) <= 1)
				taken = b;
			ints_push(d, &d->in, b);
		}
		decided = decided && taken >= 0 && (!any || taken == mine);
		if (decided) {
			mine = taken;
			any = true;
		}
		path_end(d, mine);
	}
	return decided && any ? mine : -1;
}

/* Finds instruction i's paths; takes it out when its result is known. */
static void
dom_find_paths(struct dominators *d, int32_t i)
{
	size_t old = d->path.n;
	int32_t known;
	bool impossible;

	dom_collect(d, i);
	impossible = d->begin.n == 0;
	if (d->begin.n > PATHS_MAX) {
		runs_intersect(
		    d, &d->in, d->begin.v, d->end.v, d->begin.n, &d->in);
		path_end(d, dom_branch(d, i, 0));
	} else if (!impossible) {
		known = dom_copy_paths(d, i);
		if (known >= 0) {
			int32_t to = dom_insn(d, i)->to[known & 1];

			for (size_t k = 0; k < d->sources.n; k++)
				dom_redirect(d, d->sources.v[k], to);
			impossible = true;
		}
	}
	if (impossible) {
		d->path.n = old;
		d->in.n = (size_t)d->path.v[old - 1];
		if (i == 0) {
			path_end(d, 0);
		} else {
			dom_redirect(d, 2 * i, TO_NEVER);
			dom_redirect(d, 2 * i + 1, TO_NEVER);
		}
	}
	ints_push(d, &d->first, (int32_t)d->path.n - 1);
}

/* ---- moving branches on ---- */

/*
 * Where a branch to instruction to leads after the path begin..end; the stops
 * on the way are appended to stops, if not NULL.
 */
static int32_t
path_follow(struct dominators *d, int32_t begin, int32_t end, int32_t to,
    struct ints *stops)
{
	if (stops != NULL)
		ints_push(d, stops, to);
	while (to > 0) {
		int says = -1;

		for (int32_t k = end - 1; k >= begin && says < 0; k--)
			says = branch_decides(d, d->in.v[k], to);
		if (says < 0)
			break;
		to = dom_insn(d, to)->to[says];
		if (stops != NULL)
			ints_push(d, stops, to);
	}
	return to;
}

/* The last stop that is on all n ways; the first one is. */
static int32_t
stops_last_common(struct dominators *d, struct ints *stops,
    const struct ints *begin, const struct ints *end)
{
	struct ints all = VEC_INIT;
	int32_t last, common;
	bool same;

	ASSERT(end->n > 0 && stops->n > 0); /* each way has a stop, its first */
	last = stops->v[end->v[0] - 1];
	same = last <= 0;
	for (size_t k = 1; k < end->n && same; k++)
		same = stops->v[end->v[k] - 1] == last;
	if (same)
		return last;
	runs_intersect(d, stops, begin->v, end->v, begin->n, &all);
	common = all.n > 0 ? all.v[all.n - 1] : stops->v[0];
	vec_fini(&all);
	return common;
}

/* Where branch k of instruction i, which has several paths, can lead. */
static int32_t
dom_follow_all(struct dominators *d, int32_t i, int32_t to)
{
	struct ints stops = VEC_INIT, begin = VEC_INIT, end = VEC_INIT;
	int32_t result = to;

	for (int32_t j = d->first.v[i]; j < d->first.v[i + 1]; j++) {
		ints_push(d, &begin, (int32_t)stops.n);
		path_follow(d, d->path.v[j], d->path.v[j + 1], to, &stops);
		ints_push(d, &end, (int32_t)stops.n);
	}
	if (!d->oom)
		result = stops_last_common(d, &stops, &begin, &end);
	vec_fini(&stops);
	vec_fini(&begin);
	vec_fini(&end);
	return result;
}

static void
dom_shift(struct dominators *d, int32_t i, int k)
{
	int32_t to = dom_insn(d, i)->to[k], result = to;
	int32_t first = d->first.v[i], paths = d->first.v[i + 1] - first;

	if (to <= 0 || paths == 0)
		return;
	for (int32_t j = first; j < first + paths; j++)
		d->in.v[d->path.v[j + 1] - 1] = dom_branch(d, i, k);
	if (paths == 1)
		result = path_follow(
		    d, d->path.v[first], d->path.v[first + 1], to, NULL);
	else
		result = dom_follow_all(d, i, to);
	if (result != to)
		dom_redirect(d, 2 * i + k, result);
}

/* ---- preparation ---- */

/* Bytes that are there whenever an instruction is reached. */
static void
dom_find_lengths(struct dominators *d)
{
	for (int32_t i = 0; i < d->n; i++)
		d->known_length[i] = i == 0 ? 0 : INT32_MAX;
	for (int32_t i = 0; i < d->n; i++) {
		const struct classify_insn *in = dom_insn(d, i);
		int32_t known = d->known_length[i];
		int32_t tested = insn_required(in);
		int32_t to = in->to[!in->short_yes];
		int32_t to_short = in->to[in->short_yes];

		if (tested < known)
			tested = known;
		if (to > 0 && tested < d->known_length[to])
			d->known_length[to] = tested;
		if (to_short > 0 && known < d->known_length[to_short])
			d->known_length[to_short] = known;
	}
}

/* An instruction and its place, for sorting. */
struct dom_place {
	struct classify_insn in;
	int32_t i;
};

static int
dom_compare_tests(const struct classify_insn *a, const struct classify_insn *b)
{
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	if (a->mask != b->mask)
		return a->mask < b->mask ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (int)a->short_yes - (int)b->short_yes;
}

static int
dom_compare_places(const void *a, const void *b)
{
	const struct dom_place *x = a, *y = b;
	int order = dom_compare_tests(&x->in, &y->in);

	return order != 0 ? order : x->i - y->i;
}

static void
dom_find_same(struct dominators *d)
{
	struct dom_place *places = malloc((size_t)d->n * sizeof(*places));

	if (places == NULL) {
		d->oom = true;
		return;
	}
	for (int32_t i = 0; i < d->n; i++)
		places[i] = (struct dom_place){ *dom_insn(d, i), i };
	qsort(places, (size_t)d->n, sizeof(*places), dom_compare_places);
	for (int32_t i = 0; i < d->n; i++) {
		int32_t me = places[i].i;

		d->same[me] = me;
		if (i > 0 &&
		    dom_compare_tests(&places[i].in, &places[i - 1].in) == 0)
			d->same[me] = d->same[places[i - 1].i];
	}
	free(places);
}

static void
dom_init(struct dominators *d, struct classify_program *p)
{
	size_t n = p->insns.n;

	*d = (struct dominators){ .p = p, .n = (int32_t)n };
	d->known_length = malloc(n * sizeof(int32_t));
	d->same = malloc(n * sizeof(int32_t));
	d->source = malloc(n * sizeof(int32_t));
	d->next = malloc(2 * n * sizeof(int32_t));
	d->prev = malloc(2 * n * sizeof(int32_t));
	d->oom = d->known_length == NULL || d->same == NULL ||
	         d->source == NULL || d->next == NULL || d->prev == NULL;
	ints_push(d, &d->path, 0);
	ints_push(d, &d->first, 0);
	if (d->oom)
		return;
	dom_find_lengths(d);
	dom_find_same(d);
	dom_link_sources(d);
}

static void
dom_fini(struct dominators *d)
{
	free(d->known_length);
	free(d->same);
	free(d->source);
	free(d->next);
	free(d->prev);
	vec_fini(&d->in);
	vec_fini(&d->path);
	vec_fini(&d->first);
	vec_fini(&d->sources);
	vec_fini(&d->begin);
	vec_fini(&d->end);
}

int
classify_dominators(struct classify_program *p)
{
	struct dominators d;
	bool oom;

	if (p->insns.n == 0)
		return 0;
	dom_init(&d, p);
	for (int32_t i = 0; i < d.n && !d.oom; i++) {
		dom_find_paths(&d, i);
		if (d.oom)
			break;
		dom_shift(&d, i, 1);
		dom_shift(&d, i, 0);
	}
	oom = d.oom;
	dom_fini(&d);
	return oom ? ERR_NOMEM : 0;
}
