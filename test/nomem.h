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

#include <stdbool.h>
#include <stdlib.h>

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

#endif
