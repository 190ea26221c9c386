/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_program.c -- part of the classifier: the patterns as Click's
 * decision diagram.
 *
 * Nobody runs it: it is what "program" handlers show and what tells of outputs
 * without packets, hence it is made as Click makes it, step by step: one
 * instruction a test, tests of an "and" sorted by offset, tests whose result is
 * known left out, neighbours that can be one test joined.  (Some of these steps
 * forget what a short packet does; the tables do not.)  Classifier's patterns
 * are optimized together, IPFilter's in pairs, pairs of pairs and so on.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "base/err.h"
#include "elements/standard/classify_internal.h"

/* ---- the tree as instructions ---- */

static int32_t
program_size(const struct classify_node *n)
{
	int32_t size = 0;

	if (n->kind == CLASSIFY_TEST)
		return 1;
	for (n = n->first; n != NULL; n = n->next)
		size += program_size(n);
	return size;
}

static int program_emit(struct classify_program *p,
    const struct classify_node *n, int32_t yes, int32_t no);

static int
program_emit_group(struct classify_program *p, const struct classify_node *n,
    enum classify_op op, int32_t yes, int32_t no)
{
	int err = 0;

	while (n != NULL && err == 0) {
		int32_t next = (int32_t)p->insns.n + program_size(n);

		if (n->next == NULL) {
			err = program_emit(p, n, yes, no);
		} else if (op == CLASSIFY_OR) {
			err = program_emit(p, n, yes, next);
		} else if (op == CLASSIFY_AND || n->next->next == NULL) {
			err = program_emit(p, n, next, no);
		} else {
			int32_t otherwise = next + program_size(n->next);

			err = program_emit(p, n, next, otherwise);
			n = n->next;
			if (err == 0)
				err = program_emit(p, n, yes, no);
		}
		n = n->next;
	}
	return err;
}

/* Appends the instructions of n, which go to yes or no. */
static int
program_emit(struct classify_program *p, const struct classify_node *n,
    int32_t yes, int32_t no)
{
	struct classify_insn in = {
		.offset = n->offset,
		.value = n->value,
		.mask = n->mask,
		.short_yes = n->short_yes,
	};
	int32_t swap = yes;

	if (n->negated) {
		yes = no;
		no = swap;
	}
	if (n->kind == CLASSIFY_GROUP)
		return program_emit_group(p, n->first, n->op, yes, no);
	in.to[0] = no;
	in.to[1] = yes;
	return vec_push(&p->insns, in);
}

/* One pattern: what fails goes to failure. */
static int
program_emit_pattern(struct classify_program *p,
    const struct classify_pattern *pattern, int32_t failure)
{
	int32_t yes =
	    pattern->output == CLASSIFY_NONE ? TO_NEVER : -pattern->output;

	if (pattern->root == NULL)
		return 0;
	return program_emit(p, pattern->root, yes, failure);
}

/* ---- sorting the tests of an "and" ---- */

/*
 * The only instruction that leads to each, 0 if several do (or the first
 * one), -1 if none does.
 */
static int32_t *
program_sources(const struct classify_program *p)
{
	int32_t *from = malloc((p->insns.n + 1) * sizeof(*from));

	for (size_t i = 0; from != NULL && i < p->insns.n; i++)
		from[i] = -1;
	for (size_t i = 0; from != NULL && i < p->insns.n; i++)
		for (int k = 0; k < 2; k++) {
			int32_t to = p->insns.v[i].to[k];

			if (to > 0)
				from[to] = from[to] >= 0 ? 0 : (int32_t)i;
		}
	return from;
}

/* IPFilter's order: the protocol (in word 8) before the addresses. */
static int32_t
program_sort_offset(int32_t offset, enum classify_line line)
{
	if (line == CLASSIFY_REGIONS && offset == CLASSIFY_NET + 8)
		return CLASSIFY_NET + 3;
	return offset;
}

static bool
program_in_order(const struct classify_insn *a, const struct classify_insn *b,
    enum classify_line line)
{
	int32_t x = program_sort_offset(a->offset, line);
	int32_t y = program_sort_offset(b->offset, line);

	if (x != y)
		return x < y;
	if (get_be32(&a->mask) > get_be32(&b->mask))
		return false;
	return a->mask != b->mask || get_be32(&a->value) <= get_be32(&b->value);
}

/* Lets instruction i and the one its branch k leads to change places. */
static void
program_exchange(struct classify_insn *a, struct classify_insn *b, int k)
{
	struct classify_insn old = *b;
	int32_t to_b = a->to[k];

	*b = *a;
	b->to[k] = old.to[k];
	*a = old;
	a->to[k] = to_b;
}

static int
program_sort(struct classify_program *p, enum classify_line line)
{
	int32_t *from = program_sources(p);
	int32_t n = (int32_t)p->insns.n;

	if (from == NULL)
		return ERR_NOMEM;
	for (int32_t i = 0; i < n; i++) {
		struct classify_insn *a = &p->insns.v[i];

		for (int k = 0; k < 2; k++) {
			int32_t j = a->to[k];
			struct classify_insn *b;

			if (j <= 0 || from[j] <= 0)
				continue;
			b = &p->insns.v[j];
			if (a->to[!k] != b->to[!k] ||
			    program_in_order(a, b, line))
				continue;
			program_exchange(a, b, k);
			/* Back to where the smaller one may move on. */
			i = (from[i] > 0 ? from[i] : i) - 1;
			break;
		}
	}
	free(from);
	return 0;
}

/* ---- joining neighbours ---- */

static bool
insn_one_bit(const struct classify_insn *in)
{
	return in->mask != 0 && (in->mask & (in->mask - 1)) == 0;
}

/* A test of a single bit, the other way round. */
static void
insn_flip(struct classify_insn *in)
{
	int32_t to = in->to[0];

	in->value ^= in->mask;
	in->to[0] = in->to[1];
	in->to[1] = to;
	in->short_yes = !in->short_yes;
}

/* Whether some word matches both. */
static bool
insn_compatible(const struct classify_insn *a, const struct classify_insn *b,
    bool consider_short)
{
	uint32_t both = a->mask & b->mask;

	if (a->mask == 0 || b->mask == 0)
		return true;
	if (a->offset != b->offset ||
	    (consider_short && a->short_yes != b->short_yes &&
	        insn_required(a) < insn_required(b)))
		return false;
	return (a->value & both) == (b->value & both);
}

/* Whether a, or else b, are one test that does not look at some bit. */
static bool
insn_pair_of_values(
    const struct classify_insn *a, const struct classify_insn *b)
{
	uint32_t bit = a->value ^ b->value;

	return a->offset != 0 && a->offset == b->offset && a->mask != 0 &&
	       a->mask == b->mask && (a->short_yes || !b->short_yes) &&
	       a->to[1] == b->to[1] && (bit & (bit - 1)) == 0 &&
	       classify_required(a->offset, a->mask & ~bit) == insn_required(a);
}

/* Joins instruction in with the one it leads to on no; true if it did. */
static bool
program_join_no(struct classify_program *p, struct classify_insn *in)
{
	struct classify_insn *no;
	uint32_t bit;

	if (in->to[0] <= 0)
		return false;
	no = &p->insns.v[in->to[0]];
	if (insn_compatible(no, in, false) && insn_one_bit(in)) {
		insn_flip(in);
		return false;
	}
	if (!insn_pair_of_values(in, no))
		return false;
	bit = in->value ^ no->value;
	in->value &= ~bit;
	in->mask &= ~bit;
	in->to[0] = no->to[0];
	return true;
}

/* The same on yes. */
static bool
program_join_yes(struct classify_program *p, struct classify_insn *in)
{
	struct classify_insn *yes;

	if (in->to[1] <= 0)
		return false;
	yes = &p->insns.v[in->to[1]];
	if (in->to[0] == yes->to[1] && insn_one_bit(yes))
		insn_flip(yes);
	if (in->to[0] != yes->to[0] || !insn_compatible(yes, in, true))
		return false;
	in->to[1] = yes->to[1];
	if (in->mask == 0)
		in->offset = yes->offset;
	in->value = (in->value & in->mask) | (yes->value & yes->mask);
	in->mask |= yes->mask;
	return true;
}

static void
program_join(struct classify_program *p)
{
	for (size_t i = p->insns.n; i-- > 0;)
		while (program_join_no(p, &p->insns.v[i]) ||
		       program_join_yes(p, &p->insns.v[i]))
			;
}

/* ---- leaving out what nobody needs ---- */

/* Where each instruction really leads: to itself if it decides anything. */
static void
program_skip(struct classify_program *p, int32_t *goal)
{
	for (size_t i = p->insns.n; i-- > 0;) {
		struct classify_insn *in = &p->insns.v[i];

		for (int k = 0; k < 2; k++)
			if (in->to[k] > 0)
				in->to[k] = goal[in->to[k]];
		if (in->to[0] != in->to[1] && in->mask != 0)
			goal[i] = (int32_t)i;
		else if (in->to[1] <= 0)
			goal[i] = in->to[1];
		else
			goal[i] = goal[in->to[1]];
	}
}

/* Keeps what can be reached from the first instruction, renumbered. */
static void
program_keep_reachable(struct classify_program *p, int32_t *place)
{
	int32_t kept = 0;

	for (size_t i = 0; i < p->insns.n; i++)
		place[i] = -1;
	if (p->everything < 0)
		place[0] = 0;
	for (size_t i = 0; i < p->insns.n; i++) {
		if (place[i] < 0)
			continue;
		place[i] = kept++;
		for (int k = 0; k < 2; k++)
			if (p->insns.v[i].to[k] > 0)
				place[p->insns.v[i].to[k]] = 0;
	}
	for (size_t i = 0; i < p->insns.n; i++) {
		struct classify_insn in = p->insns.v[i];

		if (place[i] < 0)
			continue;
		for (int k = 0; k < 2; k++)
			if (in.to[k] > 0)
				in.to[k] = place[in.to[k]];
		p->insns.v[place[i]] = in;
	}
	p->insns.n = (size_t)kept;
}

static int
program_clean(struct classify_program *p)
{
	int32_t *goal;
	const struct classify_insn *first = p->insns.v;

	if (p->insns.n == 0)
		return 0;
	goal = malloc(p->insns.n * sizeof(*goal));
	if (goal == NULL)
		return ERR_NOMEM;
	program_skip(p, goal);
	/* The first one's goal 0 may be itself or output 0. */
	p->everything = -1;
	if (goal[0] > 0)
		p->insns.v[0] = p->insns.v[goal[0]];
	else if (goal[0] < 0)
		p->everything = -goal[0];
	else if (first->to[1] == 0 && (first->to[0] == 0 || first->mask == 0))
		p->everything = 0;
	program_keep_reachable(p, goal);
	free(goal);
	return 0;
}

static int
program_optimize(struct classify_program *p, const struct classify *c)
{
	int err = program_sort(p, c->line);

	if (err == 0)
		err = classify_dominators(p);
	if (err != 0)
		return err;
	program_join(p);
	err = program_clean(p);
	if (err != 0)
		return err;
	if (p->insns.n == 0 && p->everything < 0)
		p->everything = -TO_NEVER;
	else if (p->everything >= 0)
		p->insns.n = 0;
	p->safe_length = 0;
	for (size_t i = 0; i < p->insns.n; i++)
		if (insn_required(&p->insns.v[i]) > p->safe_length)
			p->safe_length = insn_required(&p->insns.v[i]);
	p->safe_length -= c->align;
	return 0;
}

/* ---- Classifier: all patterns in one ---- */

static int
program_make_whole(struct classify_program *p, const struct classify *c)
{
	int err = 0;

	p->everything = c->patterns.n > 0 ? -1 : -TO_NEVER;
	for (size_t i = 0; i < c->patterns.n && err == 0; i++) {
		const struct classify_pattern *pattern = &c->patterns.v[i];
		int32_t next = (int32_t)p->insns.n;

		if (pattern->root != NULL)
			next += program_size(pattern->root);
		err = program_emit_pattern(
		    p, pattern, i + 1 < c->patterns.n ? next : TO_NEVER);
	}
	/* Behind the last test, when the last patterns have none. */
	for (size_t i = 0; i < p->insns.n; i++)
		for (int k = 0; k < 2; k++)
			if (p->insns.v[i].to[k] == (int32_t)p->insns.n)
				p->insns.v[i].to[k] = TO_NEVER;
	return err != 0 ? err : program_optimize(p, c);
}

/* ---- IPFilter: pairs ---- */

static void
program_set_failure(struct classify_program *p, int32_t failure)
{
	if (p->everything == -TO_FAILURE && failure <= 0)
		p->everything = -failure;
	for (size_t i = 0; i < p->insns.n; i++)
		for (int k = 0; k < 2; k++)
			if (p->insns.v[i].to[k] == TO_FAILURE)
				p->insns.v[i].to[k] = failure;
}

/* What fails in p goes on in next. */
static int
program_append(struct classify_program *p, const struct classify_program *next)
{
	int32_t offset = (int32_t)p->insns.n;
	int32_t failure = -next->everything;
	int err = 0;

	if (p->everything >= 0 && p->everything != -TO_FAILURE)
		return 0;
	if (p->everything == -TO_FAILURE)
		p->everything = next->everything;
	program_set_failure(p, failure > 0 ? offset : failure);
	for (size_t i = 0; i < next->insns.n && err == 0; i++) {
		struct classify_insn in = next->insns.v[i];

		for (int k = 0; k < 2; k++)
			if (in.to[k] > 0)
				in.to[k] += offset;
		err = vec_push(&p->insns, in);
	}
	return err;
}

static int
program_merge(
    struct classify_program *progs, size_t n, const struct classify *c)
{
	int err = 0;

	for (size_t step = 1; step < n && err == 0; step *= 2)
		for (size_t i = 0; i + step < n && err == 0; i += 2 * step) {
			err = program_append(&progs[i], &progs[i + step]);
			if (err == 0)
				err = program_optimize(&progs[i], c);
			vec_fini(&progs[i + step].insns);
		}
	if (n == 1 && err == 0)
		err = program_optimize(&progs[0], c);
	return err;
}

static int
program_make_pairs(struct classify_program *p, const struct classify *c)
{
	size_t n = c->patterns.n;
	struct classify_program *progs = calloc(n + 1, sizeof(*progs));
	int err = progs == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; i < n && err == 0; i++) {
		progs[i].everything = -1;
		err = program_emit_pattern(
		    &progs[i], &c->patterns.v[i], TO_FAILURE);
	}
	if (err == 0 && n == 0)
		progs[0].everything = -TO_NEVER;
	if (err == 0)
		err = program_merge(progs, n, c);
	if (err == 0) {
		*p = progs[0];
		progs[0] = (struct classify_program){ .everything = -1 };
		program_set_failure(p, TO_NEVER);
		err = program_sort(p, c->line);
	}
	for (size_t i = 0; progs != NULL && i < n; i++)
		vec_fini(&progs[i].insns);
	free(progs);
	return err;
}

int
classify_make_program(struct classify *c)
{
	int err;

	if (c->has_program)
		return 0;
	if (c->line == CLASSIFY_PLAIN)
		err = program_make_whole(&c->program, c);
	else
		err = program_make_pairs(&c->program, c);
	c->has_program = err == 0;
	if (err != 0)
		vec_fini(&c->program.insns);
	return err;
}
