/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_internal.h -- what the files of the classifier share.
 *
 *	classify.c             building the tree of patterns; evaluating it
 *	classify_boxes.c       a pattern as a union of boxes
 *	classify_table.c       boxes into tables
 *	classify_match.c       running the tables
 *	classify_program.c     the tree as Click's diagram: made, optimized
 *	classify_dominators.c  the optimization that takes tests away
 *	classify_print.c       the diagram as text
 */
#ifndef ELEMENTS_STANDARD_CLASSIFY_INTERNAL_H
#define ELEMENTS_STANDARD_CLASSIFY_INTERNAL_H

#include "base/arena.h"
#include "base/vec.h"
#include "elements/standard/classify.h"

/* ---- the tree ---- */

/* Groups inside groups; what walks the tree calls itself as often. */
enum { CLASSIFY_DEPTH_MAX = 1000 };

enum classify_kind {
	CLASSIFY_TEST,
	CLASSIFY_GROUP,
};

struct classify_node {
	enum classify_kind kind;
	bool negated;
	struct classify_node *next; /* in its group */

	/* a test */
	int32_t offset;
	uint32_t value, mask;
	bool short_yes; /* what a packet too short for it makes it say */

	/* a group */
	enum classify_op op;
	struct classify_node *first, **end;
	struct classify_node *parent; /* while it is open */
};

struct classify_pattern {
	struct classify_node *root; /* NULL: never true */
	int output;
};

/* Bytes of a test's word under its mask: from offset to (excluded). */
static inline int32_t
classify_required(int32_t offset, uint32_t mask)
{
	return mask == 0 ? 0 : offset + 4 - __builtin_clz(mask) / 8;
}

/* Whether the tree says yes to a packet. */
bool classify_eval(
    const struct classify_node *n, const struct classify_view *view);
/* One test; what a short packet makes of it is short_yes. */
bool classify_test_is(int32_t offset, uint32_t value, uint32_t mask,
    bool short_yes, const struct classify_view *view);

/* ---- boxes ---- */

enum {
	SET_MISSING = 256, /* the value of a byte that is not there */
	SET_VALUES = 257,
};

/* Values that a byte may have. */
struct classify_set {
	uint64_t bits[5];
};

static inline bool
set_has(const struct classify_set *s, unsigned int value)
{
	return (s->bits[value / 64] >> value % 64 & 1) != 0;
}

struct classify_side {
	int32_t offset;
	uint32_t set; /* number in classify_boxes.sets */
};

/* A conjunction: for each side, the byte there has a value of its set. */
struct classify_box {
	uint32_t nsides;
	struct classify_side *sides; /* by offset */
};

struct classify_boxes {
	VEC(struct classify_box) boxes; /* in pattern order */
	VEC(int16_t) outputs;           /* one a box */
	VEC(struct classify_set) sets;  /* all different */
	VEC(uint32_t) buckets;          /* hash table of set numbers + 1 */
	struct arena mem;
};

/* 0, ERR_NOMEM, or ERR_RANGE when there would be too many. */
int classify_make_boxes(
    struct classify_boxes *x, const struct classify_pattern *p, size_t n);
void classify_boxes_fini(struct classify_boxes *x);

/* ---- tables ---- */

enum {
	CLASSIFY_DIMS_MAX = 64,
	CLASSIFY_TABLE_MAX = 8 << 20,
};

/* A byte that matters. */
struct classify_dim {
	int32_t offset;  /* on the line */
	uint16_t region; /* its base */
	uint16_t upto;   /* the dimension behind the last one of its region */
	int32_t at;      /* from that base */
	uint32_t first;  /* where its SET_VALUES entries begin */
};

/*
 * Boxes stand in at most 64 groups of 2^group boxes each, and an entry of
 * groups says in which there is one that a byte's value fits.  Where groups
 * are more than single boxes, index says in which of the rows the boxes stand:
 * only groups that all bytes have left over are looked at there, and for most
 * packets that is one.  A box that everything fits is not among them, so that a
 * packet which fits no other is done with as soon as its bytes say so.
 */
struct classify_table {
	uint32_t ndims, nboxes;
	int16_t otherwise; /* output of what fits no box */
	uint32_t group;    /* boxes a group, as a power of two */
	uint32_t words;    /* a row */
	int32_t end;       /* a packet that ends here or later has all bytes */
	struct classify_dim dims[CLASSIFY_DIMS_MAX]; /* by offset */
	int32_t at[CLASSIFY_DIMS_MAX];               /* theirs, close by */
	uint64_t *groups;                            /* ndims * SET_VALUES */
	uint32_t *index; /* ndims * SET_VALUES, or NULL: single boxes */
	uint64_t *rows;
	int16_t *outputs; /* nboxes */
};

/* 0, ERR_NOMEM, or ERR_RANGE when it would be too large. */
int classify_make_table(struct classify_table *t,
    const struct classify_boxes *boxes, enum classify_line line);
void classify_table_fini(struct classify_table *t);
int classify_table_match(
    const struct classify_table *t, const struct classify_view *view);

/* ---- the program ---- */

/* Where a branch goes: > 0 an instruction, <= 0 the negative of an output. */
enum {
	TO_NEVER = -INT32_MAX, /* to no output */
	TO_FAILURE,            /* not known yet: the pattern fails */
	TO_SUCCESS,            /* or matches */
};

struct classify_insn {
	int32_t offset;
	uint32_t value, mask;
	bool short_yes;
	int32_t to[2]; /* when the test says no, yes */
};

struct classify_program {
	VEC(struct classify_insn) insns;
	int32_t everything; /* where all packets go, as the negative of a
	                     * branch; -1: it depends */
	int32_t safe_length;
};

/* Makes c->program unless that has been done.  0 or ERR_NOMEM. */
int classify_make_program(struct classify *c);
/* Takes away tests whose result is known where they stand. */
int classify_dominators(struct classify_program *p);

static inline int32_t
insn_required(const struct classify_insn *in)
{
	return classify_required(in->offset, in->mask);
}

/* ---- all of it ---- */

struct classify {
	enum classify_line line;
	int32_t align;
	struct arena mem;           /* of the tree */
	struct classify_node *open; /* innermost group, NULL at top */
	struct classify_node *done; /* closed at top level, not yet taken */
	VEC(struct classify_pattern) patterns;
	uint32_t depth; /* of open groups */
	bool oom;       /* or a limit reached */

	bool has_table, has_program;
	struct classify_table table;
	struct classify_program program;
};

#endif
