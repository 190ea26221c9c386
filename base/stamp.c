/* SPDX-License-Identifier: BSD-3-Clause */
/* stamp.c -- nanoseconds as decimal seconds. */
#include "base/stamp.h"

/* "-12.", then fraction in so many digits. */
static void
sb_stamp_digits(
    struct strbuf *sb, uint64_t sec, uint64_t fraction, size_t digits)
{
	char text[9];

	for (size_t i = digits; i > 0; i--, fraction /= 10)
		text[i - 1] = (char)('0' + fraction % 10);
	sb_u64(sb, sec);
	sb_addc(sb, '.');
	sb_add(sb, str_make(text, digits));
}

/* |ns|, after a minus sign when it is negative. */
static uint64_t
sb_stamp_sign(struct strbuf *sb, int64_t ns)
{
	if (ns >= 0)
		return (uint64_t)ns;
	sb_addc(sb, '-');
	return 0 - (uint64_t)ns;
}

void
sb_stamp(struct strbuf *sb, int64_t ns)
{
	if (ns % NS_PER_US == 0)
		sb_stamp_us(sb, ns);
	else
		sb_stamp_ns(sb, ns);
}

void
sb_stamp_ns(struct strbuf *sb, int64_t ns)
{
	uint64_t x = sb_stamp_sign(sb, ns);

	sb_stamp_digits(sb, x / 1000000000, x % 1000000000, 9);
}

void
sb_stamp_us(struct strbuf *sb, int64_t ns)
{
	uint64_t x = sb_stamp_sign(sb, ns);

	sb_stamp_digits(sb, x / 1000000000, x % 1000000000 / 1000, 6);
}

/* Digits without a sign, point or not: at least one, at most nine after it. */
static bool
stamp_parse_digits(struct str s, uint64_t *ns)
{
	uint64_t x = 0;
	size_t point = str_find(s, '.', 0), after = 0;

	if (s.n == 0 || (s.n == 1 && point == 0))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (i == point)
			continue;
		if (!char_digit(s.s[i]) || (i > point && ++after > 9) ||
		    __builtin_mul_overflow(x, 10u, &x) ||
		    __builtin_add_overflow(x, (uint64_t)(s.s[i] - '0'), &x))
			return false;
	}
	for (; after < 9; after++)
		if (__builtin_mul_overflow(x, 10u, &x))
			return false;
	*ns = x;
	return true;
}

bool
stamp_parse(struct str s, int64_t *ns)
{
	bool negative = s.n > 0 && s.s[0] == '-';
	uint64_t x;

	if (negative || (s.n > 0 && s.s[0] == '+'))
		s = str_from(s, 1);
	if (!stamp_parse_digits(s, &x) || x > INT64_MAX)
		return false;
	*ns = negative ? -(int64_t)x : (int64_t)x;
	return true;
}
