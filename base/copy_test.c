/* SPDX-License-Identifier: BSD-3-Clause */
/* copy_test.c -- every way to copy copies exactly n bytes. */
#include "base/copy.h"

#include "base/compiler.h"
#include "test/tap.h"

enum { ROOM = 4096, GUARD = 128 };

static void
copy_wrapped(void *to, const void *from, size_t n)
{
	copy_short(to, from, n);
}

static void
test_copy(const char *name, copy_fn *copy, size_t most)
{
	static uint8_t from[ROOM], to[ROOM];
	unsigned int bad = 0, over = 0;

	if (copy == NULL) {
		tap_skip("this processor does not have it");
		tap_skip("nor this");
		return;
	}
	for (size_t i = 0; i < ROOM; i++)
		from[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t n = 0; n <= most; n++) {
		size_t at = GUARD + n % 33, src = n % 17;

		memset(to, 0xee, sizeof(to));
		copy(to + at, from + src, n);
		bad += memcmp(to + at, from + src, n) != 0;
		for (size_t i = 0; i < GUARD; i++)
			over +=
			    to[at - 1 - i] != 0xee || to[at + n + i] != 0xee;
	}
	is_num(bad, 0, "%s: bytes are copied", name);
	is_num(over, 0, "%s: and no others are touched", name);
}

int
main(void)
{
	test_copy("short", copy_wrapped, 300);
	test_copy("plain", copy_named("plain"), 2100);
	test_copy("avx2", copy_named("avx2"), 2100);
	test_copy("avx512", copy_named("avx512"), 2100);
	ok(copy_choose() != NULL, "one is chosen");
	ok(copy_named("none") == NULL, "and an unknown one is not there");
	return tap_done();
}
