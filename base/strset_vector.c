/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strset_vector.c -- sets of strings: the filter by vectors.
 *
 * For each of the four bytes of a window, two tables of 16 bytes say which
 * buckets have a pattern with that low and that high nibble there.  A shuffle
 * looks sixteen (or 32) bytes up at once; what remains after the AND of all
 * eight look-ups has a bit for each bucket that may match.  The last bytes,
 * which a vector would overrun, are left to the plain filter.
 */
#include <immintrin.h>

#include "base/strset_internal.h"

/* Compares at the positions of found, from at; true: enough of it. */
static bool
strset_vector_found(struct strset_work *w, const struct strset_filter *f,
    size_t at, uint32_t found)
{
	for (; found != 0 && !w->stopped; found &= found - 1)
		strset_verify(w, f, at + (size_t)__builtin_ctz(found));
	return strset_tired(w);
}

__attribute__((target("ssse3"))) size_t
strset_ssse3_run(struct strset_work *w, const struct strset_filter *f)
{
	const struct strset_nibbles *t = &w->set->nibbles;
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i low[STRSET_WINDOW], high[STRSET_WINDOW];
	size_t i = 0;

	for (int j = 0; j < STRSET_WINDOW; j++) {
		low[j] = _mm_loadu_si128((const void *)t->low[j]);
		high[j] = _mm_loadu_si128((const void *)t->high[j]);
	}
	for (; i + 16 + STRSET_WINDOW - 1 <= w->n; i += 16) {
		__m128i both = _mm_set1_epi8(-1);
		uint32_t none;

		for (int j = 0; j < STRSET_WINDOW; j++) {
			const void *at = w->data + i + j;
			__m128i x = _mm_loadu_si128(at), h;

			h = _mm_and_si128(_mm_srli_epi16(x, 4), nibble);
			x = _mm_and_si128(x, nibble);
			x = _mm_and_si128(_mm_shuffle_epi8(low[j], x),
			    _mm_shuffle_epi8(high[j], h));
			both = _mm_and_si128(both, x);
		}
		none = (uint32_t)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(both, _mm_setzero_si128()));
		if (unlikely(none != 0xffff) &&
		    strset_vector_found(w, f, i, none ^ 0xffff))
			return i + 16;
	}
	return strset_hash_run(w, f, i);
}

__attribute__((target("avx2"))) size_t
strset_avx2_run(struct strset_work *w, const struct strset_filter *f)
{
	const struct strset_nibbles *t = &w->set->nibbles;
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i low[STRSET_WINDOW], high[STRSET_WINDOW];
	size_t i = 0;

	for (int j = 0; j < STRSET_WINDOW; j++) {
		low[j] = _mm256_broadcastsi128_si256(
		    _mm_loadu_si128((const void *)t->low[j]));
		high[j] = _mm256_broadcastsi128_si256(
		    _mm_loadu_si128((const void *)t->high[j]));
	}
	for (; i + 32 + STRSET_WINDOW - 1 <= w->n; i += 32) {
		__m256i both = _mm256_set1_epi8(-1);
		uint32_t none;

		for (int j = 0; j < STRSET_WINDOW; j++) {
			const void *at = w->data + i + j;
			__m256i x = _mm256_loadu_si256(at), h;

			h = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
			x = _mm256_and_si256(x, nibble);
			x = _mm256_and_si256(_mm256_shuffle_epi8(low[j], x),
			    _mm256_shuffle_epi8(high[j], h));
			both = _mm256_and_si256(both, x);
		}
		none = (uint32_t)_mm256_movemask_epi8(
		    _mm256_cmpeq_epi8(both, _mm256_setzero_si256()));
		if (unlikely(none != 0xffffffff) &&
		    strset_vector_found(w, f, i, ~none))
			return i + 32;
	}
	return strset_hash_run(w, f, i);
}
