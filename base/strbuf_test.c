/* SPDX-License-Identifier: BSD-3-Clause */
/* strbuf_test.c -- strings that grow, and what is in no memory. */
#include "base/strbuf.h"

#include "test/tap.h"

static void
test_growth(void)
{
	struct strbuf sb = STRBUF_INIT;
	bool same = true;
	struct str all;

	for (int i = 0; i < 1000; i++)
		sb_printf(&sb, "%03d", i);
	all = sb_str(&sb);
	is_num((int64_t)all.n, 3000, "a thousand numbers");
	for (int i = 0; i < 1000; i++) {
		char want[12];

		snprintf(want, sizeof(want), "%03d", i);
		same = same && memcmp(all.s + 3 * i, want, 3) == 0;
	}
	ok(same, "none damaged by growing");
	sb_fini(&sb);

	sb_printf(&sb, "%*d", 500, 7);
	is_num((int64_t)sb.n, 500, "longer than the first guess");
	sb_fini(&sb);
}

static const struct {
	int64_t x;
	const char *text;
} number_cases[] = {
	{ 0, "0" },
	{ 7, "7" },
	{ -1, "-1" },
	{ INT64_MAX, "9223372036854775807" },
	{ INT64_MIN, "-9223372036854775808" },
};

static void
test_pieces(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct str taken;

	is_cstr(sb_cstr(&sb), "", "empty at first");
	sb_adds(&sb, "a");
	sb_add(&sb, STR("b\0c"));
	sb_add(&sb, str_of(NULL));
	sb_addc(&sb, 'd');
	sb_fill(&sb, '-', 3);
	sb_fill(&sb, '+', 0);
	sb_u64(&sb, UINT64_MAX);
	is_str(sb_str(&sb), STR("ab\0cd---18446744073709551615"), "pieces");
	taken = sb_take(&sb);
	ok(sb.s == NULL && sb.n == 0, "take empties it");
	is_num((int64_t)taken.n, 28, "what was taken");
	is_num(taken.s[taken.n], 0, "ends with NUL");
	str_free(&taken);
	taken = sb_take(&sb);
	ok(taken.s != NULL && taken.n == 0, "take of an empty one");
	str_free(&taken);
}

static void
test_oom(void)
{
	struct strbuf sb = STRBUF_INIT;
	struct str taken;

	sb_adds(&sb, "kept");
	ok(sb_reserve(&sb, SIZE_MAX - 2) == NULL, "no room for everything");
	sb_adds(&sb, "ignored");
	sb_printf(&sb, "ignored");
	ok(sb.oom, "oom stays set");
	is_str(sb_str(&sb), STR("kept"), "what it had stays");
	is_cstr(sb_cstr(&sb), "", "no cstr");
	taken = sb_take(&sb);
	ok(taken.s == NULL && !sb.oom, "nothing to take, and usable again");
}

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;

	test_growth();
	test_pieces();
	test_oom();
	for (size_t i = 0; i < ARRAY_SIZE(number_cases); i++) {
		sb_clear(&sb);
		sb_i64(&sb, number_cases[i].x);
		is_str(sb_str(&sb), str_of(number_cases[i].text), "number %s",
		    number_cases[i].text);
	}
	sb_fini(&sb);
	return tap_done();
}
