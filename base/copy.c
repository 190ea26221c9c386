/* SPDX-License-Identifier: BSD-3-Clause */
/* copy.c -- see copy.h. */
#include "base/copy.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdbool.h>

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

/* Which of the register files in mask the system saves (XCR0). */
static bool
system_saves(uint32_t mask)
{
	uint32_t a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0)
		return false;
	__asm__("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return (a & mask) == mask;
}

copy_fn *
copy_named(const char *name)
{
	uint32_t a, b, c, d;

	if (strcmp(name, "plain") == 0)
		return copy_plain;
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0)
		return NULL;
	if (strcmp(name, "avx2") == 0 && (b & bit_AVX2) != 0 &&
	    system_saves(0x6))
		return copy_avx2;
	if (strcmp(name, "avx512") == 0 && (b & bit_AVX512F) != 0 &&
	    system_saves(0xe6))
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
