/* SPDX-License-Identifier: BSD-3-Clause */
/* rates_test.c -- the arithmetic of token buckets, gap rates and averages. */
#include "elements/standard/ewma.h"
#include "elements/standard/gap_rate.h"
#include "elements/standard/token_bucket.h"
#include "test/tap.h"

static void
test_tokens(void)
{
	struct token_bucket b = { .parts = 0 };

	tokens_assign(&b, 1000, 20);
	is_num(tokens_rate(&b), 1000, "a rate comes back");
	tokens_refill(&b, 5000000);
	is_num(tokens_count(&b), 20, "the first refill fills");
	ok(!tokens_remove_if(&b, 21), "more than the capacity is never there");
	ok(tokens_remove_if(&b, 20), "the capacity is");
	is_num(tokens_count(&b), 0, "and then it is empty");
	is_num(tokens_wait(&b, 5), 5, "a token a millisecond");
	tokens_refill(&b, 5000003);
	is_num(tokens_count(&b), 3, "three of them");
	tokens_refill(&b, 4000000);
	is_num(tokens_count(&b), 3, "a clock set back adds nothing");
	tokens_refill(&b, 4000002);
	is_num(tokens_count(&b), 5, "and goes on from there");
	tokens_assign_adjust(&b, 1000, 40);
	is_num(tokens_count(&b), 5, "another capacity, the same tokens");
	tokens_assign(&b, 0, 10);
	b.parts = 0;
	ok(tokens_wait(&b, 1) == TOKEN_NEVER, "no rate, no token");
	tokens_assign(&b, 4000000000u, 1);
	ok(tokens_rate(&b) > 3990000000u, "a huge rate has its capacity");
}

static void
test_gaps(void)
{
	struct gap_rate g = { .gap = 0 };
	int64_t second = 1000 * NS_PER_SEC;

	gap_rate_set(&g, 1000, second);
	is_num(gap_rate_due(&g, second), 1, "the first at once");
	gap_rate_count(&g, 1);
	ok(gap_rate_due(&g, second + 500 * NS_PER_US) <= 0, "then none");
	is_num(gap_rate_due(&g, second + 10 * NS_PER_MS), 10, "ten in 10 ms");
	gap_rate_count(&g, 10);
	ok(gap_rate_due(&g, second + 10 * NS_PER_MS) <= 0, "and no more");
	is_num(gap_rate_due(&g, second + NS_PER_SEC), 990,
	    "what was not used in one second is due in the next");
	gap_rate_set(&g, 0, second);
	gap_rate_reset(&g);
	(void)gap_rate_due(&g, second + 600 * NS_PER_MS);
	ok(gap_rate_due(&g, second + 900 * NS_PER_MS) <= 0, "no rate, none");
}

static void
test_averages(void)
{
	struct rate_ewma r;
	struct strbuf sb = STRBUF_INIT;

	rate_init(&r, 10, 0);
	for (uint32_t ms = 0; ms < 300; ms++)
		rate_update(&r, ms, 5);
	rate_update(&r, 300, 0);
	rate_print(&r, &sb);
	/* 5 a millisecond, but for the rounding of 1/16 steps. */
	ok(sb.n >= 3 && memcmp(sb.s, "499", 3) == 0 && r.average <= 5 << 10,
	    "5000 a second: %s", sb_cstr(&sb));
	rate_update(&r, 500, 0);
	is_num(r.average, 0, "nothing for 200 ms is forgotten");
	sb_fini(&sb);
	is_num(ewma_step(0, 16, 10, 0), 16 << 10, "stability 0: the value");
	is_num(ewma_steps(1 << 20, 0, 10, 4, 100), 0, "a hundred steps");
}

int
main(void)
{
	test_tokens();
	test_gaps();
	test_averages();
	return tap_done();
}
