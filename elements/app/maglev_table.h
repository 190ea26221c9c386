/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * maglev_table.h -- Maglev's consistent hashing (Eisenbud et al., "Maglev: A
 * Fast and Reliable Software Network Load Balancer", NSDI 2016, 3.4): which of
 * n backends has which entry of a table of prime size.
 *
 * Each backend has an order of preference of its own over all entries, a
 * permutation that depends on its name and a seed alone.  In turns each takes
 * the entry that it likes best among those left; a backend of twice the weight
 * has twice the turns.  So all get their share of entries, and when one comes
 * or goes few entries change hands but its own.
 */
#ifndef ELEMENTS_APP_MAGLEV_TABLE_H
#define ELEMENTS_APP_MAGLEV_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MAGLEV_BACKENDS = 4096,
	MAGLEV_SIZE_MAX = 1 << 24,
	MAGLEV_WEIGHT_MAX = 1000,
	MAGLEV_NONE = 0xffff, /* an entry that nobody has */
};

struct maglev_backend {
	uint64_t name;   /* a hash of its name */
	uint32_t weight; /* 0: takes nothing */
	uint32_t next;   /* how many of its preferences it has gone through */
	int64_t credit;  /* turns, in parts of the greatest weight */
};

/* The smallest prime that is n at least (n up to MAGLEV_SIZE_MAX). */
uint32_t maglev_prime(uint32_t n);

/*
 * Fills table[size], size being prime; entries are backends' numbers,
 * MAGLEV_NONE all if no backend has weight.  next and credit of the backends
 * are used.
 */
void maglev_fill(uint16_t *table, uint32_t size,
    struct maglev_backend *backends, uint32_t n, uint64_t seed);

#endif
