/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * slot_index.h -- a helper of the route tables: finds things that are kept
 * under numbers (from 1, in an array of the user's) by the hash of what they
 * are.
 *
 * Open addressing, linear probing, at most two thirds in use.  To search:
 *
 *	for (i = hash & (x->size - 1); x->at[i] != 0;
 *	    i = (i + 1) & (x->size - 1))
 *		if (what x->at[i] stands for is it)
 *
 * unless size is 0.  free(x->at) ends it.
 */
#ifndef ELEMENTS_IP_SLOT_INDEX_H
#define ELEMENTS_IP_SLOT_INDEX_H

#include <stdint.h>

struct slot_index {
	uint32_t *at;
	uint32_t size, used; /* size is 0 or a power of two */
};

/* The hash of what n stands for; arg is the user's. */
typedef uint64_t slot_hash_fn(const void *arg, uint32_t n);

/* Makes room for one more: 0 or ERR_NOMEM. */
int slot_index_reserve(
    struct slot_index *x, slot_hash_fn *hash, const void *arg);
/* Adds n, for which there is room. */
void slot_index_put(struct slot_index *x, uint64_t hash, uint32_t n);
/* Takes n, which is there, out. */
void slot_index_take(
    struct slot_index *x, slot_hash_fn *hash, const void *arg, uint32_t n);

#endif
