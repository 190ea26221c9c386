/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy.c -- memcpy() and memmove() with vectors that every x86-64 has; musl's
 * begin with single bytes up to an aligned one, and then a repeated move, which
 * costs thirty cycles before its first byte: a small packet's copy.
 *
 * Up to 128 bytes all is loaded before any is stored, from both ends, so that
 * neither the length nor an overlap needs a loop.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

enum { REPEAT_FROM = 1024 }; /* from here on the processor does it best */

typedef uint8_t vector __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint64_t word8 __attribute__((aligned(1), may_alias));
typedef uint32_t word4 __attribute__((aligned(1), may_alias));
typedef uint16_t word2 __attribute__((aligned(1), may_alias));

/* The first and the last of a type that is at most n bytes long. */
#define COPY_ENDS(type, to, from, n)                                           \
	do {                                                                   \
		type first_ = *(const type *)(from);                           \
		type last_ = *(const type *)((from) + (n) - sizeof(type));     \
		*(type *)(to) = first_;                                        \
		*(type *)((to) + (n) - sizeof(type)) = last_;                  \
	} while (0)

struct quad {
	vector v[4];
};

ALWAYS_INLINE struct quad
copy_load(const uint8_t *from)
{
	return (
	    struct quad){ { *(const vector *)from, *(const vector *)(from + 16),
	    *(const vector *)(from + 32), *(const vector *)(from + 48) } };
}

ALWAYS_INLINE void
copy_store(uint8_t *to, struct quad q)
{
	*(vector *)to = q.v[0];
	*(vector *)(to + 16) = q.v[1];
	*(vector *)(to + 32) = q.v[2];
	*(vector *)(to + 48) = q.v[3];
}

ALWAYS_INLINE void
copy_16(uint8_t *to, const uint8_t *from, size_t n)
{
	if (n >= 8)
		COPY_ENDS(word8, to, from, n);
	else if (n >= 4)
		COPY_ENDS(word4, to, from, n);
	else if (n >= 2)
		COPY_ENDS(word2, to, from, n);
	else if (n == 1)
		*to = *from;
}

/* At most 128, of which the ends may overlap. */
ALWAYS_INLINE void
copy_128(uint8_t *to, const uint8_t *from, size_t n)
{
	struct quad first, last;
	vector a, b;

	if (n <= 32) {
		COPY_ENDS(vector, to, from, n);
	} else if (n <= 64) {
		a = *(const vector *)(from + 16);
		b = *(const vector *)(from + n - 32);
		COPY_ENDS(vector, to, from, n);
		*(vector *)(to + 16) = a;
		*(vector *)(to + n - 32) = b;
	} else {
		first = copy_load(from);
		last = copy_load(from + n - 64);
		copy_store(to, first);
		copy_store(to + n - 64, last);
	}
}

/* More than 64; to lies below from, or apart. */
static void
copy_up(uint8_t *to, const uint8_t *from, size_t n)
{
	const uint8_t *end = from + n - 64;
	struct quad last = copy_load(end);
	uint8_t *to_end = to + n - 64;

	for (; from < end; from += 64, to += 64)
		copy_store(to, copy_load(from));
	copy_store(to_end, last);
}

/* The same from above. */
static void
copy_down(uint8_t *to, const uint8_t *from, size_t n)
{
	struct quad first = copy_load(from);
	size_t at = n;

	for (; at > 64; at -= 64)
		copy_store(to + at - 64, copy_load(from + at - 64));
	copy_store(to, first);
}

void *
memmove(void *to, const void *from, size_t n)
{
	if (n <= 16)
		copy_16(to, from, n);
	else if (n <= 128)
		copy_128(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *at = to;

	if (n < REPEAT_FROM)
		return memmove(to, from, n);
	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(n)::"memory");
	return to;
}
