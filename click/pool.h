/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pool.h -- where packets come from: one depot a program, one pool a thread
 * (a guest's threads, which never run at once, share one).
 *
 *	os_buffers_alloc() --chunks--> depot <--chains--> pool --> packets
 *
 * A pool works on its own stack of ready packets without a lock; only when
 * that runs empty or full does it trade a chain of POOL_CHAIN with the depot.
 */
#ifndef CLICK_POOL_H
#define CLICK_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "click/thread.h"

enum { POOL_CHAIN = 512, POOL_STACK = 2 * POOL_CHAIN };

struct depot;

/* limit: packets with a buffer at most, 0: as many as memory gives. */
struct depot *depot_new(uint32_t limit);
/* Every pool of it must be gone; all packets must be home. */
void depot_free(struct depot *d);
/* Packets with a pool buffer that exist, and that lie in the depot. */
uint32_t depot_total(const struct depot *d);

/* Packets (bare headers too) that lie ready in the depot itself. */
uint32_t depot_home(struct depot *d);
/* Packets and bare headers there are, in use or not. */
uint32_t depot_all(struct depot *d);
/* Those that lie ready in this pool. */
uint32_t pool_home(const struct pool *pool);

struct pool *pool_new(struct depot *d);
/* Gives what it holds to the depot. */
void pool_free(struct pool *p);
/* Gives all but keep ready packets to the depot, for other pools. */
void pool_trim(struct pool *p, uint32_t keep);

/* A ready packet, fields undefined but head, size and buffer; NULL: counted. */
struct packet *pool_get_slow(struct pool *pool);
uint32_t pool_get_many_slow(struct pool *pool, struct packet **out, uint32_t n);
/* Makes room for POOL_CHAIN on a full stack. */
void pool_spill(struct pool *pool);
/* A header without buffer; NULL when out of memory. */
struct packet *pool_get_bare(struct pool *pool);

static inline struct packet *
pool_get(struct pool *pool)
{
	if (unlikely(pool->nready == 0))
		return pool_get_slow(pool);
	return pool->ready[--pool->nready];
}

/* n packets; fewer when memory is short, which is counted. */
static inline uint32_t
pool_get_many(struct pool *pool, struct packet **out, uint32_t n)
{
	if (unlikely(pool->nready < n))
		return pool_get_many_slow(pool, out, n);
	pool->nready -= n;
	memcpy(out, &pool->ready[pool->nready], n * sizeof(struct packet *));
	return n;
}

static inline void
pool_put(struct pool *pool, struct packet *p)
{
	if (unlikely(pool->nready == pool->cap))
		pool_spill(pool);
	pool->ready[pool->nready++] = p;
}

/*
 * Where n packets, POOL_CHAIN at most, may be put down; they are ready when
 * the caller adds n to nready.
 */
static inline struct packet **
pool_place(struct pool *pool, uint32_t n)
{
	if (unlikely(pool->nready + n > pool->cap))
		pool_spill(pool);
	return &pool->ready[pool->nready];
}

static inline void
pool_put_bare(struct pool *pool, struct packet *p)
{
	p->buffer = BUFFER_NONE;
	p->next = pool->bare;
	pool->bare = p;
}

#endif
