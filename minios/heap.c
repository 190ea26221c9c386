/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * heap.c -- malloc: small pieces from pages cut into pieces of one size, large
 * ones as runs of pages.
 *
 * A page of small pieces begins with a 64-byte head, so that a pointer to the
 * start of a page is always a run and needs no mark.
 */
#include "minios/heap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/list.h"
#include "minios/machine.h"
#include "minios/pages.h"

enum { HEAD = 64, PIECE_MAX = (PAGE_SIZE - HEAD) / 2, SECOND = 1000000000 };

/* 4032 bytes a page divide well by these; powers of two keep alignment. */
static const uint16_t heap_sizes[] = { 16, 32, 48, 64, 96, 128, 192, 256, 320,
	448, 512, 672, 1008, 1344, 2016 };

enum { CLASSES = ARRAY_SIZE(heap_sizes) };

struct piece {
	struct piece *next;
};

struct slab {
	struct list node; /* among the pages of its class with room */
	struct piece *freed;
	uint16_t class, used, fresh; /* pieces given out; never given out yet */
};

static struct {
	struct list room[CLASSES];
	bool ready;
	struct heap_stats stats;
	int64_t next_report_ns;
} heap;

static void
heap_init(void)
{
	unsigned int i;

	for (i = 0; i < CLASSES; i++)
		list_init(&heap.room[i]);
	heap.ready = true;
}

/* Says so on the console, once a second at most. */
static void *
heap_exhausted(size_t n)
{
	struct pages_stats p;
	int64_t now = machine->steady_ns();

	heap.stats.failures++;
	errno = ENOMEM;
	if (now >= heap.next_report_ns) {
		heap.next_report_ns = now + SECOND;
		pages_stats(&p);
		console_printf("memory: %zu bytes wanted, %llu kB free\n", n,
		    (unsigned long long)p.free * 4);
	}
	return NULL;
}

static unsigned int
heap_class(size_t n)
{
	unsigned int class = 0;

	while (heap_sizes[class] < n)
		class ++;
	return class;
}

static struct slab *
heap_slab(unsigned int class)
{
	struct slab *slab;

	if (!list_empty(&heap.room[class]))
		return container_of(heap.room[class].next, struct slab, node);
	slab = pages_alloc(1);
	if (slab == NULL)
		return NULL;
	memset(slab, 0, sizeof(*slab));
	slab->class = (uint16_t) class;
	slab->fresh = (PAGE_SIZE - HEAD) / heap_sizes[class];
	list_append(&heap.room[class], &slab->node);
	return slab;
}

static void *
heap_small(unsigned int class)
{
	struct slab *slab = heap_slab(class);
	struct piece *piece;

	if (slab == NULL)
		return heap_exhausted(heap_sizes[class]);
	piece = slab->freed;
	if (piece != NULL)
		slab->freed = piece->next;
	else
		piece = (struct piece *)(void *)((char *)slab + HEAD +
		                                 (size_t)--slab->fresh *
		                                     heap_sizes[class]);
	slab->used++;
	if (slab->freed == NULL && slab->fresh == 0)
		list_remove(&slab->node);
	heap.stats.used += heap_sizes[class];
	return piece;
}

static void *
heap_large(size_t n)
{
	size_t count = (n + PAGE_SIZE - 1) / PAGE_SIZE;
	void *p = n <= SIZE_MAX / 2 ? pages_alloc(count) : NULL;

	if (p == NULL)
		return heap_exhausted(n);
	heap.stats.used += count * PAGE_SIZE;
	return p;
}

void *
malloc(size_t n)
{
	if (!heap.ready)
		heap_init();
	return n <= PIECE_MAX ? heap_small(heap_class(n)) : heap_large(n);
}

static bool
heap_is_run(const void *p)
{
	return (uintptr_t)p % PAGE_SIZE == 0;
}

static struct slab *
heap_slab_of(const void *p)
{
	return (struct slab *)((uintptr_t)p & ~(uintptr_t)(PAGE_SIZE - 1));
}

static size_t
heap_size(const void *p)
{
	return heap_is_run(p) ? pages_run(p) * PAGE_SIZE
	                      : heap_sizes[heap_slab_of(p)->class];
}

void
free(void *p)
{
	struct slab *slab;
	struct piece *piece = p;

	if (p == NULL)
		return;
	heap.stats.used -= heap_size(p);
	if (heap_is_run(p)) {
		pages_free(p);
		return;
	}
	slab = heap_slab_of(p);
	ASSERT(slab->used > 0 && slab->class < CLASSES);
	if (slab->freed == NULL && slab->fresh == 0)
		list_append(&heap.room[slab->class], &slab->node);
	piece->next = slab->freed;
	slab->freed = piece;
	if (--slab->used == 0) {
		list_remove(&slab->node);
		pages_free(slab);
	}
}

void *
calloc(size_t count, size_t size)
{
	size_t n;
	void *p;

	if (__builtin_mul_overflow(count, size, &n))
		return heap_exhausted(SIZE_MAX);
	p = malloc(n);
	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void *
realloc(void *p, size_t n)
{
	size_t had;
	void *new;

	if (p == NULL)
		return malloc(n);
	had = heap_size(p);
	if (n <= had && n > had / 2)
		return p;
	new = malloc(n);
	if (new == NULL)
		return n <= had ? p : NULL;
	memcpy(new, p, n < had ? n : had);
	free(p);
	return new;
}

void *
aligned_alloc(size_t align, size_t n)
{
	/* Pieces start at 64 and lie at multiples of their size. */
	if (align <= 16)
		return malloc(n);
	if (align <= HEAD && n <= 512) {
		n = n <= 64 ? 64 : n <= 128 ? 128 : n <= 256 ? 256 : 512;
		return malloc(n);
	}
	/* A run has at least one page. */
	return align <= PAGE_SIZE ? heap_large(n > 0 ? n : 1)
	                          : heap_exhausted(n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *got = aligned_alloc(align, n);

	if (got == NULL)
		return ENOMEM;
	*p = got;
	return 0;
}

void
heap_stats(struct heap_stats *s)
{
	*s = heap.stats;
}
