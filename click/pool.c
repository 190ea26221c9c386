/* SPDX-License-Identifier: BSD-3-Clause */
/* pool.c -- packets kept ready: chunks of memory, chains between threads. */
#include "click/pool.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"
#include "os/os.h"

/*
 * A chunk is headers and buffers for so many packets; chunks double in size
 * from the first to the last, so that a small router stays small.
 */
enum { CHUNK_MIN = 8, CHUNK_MAX = 512, BARE_CHUNK = 64 };

struct chunk {
	struct packet *headers; /* NULL: of bare headers only */
	uint8_t *buffers;
	uint32_t count;
	void *memory; /* what free() takes */
};

struct depot {
	struct spinlock lock;
	struct packet *chains; /* linked by device, each a chain by next */
	struct packet *bare;   /* headers of pools that are gone */
	uint32_t limit, total, next_chunk;
	VEC(struct chunk) chunks;
};

struct depot *
depot_new(uint32_t limit)
{
	struct depot *d = calloc(1, sizeof(*d));

	if (d != NULL) {
		d->limit = limit;
		d->next_chunk = CHUNK_MIN;
	}
	return d;
}

void
depot_free(struct depot *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->chunks.n; i++) {
		struct chunk *c = &d->chunks.v[i];

		if (c->buffers != NULL)
			os_buffers_free(
			    c->buffers, (size_t)c->count * POOL_BUFFER);
		free(c->memory);
	}
	vec_fini(&d->chunks);
	free(d);
}

uint32_t
depot_total(const struct depot *d)
{
	return load_relaxed(&d->total);
}

/* Memory for n headers, aligned to their cache lines. */
static int
chunk_headers(struct chunk *c, uint32_t n)
{
	c->memory = malloc((n + 1) * sizeof(struct packet));
	if (c->memory == NULL)
		return ERR_NOMEM;
	c->headers = (struct packet *)(((uintptr_t)c->memory + CACHE_LINE - 1) &
	                               ~(uintptr_t)(CACHE_LINE - 1));
	c->count = n;
	return 0;
}

/* Adds a chunk of n packets with buffers to the depot; its lock is held. */
static struct packet *
depot_add_chunk(struct depot *d, uint32_t n)
{
	struct chunk c = { NULL, NULL, 0, NULL };
	struct packet *chain = NULL;

	c.buffers = os_buffers_alloc((size_t)n * POOL_BUFFER);
	if (c.buffers == NULL)
		return NULL;
	if (chunk_headers(&c, n) != 0 || vec_push(&d->chunks, c) != 0) {
		os_buffers_free(c.buffers, (size_t)n * POOL_BUFFER);
		free(c.memory);
		return NULL;
	}
	for (uint32_t i = n; i-- > 0;) {
		struct packet *p = &c.headers[i];

		p->head = c.buffers + (size_t)i * POOL_BUFFER;
		p->size = POOL_BUFFER;
		p->buffer = BUFFER_POOL;
		p->refs = 1;
		p->next = chain;
		chain = p;
	}
	store_relaxed(&d->total, d->total + n);
	return chain;
}

/* A chain of ready packets, from another pool or from new memory. */
static struct packet *
depot_take(struct depot *d)
{
	struct packet *chain;
	uint32_t n;

	spin_lock(&d->lock);
	chain = d->chains;
	if (chain != NULL) {
		d->chains = (struct packet *)(uintptr_t)chain->device;
		spin_unlock(&d->lock);
		return chain;
	}
	n = d->next_chunk;
	if (d->limit != 0 && n > d->limit - d->total)
		n = d->limit - d->total;
	/* Short of memory a smaller piece may still be had. */
	for (; n >= 2 && chain == NULL; n /= 2)
		chain = depot_add_chunk(d, n);
	if (chain != NULL && d->next_chunk < CHUNK_MAX)
		d->next_chunk *= 2;
	spin_unlock(&d->lock);
	return chain;
}

static void
depot_give(struct depot *d, struct packet *chain)
{
	spin_lock(&d->lock);
	chain->device = (uintptr_t)d->chains;
	d->chains = chain;
	spin_unlock(&d->lock);
}

static void
depot_give_bare(struct depot *d, struct packet *list)
{
	struct packet *last = list;

	while (last->next != NULL)
		last = last->next;
	spin_lock(&d->lock);
	last->next = d->bare;
	d->bare = list;
	spin_unlock(&d->lock);
}

uint32_t
depot_home(struct depot *d)
{
	struct packet *chain = d->chains;
	uint32_t n = 0;

	for (; chain != NULL; chain = (struct packet *)(uintptr_t)chain->device)
		for (struct packet *p = chain; p != NULL; p = p->next)
			n++;
	for (struct packet *p = d->bare; p != NULL; p = p->next)
		n++;
	return n;
}

uint32_t
depot_all(struct depot *d)
{
	uint32_t n = 0;

	for (size_t i = 0; i < d->chunks.n; i++)
		n += d->chunks.v[i].count;
	return n;
}

uint32_t
pool_home(const struct pool *pool)
{
	uint32_t n = pool->nready;

	for (struct packet *p = pool->bare; p != NULL; p = p->next)
		n++;
	return n;
}

struct pool *
pool_new(struct depot *d)
{
	struct pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->ready = malloc(POOL_STACK * sizeof(*p->ready));
	if (p->ready == NULL) {
		free(p);
		return NULL;
	}
	p->cap = POOL_STACK;
	p->depot = d;
	return p;
}

/* The n packets on top of the stack as a chain. */
static struct packet *
pool_chain(struct pool *pool, uint32_t n)
{
	struct packet *chain = NULL;

	while (n-- > 0) {
		struct packet *p = pool->ready[--pool->nready];

		p->next = chain;
		chain = p;
	}
	return chain;
}

void
pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	if (pool->nready > 0)
		depot_give(pool->depot, pool_chain(pool, pool->nready));
	if (pool->bare != NULL)
		depot_give_bare(pool->depot, pool->bare);
	free(pool->ready);
	free(pool);
}

void
pool_spill(struct pool *pool)
{
	pool->owned -= POOL_CHAIN;
	depot_give(pool->depot, pool_chain(pool, POOL_CHAIN));
}

void
pool_trim(struct pool *pool, uint32_t keep)
{
	uint32_t n;

	if (pool->nready <= keep)
		return;
	n = pool->nready - keep;
	pool->owned -= n;
	depot_give(pool->depot, pool_chain(pool, n));
}

/* Counts chain as the pool's, up to its limit; the rest goes back. */
static struct packet *
pool_own(struct pool *pool, struct packet *chain)
{
	struct packet *p = chain, *rest;
	uint32_t n = 1;

	while (p->next != NULL &&
	       (pool->limit == 0 || pool->owned + n < pool->limit)) {
		p = p->next;
		n++;
	}
	rest = p->next;
	p->next = NULL;
	pool->owned += n;
	if (rest != NULL)
		depot_give(pool->depot, rest);
	return chain;
}

struct packet *
pool_get_slow(struct pool *pool)
{
	struct packet *p = NULL;

	if (pool->limit == 0 || pool->owned < pool->limit)
		p = depot_take(pool->depot);
	if (p == NULL) {
		pool->failures++;
		return NULL;
	}
	p = pool_own(pool, p);
	for (struct packet *q = p->next; q != NULL; q = q->next)
		pool->ready[pool->nready++] = q;
	return p;
}

uint32_t
pool_get_many_slow(struct pool *pool, struct packet **out, uint32_t n)
{
	uint32_t got = 0;

	while (got < n && (out[got] = pool_get(pool)) != NULL)
		got++;
	return got;
}

/* A chunk of bare headers straight onto the pool's list. */
static void
pool_grow_bare(struct pool *pool)
{
	struct depot *d = pool->depot;
	struct chunk c = { NULL, NULL, 0, NULL };

	spin_lock(&d->lock);
	if (d->bare != NULL) {
		pool->bare = d->bare;
		d->bare = NULL;
		spin_unlock(&d->lock);
		return;
	}
	if (chunk_headers(&c, BARE_CHUNK) != 0 ||
	    vec_push(&d->chunks, c) != 0) {
		free(c.memory);
		c.count = 0;
	}
	spin_unlock(&d->lock);
	for (uint32_t i = c.count; i-- > 0;)
		pool_put_bare(pool, &c.headers[i]);
}

struct packet *
pool_get_bare(struct pool *pool)
{
	struct packet *p;

	if (pool->bare == NULL)
		pool_grow_bare(pool);
	p = pool->bare;
	if (p == NULL)
		pool->failures++;
	else
		pool->bare = p->next;
	return p;
}
