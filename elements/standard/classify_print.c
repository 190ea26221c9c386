/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_print.c -- part of the classifier: the program as text.
 *
 * IPFilter's is shown in the form that Click runs it in: tests of one word
 * against different values that lead to the same place stand together, sorted
 * by value when they are many.
 */
#include <stdlib.h>

#include "base/err.h"
#include "elements/standard/classify_internal.h"

enum { PRINT_SORT_MIN = 7 };

static void
print_branch(struct strbuf *out, int32_t to)
{
	static const char special[] = "X-+";

	if (to <= TO_SUCCESS)
		sb_printf(out, "[%c]", special[to - TO_NEVER]);
	else if (to <= 0)
		sb_printf(out, "[%d]", -to);
	else
		sb_printf(out, "step %d", to);
}

static void
print_bytes(struct strbuf *out, uint32_t word)
{
	for (int i = 0; i < 4; i++)
		sb_printf(out, "%02x", word >> 8 * i & 255);
}

static void
print_insn(const struct classify_insn *in, size_t step, int32_t align,
    struct strbuf *out)
{
	/* Click's offsets have 16 bits; before the packet they wrap. */
	sb_printf(out, "%2zu %3d/", step, (uint16_t)(in->offset - align));
	print_bytes(out, in->value);
	sb_addc(out, '%');
	print_bytes(out, in->mask);
	sb_adds(out, "  yes->");
	print_branch(out, in->to[1]);
	sb_adds(out, "  no->");
	print_branch(out, in->to[0]);
	if (in->short_yes)
		sb_adds(out, "  short->yes");
	sb_addc(out, '\n');
}

static void
print_program(
    const struct classify_program *p, int32_t align, struct strbuf *out)
{
	for (size_t i = 0; i < p->insns.n; i++)
		print_insn(&p->insns.v[i], i, align, out);
	if (p->insns.n == 0)
		sb_printf(out, "all->[%d]\n", p->everything);
	sb_printf(out, "safe length %u\n", (uint32_t)p->safe_length);
	sb_printf(out, "alignment offset %d\n", align);
}

/* ---- grouping ---- */

struct print_groups {
	const struct classify_program *from;
	struct classify_program to;
	uint32_t *wanted; /* branches that lead to each instruction */
	int32_t *place;   /* the step each group's first one becomes */
};

static int
print_compare_values(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Whether no, reached from nowhere else, belongs to in's group. */
static bool
print_same_group(
    const struct print_groups *g, const struct classify_insn *in, int32_t no)
{
	const struct classify_insn *next;

	if (no <= 0 || g->wanted[no] != 1)
		return false;
	next = &g->from->insns.v[no];
	return next->to[1] == in->to[1] && next->offset == in->offset &&
	       next->mask == in->mask;
}

/* Sorts the values of steps first..n. */
static int
print_sort_values(struct classify_program *p, size_t first)
{
	size_t n = p->insns.n - first;
	uint32_t *values;

	if (n < PRINT_SORT_MIN)
		return 0;
	values = malloc(n * sizeof(*values));
	if (values == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		values[i] = p->insns.v[first + i].value;
	qsort(values, n, sizeof(*values), print_compare_values);
	for (size_t i = 0; i < n; i++)
		p->insns.v[first + i].value = values[i];
	free(values);
	return 0;
}

/*
 * Appends the group that begins with instruction i.  Branches still have the
 * old numbers, but for those inside the group, which are marked by TO_FAILURE.
 */
static int
print_add_group(struct print_groups *g, size_t i)
{
	struct classify_insn in = g->from->insns.v[i];
	size_t first = g->to.insns.n;
	int32_t no = in.to[0];

	g->place[i] = (int32_t)first;
	if (vec_push(&g->to.insns, in) != 0)
		return ERR_NOMEM;
	while (print_same_group(g, &in, no)) {
		g->wanted[no]--;
		g->to.insns.v[g->to.insns.n - 1].to[0] = TO_FAILURE;
		in.value = g->from->insns.v[no].value;
		no = in.to[0] = g->from->insns.v[no].to[0];
		if (vec_push(&g->to.insns, in) != 0)
			return ERR_NOMEM;
	}
	return print_sort_values(&g->to, first);
}

static void
print_renumber(struct print_groups *g)
{
	for (size_t i = 0; i < g->to.insns.n; i++)
		for (int k = 0; k < 2; k++) {
			int32_t *to = &g->to.insns.v[i].to[k];

			if (*to > 0)
				*to = g->place[*to];
			else if (*to == TO_FAILURE)
				*to = (int32_t)i + 1;
		}
}

static void
print_grouped(
    const struct classify_program *p, int32_t align, struct strbuf *out)
{
	struct print_groups g = { .from = p };
	size_t n = p->insns.n;
	int err = ERR_NOMEM;

	g.to = (struct classify_program){
		.everything = p->everything,
		.safe_length = p->safe_length,
	};
	g.wanted = calloc(n + 1, sizeof(*g.wanted));
	g.place = calloc(n + 1, sizeof(*g.place));
	if (g.wanted == NULL || g.place == NULL)
		goto done;
	err = 0;
	g.wanted[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2 && g.wanted[i] > 0; k++)
			if (p->insns.v[i].to[k] > 0)
				g.wanted[p->insns.v[i].to[k]]++;
	for (size_t i = 0; i < n && err == 0; i++)
		if (g.wanted[i] > 0)
			err = print_add_group(&g, i);
	if (err == 0) {
		print_renumber(&g);
		print_program(&g.to, align, out);
	}
done:
	out->oom |= err != 0;
	vec_fini(&g.to.insns);
	free(g.wanted);
	free(g.place);
}

/* ---- what is seen from outside ---- */

void
classify_print(struct classify *c, struct strbuf *out)
{
	if (classify_make_program(c) != 0)
		out->oom = true;
	else if (c->line == CLASSIFY_PLAIN)
		print_program(&c->program, c->align, out);
	else
		print_grouped(&c->program, c->align, out);
}

static bool
print_uses(const struct classify_program *p, int32_t output)
{
	if (p->everything >= 0)
		return p->everything == output;
	for (size_t i = 0; i < p->insns.n; i++)
		if (p->insns.v[i].to[0] == -output ||
		    p->insns.v[i].to[1] == -output)
			return true;
	return false;
}

void
classify_warn_unused(
    struct classify *c, unsigned int noutputs, struct errh *errh)
{
	if (classify_make_program(c) != 0)
		return;
	for (unsigned int i = 0; i < noutputs; i++)
		if (!print_uses(&c->program, (int32_t)i))
			errh_warning(errh, "output %u matches no packets", i);
}
