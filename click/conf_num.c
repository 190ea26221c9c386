/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf_num.c -- truth values and whole numbers in configurations, and what
 * their words may consist of.
 */
#include "click/conf.h"

bool
conf_bool(struct str s, bool *x)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = {
		{ "true", true },
		{ "false", false },
		{ "yes", true },
		{ "no", false },
		{ "t", true },
		{ "f", false },
		{ "y", true },
		{ "n", false },
		{ "1", true },
		{ "0", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!str_is(s, words[i].text))
			continue;
		*x = words[i].value;
		return true;
	}
	return false;
}

/* The value of a digit in bases up to 36, or 36. */
static unsigned int
num_digit(char c)
{
	if (char_digit(c))
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned int)(c - 'a' + 10);
	if (c >= 'A' && c <= 'Z')
		return (unsigned int)(c - 'A' + 10);
	return 36;
}

/* Cuts the prefix that tells the base off *s and returns the base. */
static unsigned int
num_base(struct str *s, int base)
{
	char mark = s->n > 2 && s->s[0] == '0' ? s->s[1] : '\0';

	if ((base == 0 || base == 16) && (mark == 'x' || mark == 'X')) {
		*s = str_from(*s, 2);
		return 16;
	}
	if (base != 0)
		return (unsigned int)base;
	if (mark == 'b' || mark == 'B') {
		*s = str_from(*s, 2);
		return 2;
	}
	return s->n > 0 && s->s[0] == '0' ? 8 : 10;
}

/* An unsigned number without a sign; "_" stands between two digits only. */
static bool
num_magnitude(struct str s, int base, uint64_t *x, bool *overflow)
{
	unsigned int radix = num_base(&s, base);
	uint64_t value = 0;
	bool big = false, after_digit = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned int digit = num_digit(s.s[i]);

		if (s.s[i] == '_' && after_digit) {
			after_digit = false;
			continue;
		}
		if (digit >= radix)
			return false;
		after_digit = true;
		big = big ||
		      __builtin_mul_overflow(value, (uint64_t)radix, &value) ||
		      __builtin_add_overflow(value, (uint64_t)digit, &value);
	}
	if (!after_digit)
		return false;
	*x = big ? UINT64_MAX : value;
	*overflow = big;
	return true;
}

/* Cuts a sign off *s; a minus only if it may stand there. */
static bool
num_sign(struct str *s, bool minus_allowed)
{
	bool negative = minus_allowed && s->n > 0 && s->s[0] == '-';

	if (negative || (s->n > 0 && s->s[0] == '+'))
		*s = str_from(*s, 1);
	return negative;
}

bool
conf_u64(struct str s, int base, uint64_t *x, bool *overflow)
{
	num_sign(&s, false);
	return num_magnitude(s, base, x, overflow);
}

bool
conf_i64(struct str s, int base, int64_t *x, bool *overflow)
{
	bool negative = num_sign(&s, true);
	uint64_t limit = (uint64_t)INT64_MAX + negative, value;

	if (!num_magnitude(s, base, &value, overflow))
		return false;
	if (value > limit) {
		*overflow = true;
		value = limit;
	}
	*x = (int64_t)(negative ? 0 - value : value);
	return true;
}

bool
conf_is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.s[i] <= ' ' || s.s[i] == 0x7f || s.s[i] == '"' ||
		    s.s[i] == '\'' || s.s[i] == '\\' || s.s[i] == ',')
			return false;
	return s.n > 0;
}

bool
conf_is_keyword(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_alnum(s.s[i]) && memchr("_.:?!", s.s[i], 5) == NULL)
			return false;
	return s.n > 0;
}
