/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args_num.c -- arguments that are numbers: whole, fixed point, real, with
 * units.
 */
#include "base/strbuf.h"
#include "click/args.h"
#include "click/conf.h"

static bool
arg_parse_bool(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	(void)c;
	(void)type;
	return conf_bool(text, out);
}

const struct arg_type arg_type_bool = {
	.size = sizeof(bool),
	.parse = arg_parse_bool,
};

/* Whole numbers are stored low bytes first, as on all machines we run on. */
static bool
arg_parse_unsigned(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint64_t max = UINT64_MAX >> (64 - 8 * type->size), x;
	bool overflow;

	if (!conf_u64(text, 0, &x, &overflow))
		return arg_error(c, "invalid number");
	if (overflow || x > max)
		return arg_error(
		    c, "out of range, bound %llu", (unsigned long long)max);
	memcpy(out, &x, type->size);
	return true;
}

/* Out of the type's range, and then out of the caller's. */
static bool
arg_parse_signed(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	int64_t max = INT64_MAX >> (64 - 8 * type->size), min = -max - 1, x;
	bool overflow;

	if (!conf_i64(text, 0, &x, &overflow))
		return arg_error(c, "invalid number");
	if (!overflow && x >= min && x <= max && type->min < type->max) {
		min = type->min;
		max = type->max;
	}
	if (x < min || (overflow && x < 0))
		return arg_error(c, "out of range, bound %lld", (long long)min);
	if (x > max || overflow)
		return arg_error(c, "out of range, bound %lld", (long long)max);
	memcpy(out, &x, type->size);
	return true;
}

const struct arg_type arg_type_u8 = { .size = 1, .parse = arg_parse_unsigned };
const struct arg_type arg_type_u16 = { .size = 2, .parse = arg_parse_unsigned };
const struct arg_type arg_type_u32 = { .size = 4, .parse = arg_parse_unsigned };
const struct arg_type arg_type_u64 = { .size = 8, .parse = arg_parse_unsigned };
const struct arg_type arg_type_i32 = { .size = 4, .parse = arg_parse_signed };
const struct arg_type arg_type_i64 = { .size = 8, .parse = arg_parse_signed };

/* min == max is a range of one number, which the type cannot express. */
bool
args_i32_in(struct args *a, const char *keyword, unsigned int flags,
    int32_t min, int32_t max, int32_t *out)
{
	struct arg_type type = arg_type_i32;

	ASSERT(min < max);
	type.min = min;
	type.max = max;
	return args_read(a, keyword, flags, &type, out);
}

/* The first digit of a number's mantissa that is not zero: is there one? */
static bool
arg_nonzero(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.s[i] == 'e' || text.s[i] == 'E')
			return false;
		if (text.s[i] >= '1' && text.s[i] <= '9')
			return true;
	}
	return false;
}

/* An infinity that nobody wrote is an overflow, a zero an underflow. */
static bool
arg_parse_double(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool written =
	    str_find(text, 'i', 0) < text.n || str_find(text, 'I', 0) < text.n;
	double x;

	(void)type;
	if (!conf_double(text, &x))
		return false;
	if (x == 0 && arg_nonzero(text))
		return arg_error(c, "underflow, rounded to %g", x);
	if (__builtin_isinf(x) && !written)
		return arg_error(c, "out of range, bound %g", x);
	memcpy(out, &x, sizeof(x));
	return true;
}

const struct arg_type arg_type_double = {
	.size = sizeof(double),
	.parse = arg_parse_double,
};

/* Stores x if it fits a uint32_t. */
static bool
arg_store_u32(int64_t x, bool overflow, void *out)
{
	uint32_t small = (uint32_t)x;

	if (overflow || x < 0 || x > UINT32_MAX)
		return false;
	memcpy(out, &small, sizeof(small));
	return true;
}

static bool
arg_parse_fixed2(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct strbuf bound = STRBUF_INIT;
	bool overflow;
	int64_t x;

	if (str_starts(text, STR("-")) ||
	    !conf_fixed2(text, type->param, &x, &overflow))
		return false;
	if (arg_store_u32(x, overflow, out))
		return true;
	sb_fixed2(&bound, UINT32_MAX, type->param);
	arg_error(c, "out of range, bound %s", sb_cstr(&bound));
	sb_fini(&bound);
	return false;
}

static bool
arg_parse_fixed10(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool overflow;
	int64_t x;

	if (str_starts(text, STR("-")) ||
	    !conf_fixed10(text, type->param, &x, &overflow))
		return false;
	return arg_store_u32(x, overflow, out) || arg_error(c, "out of range");
}

bool
args_fixed2(struct args *a, const char *keyword, unsigned int flags,
    int frac_bits, uint32_t *out)
{
	struct arg_type type = { .size = sizeof(*out),
		.parse = arg_parse_fixed2,
		.param = frac_bits };

	return args_read(a, keyword, flags, &type, out);
}

bool
args_fixed10(struct args *a, const char *keyword, unsigned int flags,
    int digits, uint32_t *out)
{
	struct arg_type type = { .size = sizeof(*out),
		.parse = arg_parse_fixed10,
		.param = digits };

	return args_read(a, keyword, flags, &type, out);
}

static bool
arg_parse_seconds(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool overflow;
	int64_t x;

	if (str_starts(text, STR("-")) ||
	    !conf_seconds(text, type->param, &x, &overflow))
		return false;
	return arg_store_u32(x, overflow, out) || arg_error(c, "out of range");
}

const struct arg_type arg_type_seconds = { .size = 4,
	.parse = arg_parse_seconds };
const struct arg_type arg_type_seconds_ms = {
	.size = 4, .parse = arg_parse_seconds, .param = 3
};
const struct arg_type arg_type_seconds_us = {
	.size = 4, .parse = arg_parse_seconds, .param = 6
};

static bool
arg_parse_stamp(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool overflow;
	int64_t x;

	(void)type;
	if (str_starts(text, STR("-")) || !conf_seconds(text, 9, &x, &overflow))
		return false;
	if (overflow)
		return arg_error(c, "out of range");
	memcpy(out, &x, sizeof(x));
	return true;
}

const struct arg_type arg_type_stamp = {
	.size = sizeof(int64_t),
	.parse = arg_parse_stamp,
};

static bool
arg_parse_bandwidth(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool assumed, overflow;
	uint64_t x;

	(void)type;
	if (!conf_bandwidth(text, &x, &assumed, &overflow))
		return false;
	return arg_store_u32(
	           x > INT64_MAX ? INT64_MAX : (int64_t)x, overflow, out) ||
	       arg_error(c, "out of range");
}

const struct arg_type arg_type_bandwidth = {
	.size = sizeof(uint32_t),
	.parse = arg_parse_bandwidth,
};
