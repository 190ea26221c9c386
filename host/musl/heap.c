/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * heap.c -- malloc and its family for the guest program.
 *
 * musl's own gives each size its pages and takes them back at once, so that a
 * router that is made asks the system sixty times, and the processors that its
 * threads run on to forget pages: a tenth of a millisecond of the few that a
 * guest begins in.  Here pieces are cut from one area, which grows by
 * AREA_STEP, and come back to a list a size; what is longer than PIECE_MAX is
 * a mapping of its own.  To have the first pages in a row before they are
 * touched saved nothing, and held twice the memory.
 *
 *	| size | payload ...            size: the piece's payload; BIG: the
 *	                                mapping's; AHEAD: this is a stand-in
 *	                                so many bytes behind the true head
 *
 * Sizes are four to a power of two: at most a fifth is lost.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/compiler.h"

enum {
	HEAD = 16, /* keeps payloads as aligned as malloc(3) says */
	PIECE_MAX = 131072,
	CLASSES = 48,
	AREA_STEP = 1 << 20,
	PAGE = 4096,
	BIG = 1,
	AHEAD = 2,
	FLAGS = 15,
};

struct piece {
	size_t size;
	struct piece *next; /* of its class, while it is free */
	char payload[];
};

_Static_assert(sizeof(struct piece) == HEAD, "payloads are aligned");

static struct {
	pthread_mutex_t lock;
	struct piece *freed[CLASSES];
	char *at, *end; /* never given out yet, and hence zero */
} heap = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- sizes ---- */

/* 16 .. 64 by 16, then four to a power of two. */
static unsigned int
heap_class(size_t n)
{
	unsigned int log;

	if (n <= 64)
		return n <= HEAD ? 0 : (unsigned int)((n - 1) / HEAD);
	log = 63 - (unsigned int)__builtin_clzl(n - 1);
	return 4 + (log - 6) * 4 + (unsigned int)(((n - 1) >> (log - 2)) & 3);
}

static size_t
heap_class_size(unsigned int class)
{
	size_t step;

	if (class < 4)
		return (class + 1) * (size_t)HEAD;
	step = (size_t)16 << ((class - 4) / 4);
	return step * (5 + (class - 4) % 4);
}

static struct piece *
heap_piece(const void *p)
{
	struct piece *piece = (struct piece *)((uintptr_t)p - HEAD);

	if ((piece->size & FLAGS) == AHEAD)
		piece = (struct piece *)((uintptr_t)piece -
		                         (piece->size & ~(size_t)FLAGS));
	return piece;
}

/* From p on. */
static size_t
heap_room(const void *p)
{
	const struct piece *piece = heap_piece(p);

	return (piece->size & ~(size_t)FLAGS) -
	       (size_t)((const char *)p - piece->payload);
}

/* ---- the area ---- */

/* What is left of the one before is lost to it, unless it is one of a size. */
static void
heap_keep_rest(void)
{
	size_t left = (size_t)(heap.end - heap.at);
	struct piece *rest = (struct piece *)(void *)heap.at;
	unsigned int class;

	if (left < 2 * HEAD)
		return;
	class = heap_class(left - HEAD);
	if (heap_class_size(class) > left - HEAD && class -- == 0)
		return;
	rest->size = heap_class_size(class);
	rest->next = heap.freed[class];
	heap.freed[class] = rest;
}

static bool
heap_grow(void)
{
	void *area = mmap(NULL, AREA_STEP, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		return false;
	heap_keep_rest();
	heap.at = area;
	heap.end = heap.at + AREA_STEP;
	return true;
}

/* *zero: its payload is. */
static struct piece *
heap_take(unsigned int class, bool *zero)
{
	size_t size = heap_class_size(class);
	struct piece *piece = heap.freed[class];

	*zero = piece == NULL;
	if (piece != NULL) {
		heap.freed[class] = piece->next;
		return piece;
	}
	if ((size_t)(heap.end - heap.at) < HEAD + size && !heap_grow())
		return NULL;
	piece = (struct piece *)(void *)heap.at;
	heap.at += HEAD + size;
	piece->size = size;
	return piece;
}

/* ---- big ones ---- */

static size_t
heap_pages(size_t n)
{
	return (n + HEAD + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static struct piece *
heap_big(size_t n)
{
	struct piece *piece;

	if (n > PTRDIFF_MAX - PAGE)
		return NULL;
	piece = mmap(NULL, heap_pages(n), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (piece == MAP_FAILED)
		return NULL;
	piece->size = (heap_pages(n) - HEAD) | BIG;
	return piece;
}

static struct piece *
heap_big_resize(struct piece *piece, size_t n)
{
	size_t had = (piece->size & ~(size_t)FLAGS) + HEAD;

	if (n > PTRDIFF_MAX - PAGE)
		return NULL;
	piece = mremap(piece, had, heap_pages(n), MREMAP_MAYMOVE);
	if (piece == MAP_FAILED)
		return NULL;
	piece->size = (heap_pages(n) - HEAD) | BIG;
	return piece;
}

/* ---- the family ---- */

/* The lock is not held where the system is asked for a mapping of its own. */
static void *
heap_get(size_t n, bool *zero)
{
	struct piece *piece;

	*zero = true;
	if (n > PIECE_MAX) {
		piece = heap_big(n);
	} else {
		pthread_mutex_lock(&heap.lock);
		piece = heap_take(heap_class(n), zero);
		pthread_mutex_unlock(&heap.lock);
	}
	if (piece != NULL)
		return piece->payload;
	errno = ENOMEM;
	return NULL;
}

void *
malloc(size_t n)
{
	bool zero;

	return heap_get(n, &zero);
}

void *
calloc(size_t count, size_t size)
{
	size_t n;
	bool zero;
	void *p;

	if (__builtin_mul_overflow(count, size, &n)) {
		errno = ENOMEM;
		return NULL;
	}
	p = heap_get(n, &zero);
	if (p != NULL && !zero)
		memset(p, 0, n);
	return p;
}

void
free(void *p)
{
	struct piece *piece;
	unsigned int class;

	if (p == NULL)
		return;
	piece = heap_piece(p);
	if ((piece->size & BIG) != 0) {
		munmap(piece, (piece->size & ~(size_t)FLAGS) + HEAD);
		return;
	}
	ASSERT(piece->size > 0 && piece->size <= PIECE_MAX);
	class = heap_class(piece->size);
	ASSERT(heap_class_size(class) == piece->size);
	pthread_mutex_lock(&heap.lock);
	piece->next = heap.freed[class];
	heap.freed[class] = piece;
	pthread_mutex_unlock(&heap.lock);
}

void *
realloc(void *p, size_t n)
{
	struct piece *piece;
	size_t room;
	void *new;

	if (p == NULL)
		return malloc(n);
	piece = heap_piece(p);
	if ((piece->size & BIG) != 0 && p == piece->payload && n > PIECE_MAX) {
		piece = heap_big_resize(piece, n);
		if (piece != NULL)
			return piece->payload;
		errno = ENOMEM;
		return NULL;
	}
	room = heap_room(p);
	if (n <= room && n > room / 2)
		return p;
	new = malloc(n);
	if (new == NULL)
		return n <= room ? p : NULL;
	memcpy(new, p, n < room ? n : room);
	free(p);
	return new;
}

void *
aligned_alloc(size_t align, size_t n)
{
	struct piece *ahead;
	char *p, *aligned;

	if (align <= HEAD)
		return malloc(n);
	if (n > SIZE_MAX - align) {
		errno = ENOMEM;
		return NULL;
	}
	p = malloc(n + align);
	if (p == NULL)
		return NULL;
	aligned =
	    (char *)(((uintptr_t)p + align - 1) & ~(uintptr_t)(align - 1));
	if (aligned != p) {
		ahead = (struct piece *)(void *)(aligned - HEAD);
		ahead->size = (size_t)(aligned - p) | AHEAD;
	}
	return aligned;
}
