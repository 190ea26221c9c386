/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * strset_test.c -- sets of strings: every engine against a search of each
 * pattern by itself.
 */
#include "base/rand.h"
#include "base/strset_internal.h"
#include "test/tap.h"

struct hits {
	uint64_t sum, count; /* of a hash of each hit: order plays no part */
	uint64_t stop_after;
};

static uint64_t
hit_value(uint32_t number, size_t end)
{
	return (((uint64_t)number << 32) + end + 1) * 0x9e3779b97f4a7c15u;
}

static bool
count_hit(void *arg, uint32_t number, size_t end)
{
	struct hits *h = arg;

	h->sum += hit_value(number, end) ^ hit_value(number, end) >> 29;
	return ++h->count == h->stop_after;
}

static struct hits
naive(const struct strset *s, const uint8_t *data, size_t n)
{
	struct hits h = { 0 };

	for (uint32_t k = 0; k < s->patterns.n; k++) {
		const struct strset_pattern *p = &s->patterns.v[k];

		for (size_t i = 0; i + p->length <= n; i++) {
			bool same = true;

			for (size_t j = 0; j < p->length && same; j++) {
				uint8_t a = p->text[j], b = data[i + j];

				same = p->nocase
				           ? strset_fold(a) == strset_fold(b)
				           : a == b;
			}
			if (same)
				count_hit(&h, k, i + p->length);
		}
	}
	return h;
}

static const struct {
	enum strset_engine engine;
	const char *name;
} engines[] = {
	{ STRSET_AUTOMATON, "automaton" },
	{ STRSET_HASH, "hash" },
	{ STRSET_SSSE3, "ssse3" },
	{ STRSET_AVX2, "avx2" },
};

/* ---- one by one ---- */

static const struct {
	const char *patterns[4]; /* a leading ~: in both cases */
	const char *text;
	uint64_t count;
	const char *what;
} cases[] = {
	{ { "abc" }, "xxabcxxabc", 2, "a short pattern twice" },
	{ { "abcd" }, "abcd", 1, "a text that is the pattern" },
	{ { "abcd" }, "abc", 0, "a text that is too short" },
	{ { "a" }, "aaaa", 4, "one byte" },
	{ { "aa" }, "aaaa", 3, "overlapping itself" },
	{ { "he", "she", "his", "hers" }, "ushers", 3,
	    "the example of Aho and Corasick" },
	{ { "Attack" }, "attack ATTACK Attack", 1, "case matters" },
	{ { "~Attack" }, "attack ATTACK Attack", 3, "case does not" },
	{ { "~Attack", "ATTACK", "attack" }, "attack ATTACK Attack", 5,
	    "both kinds of one text" },
	{ { "~[@" }, "{`[@", 1, "only letters have cases" },
	{ { "dup", "dup" }, "dup", 2, "a pattern given twice" },
	{ { "longer than a vector of thirty-two bytes is" },
	    "....longer than a vector of thirty-two bytes is....", 1,
	    "a long one" },
	{ { "end!" }, "0123456789012345678901234567890123456789end!", 1,
	    "at the very end" },
	{ { "bcde", "abcdef" }, "xabcdefx", 2, "one inside another" },
};

static void
test_case(size_t i, size_t e)
{
	struct strset *s = strset_new();
	struct hits h = { 0 };

	for (int k = 0; k < 4 && cases[i].patterns[k] != NULL; k++) {
		struct str p = str_of(cases[i].patterns[k]);
		bool nocase = p.s[0] == '~';

		strset_add(s, str_from(p, nocase), nocase);
	}
	if (strset_compile(s, engines[e].engine) == ERR_NOTSUP) {
		tap_skip("not on this processor");
	} else {
		strset_scan(s, cases[i].text, strlen(cases[i].text), NULL,
		    count_hit, &h);
		is_num((int64_t)h.count, (int64_t)cases[i].count, "%s: %s",
		    engines[e].name, cases[i].what);
	}
	strset_free(s);
}

/* ---- at random ---- */

/* Few letters make many matches, many letters few. */
static void
random_text(struct rand_state *r, uint8_t *p, size_t n, uint32_t letters)
{
	for (size_t i = 0; i < n; i++)
		p[i] = letters > 64
		           ? (uint8_t)rand_u32(r)
		           : (uint8_t)("aAbBcCdD@`[{\0 \xff\x80"[rand_below(
		                 r, letters)]);
}

/* The same set for the same seed; NULL: not on this processor. */
static struct strset *
random_set(uint64_t seed, enum strset_engine engine, uint32_t letters)
{
	struct strset *s = strset_new();
	struct rand_state state, *r = &state;
	uint32_t patterns, shortest, longest;
	uint8_t text[64];

	rand_seed(r, seed);
	patterns = 1 + rand_below(r, 90);
	shortest = 1 + rand_below(r, 9);
	longest = 1 + rand_below(r, 12);

	for (uint32_t i = 0; i < patterns; i++) {
		uint32_t n = shortest + rand_below(r, longest);

		random_text(r, text, n, letters);
		strset_add(s, str_make((char *)text, n), rand_below(r, 2) == 0);
	}
	if (strset_compile(s, engine) != 0) {
		strset_free(s);
		return NULL;
	}
	return s;
}

/* 1 if the engine does not find what a search one by one finds. */
static uint64_t
random_wrong(uint64_t seed, enum strset_engine engine, uint32_t letters,
    const uint8_t *data, size_t n, uint64_t *found)
{
	struct strset *s = random_set(seed, engine, letters);
	struct hits want, got = { 0 }, once = { 0 };
	uint64_t seen[2] = { 0, 0 }, different = 0;

	if (s == NULL)
		return 0;
	want = naive(s, data, n);
	*found += want.count;
	strset_scan(s, data, n, NULL, count_hit, &got);
	strset_scan(s, data, n, seen, count_hit, &once);
	for (size_t i = 0; i < s->patterns.n; i++) {
		const struct strset_pattern *p = &s->patterns.v[i];
		struct strset *one = strset_new();
		struct hits h = { 0 };

		strset_add(
		    one, str_make((char *)p->text, p->length), p->nocase);
		h = naive(one, data, n);
		different += h.count > 0;
		strset_free(one);
	}
	strset_free(s);
	return got.sum != want.sum || got.count != want.count ||
	       once.count != different;
}

static void
test_random(void)
{
	static const uint32_t kinds[3] = { 256, 16, 3 };
	struct rand_state r;
	uint64_t wrong[ARRAY_SIZE(engines)] = { 0 }, found = 0;

	rand_seed(&r, 3);
	for (unsigned int round = 0; round < 600; round++) {
		uint32_t letters = kinds[round % 3];
		size_t n = rand_below(&r, 400);
		/* Its own size: a read past the end is found. */
		uint8_t *data = malloc(n == 0 ? 1 : n);

		random_text(&r, data, n, letters);
		for (size_t e = 0; e < ARRAY_SIZE(engines); e++)
			wrong[e] += random_wrong(
			    round, engines[e].engine, letters, data, n, &found);
		free(data);
	}
	ok(found > 10000, "random sets and texts match often");
	for (size_t e = 0; e < ARRAY_SIZE(engines); e++)
		is_num((int64_t)wrong[e], 0, "%s finds what is there",
		    engines[e].name);
}

/* ---- the rest of the contract ---- */

static void
test_contract(void)
{
	struct strset *s = strset_new();
	struct hits h = { .stop_after = 2 };
	char *big = calloc(1, STRSET_LENGTH + 1);

	is_num(strset_add(s, STR(""), false), ERR_RANGE, "nothing: refused");
	is_num(strset_add(s, str_make(big, STRSET_LENGTH + 1), false),
	    ERR_RANGE, "too long: refused");
	is_num(strset_add(s, STR("ab"), false), 0, "the first has number 0");
	is_num(strset_add(s, STR("abcdefgh"), false), 1, "the next has 1");
	is_num(strset_compile(s, STRSET_BEST), 0, "compiled");
	ok(strset_engine(s) != STRSET_BEST, "some engine is chosen");
	is_num(strset_count(s), 2, "two patterns");
	is_num((int64_t)strset_words(s), 1, "one word for what is seen");
	is_num(strset_longest(s), 8, "the longest has eight bytes");
	ok(strset_bytes(s) > 8192 && strset_bytes(s) < 16384,
	    "a small set with a short pattern takes 9 kB");
	strset_free(s);
	free(big);
	for (size_t e = 0; e < ARRAY_SIZE(engines); e++) {
		s = strset_new();
		strset_add(s, STR("ab"), false);
		h.count = 0;
		if (strset_compile(s, engines[e].engine) == 0)
			ok(strset_scan(
			       s, "ab ab ab ab", 11, NULL, count_hit, &h) &&
			        h.count == 2,
			    "%s stops when it is told", engines[e].name);
		strset_free(s);
	}
	s = strset_new();
	is_num(strset_compile(s, STRSET_BEST), 0, "a set of nothing");
	ok(!strset_scan(s, "abc", 3, NULL, count_hit, &h), "finds nothing");
	strset_free(s);
}

/* Adversarial: each position looks like the window of all patterns. */
static void
test_patience(enum strset_engine engine, const char *name)
{
	struct strset *s = strset_new();
	static uint8_t data[20000];
	struct strset_work w = { .set = s,
		.data = data,
		.n = sizeof(data),
		.hit = count_hit,
		.patience = sizeof(data) / STRSET_PATIENCE };
	struct hits h = { 0 }, want;

	memset(data, 'a', sizeof(data));
	data[15000] = 'b';
	for (int i = 0; i < 40; i++) {
		char text[24];

		memset(text, 'a', sizeof(text));
		text[23] = (char)('b' + i);
		strset_add(s, str_make(text, sizeof(text)), i & 1);
	}
	if (strset_compile(s, engine) == 0) {
		w.arg = &h;
		strset_hash_run(&w, &s->filters[STRSET_BY_HASH], 0);
		ok(w.done < sizeof(data), "%s gives up in time", name);
		want = naive(s, data, sizeof(data));
		h = (struct hits){ 0 };
		strset_scan(s, data, sizeof(data), NULL, count_hit, &h);
		ok(want.count == 1 && h.count == 1 && h.sum == want.sum,
		    "%s finds what is behind it", name);
	}
	strset_free(s);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t e = 0; e < ARRAY_SIZE(engines); e++)
			test_case(i, e);
	test_random();
	test_contract();
	for (size_t e = 1; e < ARRAY_SIZE(engines); e++)
		test_patience(engines[e].engine, engines[e].name);
	return tap_done();
}
