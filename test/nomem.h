/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nomem.h -- memory that runs out at a chosen moment, for one test program,
 * which is linked with --wrap of these functions (test/build.mk).
 *
 *	for (nomem_at(1, how); ...; nomem_at(n + 1, how)) {
 *		nomem_arm();
 *		...                    the n-th request of it is refused
 *		if (!nomem_disarm())
 *			break;         it has fewer than n
 *	}
 */
#ifndef TEST_NOMEM_H
#define TEST_NOMEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

enum nomem_how {
	NOMEM_ONE, /* one request is refused, then there is memory again */
	NOMEM_REST /* and all after it */
};

static struct {
	unsigned long n, at; /* requests since it was armed; which is refused */
	enum nomem_how how;
	bool armed;
} nomem;

static inline void
nomem_at(unsigned long at, enum nomem_how how)
{
	nomem.n = 0;
	nomem.at = at;
	nomem.how = how;
}

static inline void
nomem_arm(void)
{
	nomem.armed = true;
}

/* Whether the moment has come since nomem_at(). */
static inline bool
nomem_disarm(void)
{
	nomem.armed = false;
	return nomem.n >= nomem.at;
}

static bool
nomem_refuse(void)
{
	if (!nomem.armed)
		return false;
	nomem.n++;
	return nomem.how == NOMEM_ONE ? nomem.n == nomem.at
	                              : nomem.n >= nomem.at;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t k, size_t n);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void *__real_os_buffers_alloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t k, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
void *__wrap_os_buffers_alloc(size_t n);
void *__real_arena_alloc(struct arena *a, size_t n);
struct str __real_arena_str(struct arena *a, struct str s);
void *__wrap_arena_alloc(struct arena *a, size_t n);
struct str __wrap_arena_str(struct arena *a, struct str s);
PRINTF(2, 3)
struct str __wrap_arena_printf(struct arena *a, const char *fmt, ...);

void *
__wrap_malloc(size_t n)
{
	return nomem_refuse() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t k, size_t n)
{
	return nomem_refuse() ? NULL : __real_calloc(k, n);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return nomem_refuse() ? NULL : __real_realloc(p, n);
}

void *
__wrap_aligned_alloc(size_t align, size_t n)
{
	return nomem_refuse() ? NULL : __real_aligned_alloc(align, n);
}

void *
__wrap_os_buffers_alloc(size_t n)
{
	return nomem_refuse() ? NULL : __real_os_buffers_alloc(n);
}

/*
 * An arena has room for most of what it is asked: what it is asked counts, not
 * only when it asks for more.
 */
void *
__wrap_arena_alloc(struct arena *a, size_t n)
{
	return nomem_refuse() ? NULL : __real_arena_alloc(a, n);
}

struct str
__wrap_arena_str(struct arena *a, struct str s)
{
	return nomem_refuse() ? (struct str){ NULL, 0 }
	                      : __real_arena_str(a, s);
}

struct str
__wrap_arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = n < 0 || nomem_refuse() ? NULL
	                               : __real_arena_alloc(a, (size_t)n + 1);
	if (text == NULL)
		return (struct str){ NULL, 0 };
	va_start(ap, fmt);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ text, (size_t)n };
}

#endif
