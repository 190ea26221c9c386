/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * conf_real.c -- decimal fractions, exactly: fixed point, seconds, bandwidth.
 *
 * A real is read into its digits and the place of its point; a unit and an
 * exponent only move the point.  From there the integer part and 32 bits of
 * fraction come out without floating point.
 */
#include "click/conf.h"

#include <stdlib.h>

enum { REAL_EXPONENT_MAX = 9999 }; /* beyond it all is zero or too large */

/* A real number as written: 0.d1 d2 d3... times ten to the point. */
struct real {
	struct str
	    digits; /* "_" and "." may stand between, to be passed over */
	int point;
	bool negative;
};

/* Cuts an exponent "e-12" off the front of *s and adds it to the point. */
static void
real_exponent(struct real *r, struct str *s)
{
	size_t at = 1;
	bool negative = false;
	int exponent = 0;

	if (s->n < 2 || (s->s[0] != 'e' && s->s[0] != 'E'))
		return;
	if (s->s[1] == '-' || s->s[1] == '+') {
		negative = s->s[1] == '-';
		at = 2;
	}
	if (at == s->n || !char_digit(s->s[at]))
		return;
	for (; at < s->n && char_digit(s->s[at]); at++)
		if (exponent <= REAL_EXPONENT_MAX)
			exponent = exponent * 10 + (s->s[at] - '0');
	r->point += negative ? -exponent : exponent;
	*s = str_from(*s, at);
}

/* The whole of s, multiplied by ten to the power. */
static bool
real_parse(struct str s, int power, struct real *r)
{
	bool point = false, any = false, after_digit = false;
	size_t i;

	*r = (struct real){ .point = power };
	r->negative = s.n > 0 && s.s[0] == '-';
	if (r->negative || (s.n > 0 && s.s[0] == '+'))
		s = str_from(s, 1);
	for (i = 0; i < s.n; i++) {
		if (char_digit(s.s[i])) {
			r->point += !point;
			any = after_digit = true;
		} else if (s.s[i] == '.' && !point && (after_digit || i == 0)) {
			point = true;
			after_digit = false;
		} else if (s.s[i] == '_' && after_digit) {
			after_digit = false;
		} else {
			break;
		}
	}
	r->digits = str_sub(s, 0, i);
	s = str_from(s, i);
	if (any)
		real_exponent(r, &s);
	return any && s.n == 0;
}

/*
 * Reads digits from *at on into *x until they have ended or reached the
 * point, which is moved along.  False when *x is too small for them.
 */
static bool
real_integer(const struct real *r, size_t *at, int *point, uint64_t *x)
{
	bool fits = true;

	*x = 0;
	while (*point > 0) {
		unsigned int digit = 0;

		if (*at < r->digits.n) {
			char c = r->digits.s[(*at)++];

			if (!char_digit(c))
				continue;
			digit = (unsigned int)(c - '0');
		} else if (*x == 0 || !fits) {
			break;
		}
		--*point;
		fits = fits && !__builtin_mul_overflow(*x, 10u, x) &&
		       !__builtin_add_overflow(*x, (uint64_t)digit, x);
	}
	if (!fits)
		*x = UINT64_MAX;
	return fits;
}

/*
 * The digits from at on, after zeros (point <= 0), in units of 2^-33: the last
 * digit first, each step a division by ten.  Digits beyond the tenth make no
 * difference.
 */
static uint64_t
real_fraction(const struct real *r, size_t at, int point)
{
	uint64_t f = 0;

	for (size_t i = r->digits.n; i > at; i--) {
		char c = r->digits.s[i - 1];

		if (char_digit(c))
			f = (f + ((uint64_t)(c - '0') << 33)) / 10;
	}
	for (; point < 0 && f != 0; point++)
		f /= 10;
	return f;
}

/*
 * Integer part and fraction, rounded to 32 bits; false when the integer part
 * does not fit.
 */
static bool
real_split(const struct real *r, uint64_t *integer, uint32_t *fraction)
{
	size_t at = 0;
	int point = r->point;
	uint64_t f = 0;

	*fraction = 0;
	if (!real_integer(r, &at, &point, integer))
		return false;
	if (point <= 0)
		f = (real_fraction(r, at, point) + 1) >> 1;
	*fraction = (uint32_t)f;
	return !__builtin_add_overflow(*integer, f >> 32, integer);
}

/* Magnitude and sign as an int64_t, saturated. */
static int64_t
real_signed(uint64_t x, bool negative, bool *overflow)
{
	uint64_t limit = (uint64_t)INT64_MAX + negative;

	if (x > limit) {
		*overflow = true;
		x = limit;
	}
	return (int64_t)(negative ? 0 - x : x);
}

bool
conf_fixed2(struct str s, int frac_bits, int64_t *x, bool *overflow)
{
	uint64_t integer, fraction;
	uint32_t f;
	struct real r;

	if (!real_parse(s, 0, &r))
		return false;
	*overflow = !real_split(&r, &integer, &f);
	fraction = f + ((1ull << 31) >> frac_bits);
	fraction >>= 32 - frac_bits;
	if (*overflow || integer >= 1ull << (63 - frac_bits)) {
		*overflow = true;
		integer = UINT64_MAX;
	} else {
		integer = (integer << frac_bits) + fraction;
	}
	*x = real_signed(integer, r.negative, overflow);
	return true;
}

/* The integer nearest to r. */
static uint64_t
real_round(const struct real *r, bool *overflow)
{
	uint64_t integer;
	uint32_t fraction;

	*overflow = !real_split(r, &integer, &fraction) ||
	            __builtin_add_overflow(integer, fraction >> 31, &integer);
	return *overflow ? UINT64_MAX : integer;
}

bool
conf_fixed10(struct str s, int digits, int64_t *x, bool *overflow)
{
	struct real r;
	uint64_t value;

	if (!real_parse(s, digits, &r))
		return false;
	value = real_round(&r, overflow);
	*x = real_signed(value, r.negative, overflow);
	return true;
}

/* A unit's name, and what one of it is: factor times ten to the power. */
struct unit {
	const char *name;
	unsigned int factor;
	int power;
};
/* A letter in front of a unit. */
struct unit_prefix {
	char letter;
	int power;
};

static const struct unit seconds_units[] = {
	{ "s", 1, 0 },
	{ "sec", 1, 0 },
	{ "m", 6, 1 },
	{ "min", 6, 1 },
	{ "h", 36, 2 },
	{ "hr", 36, 2 },
	{ "d", 864, 2 },
	{ "day", 864, 2 },
	{ NULL, 1, 0 },
};
static const struct unit_prefix seconds_prefixes[] = {
	{ 'm', -3 },
	{ 'u', -6 },
	{ 'n', -9 },
	{ '\0', 0 },
};
static const struct unit bandwidth_units[] = {
	{ "baud", 125, -3 }, /* an eighth of a byte */
	{ "bps", 125, -3 },
	{ "b/s", 125, -3 },
	{ "Bps", 1, 0 },
	{ "B/s", 1, 0 },
	{ NULL, 1, 0 },
};
static const struct unit_prefix bandwidth_prefixes[] = {
	{ 'k', 3 },
	{ 'K', 3 },
	{ 'M', 6 },
	{ 'G', 9 },
	{ '\0', 0 },
};

/*
 * Cuts the unit off the end of *s: no name of the table ends with another
 * one.  Returns the unit, its power that of the prefix as well; without a
 * name if *s has none.
 */
static struct unit
unit_cut(
    struct str *s, const struct unit *units, const struct unit_prefix *prefixes)
{
	const struct unit_prefix *p = prefixes;
	struct unit unit;

	while (units->name != NULL && !str_ends(*s, str_of(units->name)))
		units++;
	unit = *units;
	if (unit.name == NULL)
		return unit;
	*s = str_sub(*s, 0, s->n - strlen(unit.name));
	while (p->letter != '\0' && (s->n == 0 || s->s[s->n - 1] != p->letter))
		p++;
	if (p->letter != '\0') {
		unit.power += p->power;
		*s = str_sub(*s, 0, s->n - 1);
	}
	while (s->n > 0 && char_space(s->s[s->n - 1]))
		*s = str_sub(*s, 0, s->n - 1);
	return unit;
}

/* s units of unit, rounded: factor times a real. */
static bool
unit_value(struct str s, const struct unit *unit, int digits, struct real *r,
    uint64_t *x, bool *overflow)
{
	uint64_t integer, factor = unit->factor;
	uint32_t fraction;

	if (!real_parse(s, unit->power + digits, r))
		return false;
	if (factor == 1) {
		*x = real_round(r, overflow);
		return true;
	}
	*overflow = !real_split(r, &integer, &fraction) ||
	            __builtin_mul_overflow(integer, factor, &integer) ||
	            __builtin_add_overflow(integer,
	                (fraction * factor + (1ull << 31)) >> 32, &integer);
	*x = *overflow ? UINT64_MAX : integer;
	return true;
}

bool
conf_seconds(struct str s, int digits, int64_t *x, bool *overflow)
{
	struct unit unit = unit_cut(&s, seconds_units, seconds_prefixes);
	struct real r;
	uint64_t value;

	if (!unit_value(s, &unit, digits, &r, &value, overflow))
		return false;
	*x = real_signed(value, r.negative, overflow);
	return true;
}

bool
conf_bandwidth(struct str s, uint64_t *x, bool *assumed, bool *overflow)
{
	struct unit unit = unit_cut(&s, bandwidth_units, bandwidth_prefixes);
	struct real r;

	if (s.n > 0 && s.s[0] == '-')
		return false;
	if (!unit_value(s, &unit, 0, &r, x, overflow))
		return false;
	*assumed = unit.name == NULL && *x != 0;
	return true;
}

/*
 * strtod() reads more than a number: no space before, nothing after.  Nobody
 * writes so many digits that they need memory.
 */
bool
conf_double(struct str s, double *x)
{
	struct str copy = { NULL, 0 };
	const char *text;
	char digits[128], *end;
	double value;
	bool whole;

	if (s.n == 0 || char_space(s.s[0]))
		return false;
	if (s.n < sizeof(digits)) {
		memcpy(digits, s.s, s.n);
		digits[s.n] = '\0';
		text = digits;
	} else {
		copy = str_dup(s);
		text = copy.s;
	}
	if (text == NULL)
		return false;
	value = strtod(text, &end);
	whole = end == text + s.n;
	str_free(&copy);
	if (whole)
		*x = value;
	return whole;
}
