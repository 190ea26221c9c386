/* SPDX-License-Identifier: BSD-3-Clause */
/* arena_test.c -- memory that is given back all at once (asan sees leaks). */
#include "base/arena.h"

#include <stdint.h>

#include "test/tap.h"

/* Each piece must be zeroed, aligned, and disjoint from those before. */
static void
test_pieces(struct arena *a)
{
	bool zeroed = true, aligned = true, kept = true;
	unsigned char *pieces[300];

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		size_t n = i * i % 3000;

		pieces[i] = arena_alloc(a, n);
		aligned = aligned && (uintptr_t)pieces[i] % 16 == 0;
		for (size_t j = 0; j < n; j++)
			zeroed = zeroed && pieces[i][j] == 0;
		memset(pieces[i], (int)i, n);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		for (size_t j = 0; j < i * i % 3000; j++)
			kept = kept && pieces[i][j] == (unsigned char)i;
	ok(zeroed, "pieces are zeroed");
	ok(aligned, "pieces are aligned");
	ok(kept, "pieces are disjoint");
}

int
main(void)
{
	struct arena a = ARENA_INIT;
	struct str s;

	test_pieces(&a);
	s = arena_str(&a, STR("a\0b"));
	is_str(s, STR("a\0b"), "a copy");
	is_num(s.s[s.n], 0, "NUL after it");
	s = arena_str(&a, str_of(NULL));
	ok(s.s != NULL && s.n == 0 && s.s[0] == '\0', "copy of nothing");
	is_str(arena_printf(&a, "%d-%s", 7, "x"), STR("7-x"), "printf");
	is_num((int64_t)arena_printf(&a, "%*d", 100000, 1).n, 100000,
	    "a printf larger than any chunk");
	ok(arena_alloc(&a, SIZE_MAX - 3) == NULL, "out of memory");
	arena_fini(&a);
	ok(a.chunks == NULL, "fini empties it");
	return tap_done();
}
