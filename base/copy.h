/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * copy.h -- copying frames: the fastest way that this processor has.
 *
 * copy_choose() looks at the processor once; its answer is kept by who copies.
 * All of them copy exactly n bytes: a frame's neighbours may be another
 * tenant's.  Areas do not overlap.
 */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef void copy_fn(void *to, const void *from, size_t n);

copy_fn *copy_choose(void);

/* Those that copy_choose() chooses from; by name, for tests. */
void copy_plain(void *to, const void *from, size_t n);
void copy_avx2(void *to, const void *from, size_t n);
void copy_avx512(void *to, const void *from, size_t n);
/* NULL where the processor does not have it. */
copy_fn *copy_named(const char *name);

/* size <= n <= 2 * size: from both ends, what lies in the middle twice. */
#define COPY_ENDS(t, f, n, size)                                               \
	do {                                                                   \
		memcpy(t, f, size);                                            \
		memcpy((t) + (n) - (size), (f) + (n) - (size), size);          \
	} while (0)

/* For n of at most 128 or so, inline: most are 64. */
static inline void
copy_short(void *to, const void *from, size_t n)
{
	uint8_t *t = to;
	const uint8_t *f = from;

	if (__builtin_expect(n < 16, 0)) {
		for (size_t i = 0; i < n; i++)
			t[i] = f[i];
	} else if (n <= 32) {
		COPY_ENDS(t, f, n, 16);
	} else if (n <= 64) {
		COPY_ENDS(t, f, n, 32);
	} else {
		for (; n > 128; n -= 64, t += 64, f += 64)
			memcpy(t, f, 64);
		COPY_ENDS(t, f, n, 64);
	}
}

#undef COPY_ENDS

#endif
