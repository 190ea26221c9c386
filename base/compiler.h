/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * compiler.h -- what we ask of the compiler beyond C11.
 *
 * The one header (with minios/arch.h) in which #if may stand.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NOINLINE      __attribute__((noinline))
#define NORETURN      __attribute__((noreturn))
#define UNUSED        __attribute__((unused))
#define MUST_CHECK    __attribute__((warn_unused_result))
#define PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define CACHE_LINE    64
#define CACHE_ALIGNED __attribute__((aligned(CACHE_LINE)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The struct of type that holds the member at which ptr points. */
#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define prefetch_read(p) __builtin_prefetch((p), 0, 3)
/*
 * Asks for ownership.  __builtin_prefetch(p, 1) does not without -mprfchw: the
 * line comes to be read only, and the store goes the whole way again.  Every
 * 64-bit processor takes the instruction, those without it as a nop.
 */
#define prefetch_write(p)                                                      \
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)(p)))

/*
 * ASSERT: a mistake of ours, tested in every build.  CHECK_HOT: the same on
 * the packet path, tested in the debugging flavours only.  Never for what a
 * user or a peer wrote.
 */
NORETURN void base_assert_failed(const char *what, const char *file, int line);

#define ASSERT(x) ((x) ? (void)0 : base_assert_failed(#x, __FILE__, __LINE__))
#ifdef CHECK_HOT_ON
#define CHECK_HOT(x) ASSERT(x)
#else
#define CHECK_HOT(x) ((void)0)
#endif

#endif
