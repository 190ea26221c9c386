/* SPDX-License-Identifier: BSD-3-Clause */
/* strset_internal.h -- for the files of strset.h only: how a set is laid out.
 */
#ifndef BASE_STRSET_INTERNAL_H
#define BASE_STRSET_INTERNAL_H

#include "base/bytes.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/strset.h"
#include "base/vec.h"

enum {
	STRSET_WINDOW = 4,  /* bytes of a pattern that a filter looks at */
	STRSET_STRIDE = 4,  /* at most */
	STRSET_BUCKETS = 8, /* of patterns, a bit each in a vector's bytes */
	STRSET_DENSE = 64 * 1024, /* bytes of tables for shallow states */
};
static const uint32_t STRSET_NONE = UINT32_MAX;

/* Each pattern is in one of two filters. */
enum { STRSET_BY_VECTOR, STRSET_BY_HASH, STRSET_FILTERS };

struct strset_pattern {
	uint8_t *text; /* owned, as given */
	uint16_t length;
	uint16_t window; /* where the first one begins in the text */
	uint8_t filter;
	bool nocase;
	bool folded_same; /* the automaton's match needs no comparison */
};

/* A state of the automaton; children are states child..child+nchild-1. */
struct strset_state {
	uint32_t fail;  /* the longest proper suffix that is a state */
	uint32_t child; /* the first */
	uint32_t dict;  /* the next on the way of fails with patterns, or 0 */
	uint32_t out;   /* its patterns: order[out] .. order[out+nout-1] */
	uint16_t nchild, nout;
};

struct strset_automaton {
	struct strset_state *states;
	uint8_t *label; /* the byte that leads to each state, folded */
	uint32_t nstates;
	uint32_t root[256]; /* the root's children, 0 where there is none */
	/* States below ndense: where to go, by the class of the byte. */
	uint32_t *dense;
	uint32_t ndense, nclasses;
	uint8_t class[256]; /* of a byte, folded or not */
};

/* By nibble: the buckets with a pattern whose window has it there. */
struct strset_nibbles {
	uint8_t low[STRSET_WINDOW][16], high[STRSET_WINDOW][16];
};

/* A window of a pattern, in a list of those that share a hash. */
struct strset_entry {
	uint32_t next; /* or NONE */
	uint32_t number;
	uint32_t window;
};

struct strset_filter {
	uint32_t npatterns;
	uint32_t stride; /* positions that are multiples of it are looked at */
	VEC(struct strset_entry) entries;
	uint32_t *lists; /* 1 << list_bits, by the window's hash */
	unsigned int list_bits;
	uint64_t *bits; /* 1 << bit_bits, by the same */
	unsigned int bit_bits;
	/* Patterns shorter than a window, by their first bytes; or NULL. */
	uint32_t *shorts;    /* 256 lists */
	uint64_t *pair_bits; /* 65536 */
};

struct strset {
	VEC(struct strset_pattern) patterns;
	uint32_t *order; /* their numbers, sorted by folded text */
	struct strset_automaton ac;
	struct strset_filter filters[STRSET_FILTERS];
	struct strset_nibbles nibbles;
	enum strset_engine engine;
	uint32_t longest, shortest;
};

/* Of one scan. */
struct strset_work {
	const struct strset *set;
	const uint8_t *data;
	size_t n;
	uint64_t *seen;
	strset_hit_fn *hit;
	void *arg;
	uint64_t done; /* comparisons and their bytes */
	uint64_t patience;
	bool stopped;
};

/* ASCII letters in lower case. */
static inline uint8_t
strset_fold(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26 ? (uint8_t)(c | 0x20) : c;
}

/* A coarser fold, good for filters: one operation for all four bytes. */
static inline uint32_t
strset_window_hash(uint32_t window)
{
	return (window | 0x20202020u) * 0x9e3779b1u;
}

static inline bool
strset_bit(const uint64_t *bits, uint32_t i)
{
	return (bits[i >> 6] >> (i & 63) & 1) != 0;
}

static inline bool
strset_tired(const struct strset_work *w)
{
	return w->stopped || w->done > w->patience;
}

/* Tells the user, unless that was done and is to be done once. */
static inline void
strset_tell(struct strset_work *w, uint32_t number, size_t end)
{
	if (w->seen != NULL) {
		if (strset_bit(w->seen, number))
			return;
		w->seen[number >> 6] |= 1ull << (number & 63);
	}
	w->stopped = w->hit(w->arg, number, end);
}

int strset_automaton_make(struct strset *s);
void strset_automaton_fini(struct strset_automaton *ac);
/*
 * Reports the patterns of each filter whose first window is at from[filter] or
 * behind it.
 */
void strset_automaton_run(
    struct strset_work *w, const size_t from[static STRSET_FILTERS]);

/* vectors: whether there may be a filter by vectors. */
int strset_filters_make(struct strset *s, bool vectors);
void strset_filter_fini(struct strset_filter *f);
/*
 * Each reports patterns whose first window is below a limit, which it returns:
 * n, or less when its patience was at an end.
 */
size_t strset_hash_run(
    struct strset_work *w, const struct strset_filter *f, size_t from);
size_t strset_ssse3_run(struct strset_work *w, const struct strset_filter *f);
size_t strset_avx2_run(struct strset_work *w, const struct strset_filter *f);

/* Compares the patterns of f that may have a window at data[at]. */
void strset_verify(
    struct strset_work *w, const struct strset_filter *f, size_t at);

#endif
