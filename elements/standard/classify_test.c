/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * classify_test.c -- that the tables and the patterns themselves agree,
 * on random patterns and packets, short ones among them; and how it prints.
 */
#include "elements/standard/classify.h"

#include "base/bytes.h"
#include "base/rand.h"
#include "test/tap.h"

enum { WORDS = 4, BYTES = 4 * WORDS + 3, ROUNDS = 1000, PACKETS = 60 };

static uint32_t
random_mask(struct rand_state *r)
{
	static const uint32_t masks[] = { 0xff, 0xffff, 0xffff0000, 0xffffffff,
		0xff000000, 0x00ff0000, 0xf0, 1, 0x80000000, 0x00ffff00, 3, 0 };

	return masks[rand_below(r, ARRAY_SIZE(masks))];
}

/* Few different bytes, so that tests meet. */
static uint32_t
random_word(struct rand_state *r)
{
	static const uint8_t bytes[] = { 0, 1, 2, 6, 17, 0x80, 0xff, 3 };
	uint8_t word[4];

	for (int i = 0; i < 4; i++)
		word[i] = bytes[rand_below(r, ARRAY_SIZE(bytes))];
	return get_u32(word);
}

static int
random_offset(struct rand_state *r, enum classify_line line)
{
	int offset = 4 * (int)rand_below(r, WORDS);

	if (line == CLASSIFY_REGIONS)
		offset += 256 * (int)rand_below(r, CLASSIFY_NREGIONS);
	return offset;
}

/* Adds a random expression. */
static void
random_tree(struct classify *c, enum classify_line line, struct rand_state *r,
    int depth)
{
	unsigned int n = 1 + rand_below(r, 4);

	if (depth == 0 || rand_below(r, 3) == 0) {
		classify_test(
		    c, random_offset(r, line), random_word(r), random_mask(r));
	} else {
		classify_open(c);
		while (n-- > 0)
			random_tree(c, line, r, depth - 1);
		classify_close(c, (enum classify_op)rand_below(r, 3));
	}
	if (rand_below(r, 4) == 0)
		classify_negate(c, rand_below(r, 2) == 0);
}

static struct classify *
random_classify(
    enum classify_line line, unsigned int patterns, struct rand_state *r)
{
	struct classify *c = classify_new(line, 0);

	for (unsigned int i = 0; i < patterns; i++) {
		classify_open(c);
		random_tree(c, line, r, 3);
		classify_close(c, CLASSIFY_AND);
		classify_pattern(
		    c, rand_below(r, 8) == 0 ? CLASSIFY_NONE : (int)i);
	}
	return c;
}

/* A packet for c; its bytes end where they must, for the sanitizer. */
static void
random_view(struct classify_view *view, uint8_t bytes[3][BYTES],
    enum classify_line line, struct rand_state *r)
{
	for (int i = 0; i < 3; i++)
		for (int k = 0; k + 4 <= BYTES; k += 4)
			put_u32(&bytes[i][k], random_word(r));
	view->end = (int32_t)rand_below(r, BYTES + 1);
	if (line == CLASSIFY_REGIONS)
		view->end += 256 * (int32_t)rand_below(r, CLASSIFY_NREGIONS);
	for (int i = 0; i < 3; i++)
		view->base[i] = bytes[i];
}

/* How many random packets the two ways do not agree on. */
static unsigned int
disagreements(enum classify_line line, unsigned int patterns, uint64_t seed)
{
	struct rand_state r;
	struct classify *c;
	struct classify_view view;
	struct strbuf text = STRBUF_INIT;
	uint8_t bytes[3][BYTES];
	unsigned int bad = 0;

	rand_seed(&r, seed);
	c = random_classify(line, patterns, &r);
	bad += classify_compile(c) != 0;
	classify_print(c, &text);
	bad += text.n == 0;
	for (int i = 0; i < PACKETS; i++) {
		int want;

		random_view(&view, bytes, line, &r);
		want = classify_slow(c, &view);
		bad += classify_match_view(c, &view) != want;
	}
	sb_fini(&text);
	classify_free(c);
	return bad;
}

static void
test_agree(void)
{
	unsigned int plain = 0, regions = 0, many = 0;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		plain += disagreements(CLASSIFY_PLAIN, 1 + i % 6, i);
		regions += disagreements(CLASSIFY_REGIONS, 1 + i % 6, i);
	}
	for (unsigned int i = 0; i < ROUNDS / 100; i++)
		many += disagreements(CLASSIFY_REGIONS, 150, i);
	is_num(plain, 0, "tables and patterns agree: plain");
	is_num(regions, 0, "tables and patterns agree: regions");
	is_num(many, 0, "tables and patterns agree: many");
}

/* 12/value: the word at 12 under a mask. */
static void
add_pattern(struct classify *c, int output, uint32_t value, uint32_t more)
{
	classify_open(c);
	classify_test(c, 12, __builtin_bswap32(value << 16),
	    __builtin_bswap32(0xffff0000));
	if (more != 0)
		classify_test(c, 20, __builtin_bswap32(more << 16),
		    __builtin_bswap32(0xffff0000));
	classify_close(c, CLASSIFY_AND);
	classify_pattern(c, output);
}

/* Thousands of alternatives in one pattern: too many boxes for tables. */
static void
test_too_many(void)
{
	struct classify *c = classify_new(CLASSIFY_PLAIN, 0);
	uint8_t packet[8] = { 0 };

	classify_open(c);
	classify_open(c);
	for (uint32_t i = 0; i < 5000; i++)
		classify_test(
		    c, 0, __builtin_bswap32(7 * i + (i << 16)), 0xffffffff);
	classify_close(c, CLASSIFY_OR);
	classify_close(c, CLASSIFY_AND);
	classify_pattern(c, 1);
	is_num(classify_compile(c), 0, "a pattern of 5000 tests compiles");
	put_be32(packet, 7 * 4999 + (4999u << 16));
	is_num(classify_match(c, packet, 8), 1, "its last test matches");
	packet[3] ^= 1;
	is_num(classify_match(c, packet, 8), CLASSIFY_NONE, "or does not");
	classify_free(c);
}

/* Groups inside groups without end are refused. */
static void
test_deep(void)
{
	struct classify *c = classify_new(CLASSIFY_PLAIN, 0);

	for (int i = 0; i < 100000; i++)
		classify_open(c);
	classify_test(c, 0, 0, 1);
	for (int i = 0; i < 100000; i++)
		classify_close(c, CLASSIFY_AND);
	classify_pattern(c, 0);
	is_num(classify_compile(c), ERR_NOMEM, "a deep nest is refused");
	classify_free(c);
}

static void
test_print(void)
{
	struct classify *c = classify_new(CLASSIFY_PLAIN, 0);
	struct strbuf text = STRBUF_INIT;
	struct errh sink;
	struct strbuf said = STRBUF_INIT;

	add_pattern(c, 0, 0x0806, 1);
	add_pattern(c, 1, 0x0806, 2);
	add_pattern(c, 2, 0x0800, 0);
	classify_open(c);
	classify_test(c, 0, 0, 0);
	classify_close(c, CLASSIFY_AND);
	classify_pattern(c, 3);
	is_num(classify_compile(c), 0, "compiles");
	classify_print(c, &text);
	is_str(sb_str(&text),
	    STR(" 0  12/08060000%ffff0000  yes->step 1  no->step 3\n"
	        " 1  20/00010000%ffff0000  yes->[0]  no->step 2\n"
	        " 2  20/00020000%ffff0000  yes->[1]  no->[3]\n"
	        " 3  12/08000000%ffff0000  yes->[2]  no->[3]\n"
	        "safe length 22\n"
	        "alignment offset 0\n"),
	    "the program of Click's own example");
	errh_strbuf_init(&sink, &said);
	classify_warn_unused(c, 5, &sink);
	is_str(sb_str(&said), STR("warning: output 4 matches no packets\n"),
	    "unused outputs");
	errh_fini(&sink);
	sb_fini(&said);
	sb_fini(&text);
	classify_free(c);
}

/* A thousand rules: more than fit one word, still in tables. */
static void
test_many(void)
{
	struct classify *c = classify_new(CLASSIFY_PLAIN, 0);
	uint8_t packet[24] = { 0 };
	unsigned int right = 0;

	for (uint32_t i = 0; i < 1000; i++)
		add_pattern(c, (int)i, 5 * i, i % 3);
	is_num(classify_compile(c), 0, "a thousand patterns compile");
	for (uint32_t i = 0; i < 1000; i++) {
		put_be16(packet + 12, (uint16_t)(5 * i));
		put_be16(packet + 20, (uint16_t)(i % 3));
		right += classify_match(c, packet, 24) == (int)i;
	}
	is_num(right, 1000, "and each is found");
	put_be16(packet + 12, 3);
	is_num(classify_match(c, packet, 24), CLASSIFY_NONE, "or none");
	classify_free(c);
}

int
main(void)
{
	test_agree();
	test_print();
	test_many();
	test_too_many();
	test_deep();
	return tap_done();
}
