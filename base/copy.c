/* SPDX-License-Identifier: BSD-3-Clause */
/* copy.c -- see copy.h. */
#include "base/copy.h"

#include <immintrin.h>

#include "base/cpu.h"

void
copy_plain(void *to, const void *from, size_t n)
{
	memcpy(to, from, n);
}

/* The rest, n < 64 of at least 64 bytes: the last 64, some of them again. */
__attribute__((target("avx2"))) static inline void
copy_last64(uint8_t *end, const uint8_t *from_end)
{
	__m256i a = _mm256_loadu_si256((const void *)(from_end - 64));
	__m256i b = _mm256_loadu_si256((const void *)(from_end - 32));

	_mm256_storeu_si256((void *)(end - 64), a);
	_mm256_storeu_si256((void *)(end - 32), b);
}

__attribute__((target("avx2"))) void
copy_avx2(void *to, const void *from, size_t n)
{
	uint8_t *t = to, *end = t + n;
	const uint8_t *f = from, *from_end = f + n;

	if (n < 64) {
		copy_short(to, from, n);
		return;
	}
	for (; end - t >= 128; t += 128, f += 128) {
		__m256i a = _mm256_loadu_si256((const void *)f);
		__m256i b = _mm256_loadu_si256((const void *)(f + 32));
		__m256i c = _mm256_loadu_si256((const void *)(f + 64));
		__m256i d = _mm256_loadu_si256((const void *)(f + 96));

		_mm256_storeu_si256((void *)t, a);
		_mm256_storeu_si256((void *)(t + 32), b);
		_mm256_storeu_si256((void *)(t + 64), c);
		_mm256_storeu_si256((void *)(t + 96), d);
	}
	if (end - t >= 64)
		copy_last64(t + 64, f + 64);
	copy_last64(end, from_end);
}

__attribute__((target("avx512f"))) void
copy_avx512(void *to, const void *from, size_t n)
{
	uint8_t *t = to, *end = t + n;
	const uint8_t *f = from, *from_end = f + n;

	if (n < 64) {
		copy_short(to, from, n);
		return;
	}
	for (; end - t >= 128; t += 128, f += 128) {
		__m512i a = _mm512_loadu_si512(f);
		__m512i b = _mm512_loadu_si512(f + 64);

		_mm512_storeu_si512(t, a);
		_mm512_storeu_si512(t + 64, b);
	}
	if (end - t >= 64)
		_mm512_storeu_si512(t, _mm512_loadu_si512(f));
	_mm512_storeu_si512(end - 64, _mm512_loadu_si512(from_end - 64));
}

copy_fn *
copy_named(const char *name)
{
	unsigned int has = cpu_features();

	if (strcmp(name, "plain") == 0)
		return copy_plain;
	if (strcmp(name, "avx2") == 0 && (has & CPU_AVX2) != 0)
		return copy_avx2;
	if (strcmp(name, "avx512") == 0 && (has & CPU_AVX512F) != 0)
		return copy_avx512;
	return NULL;
}

copy_fn *
copy_choose(void)
{
	copy_fn *f = copy_named("avx512");

	if (f == NULL)
		f = copy_named("avx2");
	return f != NULL ? f : copy_plain;
}
