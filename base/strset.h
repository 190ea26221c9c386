/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strset.h -- a set of byte strings, all looked for at once.
 *
 *	struct strset *s = strset_new();
 *	strset_add(s, STR("attack"), true);		its number: 0
 *	strset_add(s, STR("\x90\x90\x90\x90"), false);	1
 *	if (strset_compile(s, STRSET_BEST) == 0)
 *		strset_scan(s, data, n, NULL, hit, arg);
 *
 * Filters look at windows of four bytes, the rarest of each pattern, and
 * compare the patterns whose window they have seen:
 *
 *	vectors     for few patterns, or the short ones of many: 16 or 32
 *	            positions at a time by nibble tables in vector registers
 *	            (the "Teddy" of Hyperscan, Wang et al., NSDI 2019)
 *	hash        for the rest: a table of bits under a hash of the window.
 *	            Where all patterns are longer than a window, only every
 *	            second or fourth position is looked at, each pattern being
 *	            there by two or four windows side by side
 *
 * A scan begins with the filters.  When what they have compared is more than
 * n / STRSET_PATIENCE, the bytes are made to match nearly everywhere, and an
 * automaton of Aho and Corasick (1975) does the rest: at most two steps a
 * byte, by table for the shallow states, by a search among a state's children
 * for the others, and one look at each pattern that ends there.  So no payload
 * costs more than the filters' share and the automaton.
 *
 * Memory: 21 bytes a state of the automaton (at most one a byte of the
 * patterns), and a table of 64 kB at most for the shallow ones; 36 bytes and
 * its text a pattern; the filter's 12 to 48 bytes and 8 to 32 bits of table a
 * pattern.
 *
 * A compiled set is constant: any number of threads may scan.
 */
#ifndef BASE_STRSET_H
#define BASE_STRSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
	STRSET_PATTERNS = 65535, /* at most */
	STRSET_LENGTH = 65535,   /* bytes a pattern at most */
	STRSET_VECTOR = 32,      /* patterns for which vectors are faster */
	STRSET_PATIENCE = 8,
};

/* How to scan.  Without vectors, all is left to the hash. */
enum strset_engine {
	STRSET_BEST, /* the fastest that this processor has */
	STRSET_AUTOMATON,
	STRSET_HASH,
	STRSET_SSSE3,
	STRSET_AVX2,
};

struct strset;

/* NULL: no memory. */
struct strset *strset_new(void);
void strset_free(struct strset *s);

/*
 * Adds a copy of bytes; nocase: ASCII letters match in both cases.  Returns
 * its number (0, 1, ...), ERR_RANGE (empty, too long or too many) or
 * ERR_NOMEM.  Equal patterns may be added, each gets a number.
 */
int strset_add(struct strset *s, struct str bytes, bool nocase);

/*
 * Once, after the last add; engine is for tests and measurements.  ERR_NOMEM,
 * ERR_RANGE (2^32 bytes), or ERR_NOTSUP: not on this processor.
 */
int strset_compile(struct strset *s, enum strset_engine engine);
/* The engine in use, never STRSET_BEST. */
enum strset_engine strset_engine(const struct strset *s);

uint32_t strset_count(const struct strset *s);
/* Length in bytes of the longest pattern, 0 for an empty set. */
uint32_t strset_longest(const struct strset *s);
/* Bytes that the set has allocated. */
size_t strset_bytes(const struct strset *s);

/*
 * Told of each occurrence: the pattern's number and where it ends (1..n, the
 * index after its last byte).  The order is not defined.  True ends the scan.
 */
typedef bool strset_hit_fn(void *arg, uint32_t number, size_t end);

/*
 * seen: NULL, or strset_words() words, zero: then each pattern is reported
 * once, whichever occurrence of it is found first.  Returns true if hit did.
 */
bool strset_scan(const struct strset *s, const void *data, size_t n,
    uint64_t *seen, strset_hit_fn *hit, void *arg);

static inline size_t
strset_words(const struct strset *s)
{
	return (strset_count(s) + 63) / 64;
}

#endif
