/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_math.c -- part of Script: functions over numbers.  Integers have 64
 * bits and wrap; a word that is no integer makes the rest a sum of reals.
 */
#include <math.h>

#include "click/conf.h"
#include "elements/standard/script.h"

enum script_math {
	MATH_ADD,
	MATH_SUB,
	MATH_MIN,
	MATH_MAX,
	MATH_MUL,
	MATH_DIV,
	MATH_IDIV,
	MATH_MOD,
	MATH_REM,
	MATH_NEG,
	MATH_ABS,
	MATH_LT,
	MATH_EQ,
	MATH_GT,
	MATH_GE,
	MATH_NE,
	MATH_LE,
	MATH_HTONS,
	MATH_HTONL,
};

static bool
script_i64(struct str word, int64_t *x)
{
	bool overflow = false;

	return conf_i64(word, 0, x, &overflow) && !overflow;
}

static int
script_expected(struct handler_call *call, const char *what)
{
	return errh_error(call->errh, "expected %s", what);
}

static int64_t
script_fold_i64(enum script_math op, int64_t a, int64_t b)
{
	switch (op) {
	case MATH_ADD:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case MATH_SUB:
		return (int64_t)((uint64_t)a - (uint64_t)b);
	case MATH_MIN:
		return a < b ? a : b;
	case MATH_MAX:
		return a > b ? a : b;
	default:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	}
}

static double
script_fold_double(enum script_math op, double a, double b)
{
	switch (op) {
	case MATH_ADD:
		return a + b;
	case MATH_SUB:
		return a - b;
	case MATH_MIN:
		return a < b ? a : b;
	case MATH_MAX:
		return a > b ? a : b;
	case MATH_MUL:
		return a * b;
	default:
		return a / b;
	}
}

/* The integer a quotient is cut to; what does not fit is the least one. */
static int64_t
script_truncate(double x)
{
	if (!(x > -9223372036854775808.0 && x < 9223372036854775808.0))
		return INT64_MIN;
	return (int64_t)x;
}

/* "add" and its kind: folds a list of numbers. */
static int
script_fold(struct element *e, uintptr_t user, struct handler_call *call)
{
	enum script_math op = (enum script_math)user;
	int64_t sum = op == MATH_ADD || op == MATH_SUB ? 0 : 1, x;
	bool real = op == MATH_DIV || op == MATH_IDIV, first = true;
	double real_sum = (double)sum, y;
	struct str text = call->text, word;

	(void)e;
	while ((word = conf_shift_space(&text)).n > 0 || str_trim(text).n > 0) {
		if (!real && !script_i64(word, &x)) {
			real = true;
			real_sum = (double)sum;
		}
		if (real && !conf_double(word, &y))
			return script_expected(call, "list of numbers");
		if (real)
			real_sum =
			    first ? y : script_fold_double(op, real_sum, y);
		else
			sum = first ? x : script_fold_i64(op, sum, x);
		first = false;
	}
	if (op == MATH_IDIV)
		sb_i64(call->out, script_truncate(real_sum));
	else if (real)
		sb_double(call->out, real_sum);
	else
		sb_i64(call->out, sum);
	return 0;
}

/* Cuts two words off, and no third may follow. */
static bool
script_two_words(struct str text, struct str *a, struct str *b)
{
	*a = conf_shift_space(&text);
	*b = conf_shift_space(&text);
	return text.n == 0 && a->n > 0 && b->n > 0;
}

static int
script_remainder(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str a, b;
	int64_t x, y;
	double dx, dy;

	(void)e;
	if (!script_two_words(call->text, &a, &b))
		return script_expected(call, "two numbers");
	if (script_i64(a, &x) && script_i64(b, &y)) {
		if (y == 0)
			return errh_error(call->errh, "division by zero");
		sb_i64(call->out, y == -1 ? 0 : x % y);
		return 0;
	}
	if (user == MATH_MOD || !conf_double(a, &dx) || !conf_double(b, &dy))
		return script_expected(call, "two numbers");
	sb_double(call->out, fmod(dx, dy));
	return 0;
}

static int
script_sign(struct element *e, uintptr_t user, struct handler_call *call)
{
	int64_t x;
	double dx;

	(void)e;
	if (script_i64(call->text, &x)) {
		if (user == MATH_NEG || x < 0)
			x = script_fold_i64(MATH_SUB, 0, x);
		sb_i64(call->out, x);
		return 0;
	}
	if (!conf_double(call->text, &dx))
		return script_expected(call, "one number");
	sb_double(call->out, user == MATH_NEG ? -dx : fabs(dx));
	return 0;
}

/* As numbers if both are, else as texts: *order is < 0, 0 or > 0. */
static int
script_compare_words(struct str a, struct str b, int *order)
{
	struct arena mem = ARENA_INIT;
	int64_t x, y;
	double dx, dy;
	int err = 0;

	if (script_i64(a, &x) && script_i64(b, &y)) {
		*order = x < y ? -1 : x > y;
	} else if (conf_double(a, &dx) && conf_double(b, &dy)) {
		*order = dx < dy ? -1 : dx != dy;
	} else {
		err = conf_unquote(a, &mem, &a);
		if (err == 0)
			err = conf_unquote(b, &mem, &b);
		*order = str_cmp(a, b);
	}
	arena_fini(&mem);
	return err;
}

static int
script_compare(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str a, b;
	bool yes;
	int order;

	(void)e;
	if (!script_two_words(call->text, &a, &b))
		return script_expected(call, "two numbers");
	if (script_compare_words(a, b, &order) != 0)
		return ERR_NOMEM;
	switch ((enum script_math)user) {
	case MATH_LT:
		yes = order < 0;
		break;
	case MATH_LE:
		yes = order <= 0;
		break;
	case MATH_EQ:
		yes = order == 0;
		break;
	case MATH_NE:
		yes = order != 0;
		break;
	case MATH_GE:
		yes = order >= 0;
		break;
	default:
		yes = order > 0;
		break;
	}
	sb_adds(call->out, yes ? "true" : "false");
	return 0;
}

/* Bytes of a number between host's and network's order, as C has them. */
static int
script_swap(struct element *e, uintptr_t user, struct handler_call *call)
{
	bool overflow = false;
	int64_t x;

	(void)e;
	if (!conf_i64(call->text, 0, &x, &overflow))
		return errh_error(call->errh, "syntax error");
	if (x > INT32_MAX)
		x = INT32_MAX;
	if (x < INT32_MIN)
		x = INT32_MIN;
	if (user == MATH_HTONS)
		sb_u64(call->out, __builtin_bswap16((uint16_t)x));
	else
		sb_u64(call->out, __builtin_bswap32((uint32_t)x));
	return 0;
}

void
script_add_math_handlers(struct element *e)
{
	static const struct {
		const char *name;
		handler_fn *fn;
		enum script_math op;
	} functions[] = {
		{ "add", script_fold, MATH_ADD },
		{ "sub", script_fold, MATH_SUB },
		{ "min", script_fold, MATH_MIN },
		{ "max", script_fold, MATH_MAX },
		{ "mul", script_fold, MATH_MUL },
		{ "div", script_fold, MATH_DIV },
		{ "idiv", script_fold, MATH_IDIV },
		{ "mod", script_remainder, MATH_MOD },
		{ "rem", script_remainder, MATH_REM },
		{ "neg", script_sign, MATH_NEG },
		{ "abs", script_sign, MATH_ABS },
		{ "eq", script_compare, MATH_EQ },
		{ "ne", script_compare, MATH_NE },
		{ "gt", script_compare, MATH_GT },
		{ "ge", script_compare, MATH_GE },
		{ "lt", script_compare, MATH_LT },
		{ "le", script_compare, MATH_LE },
		{ "htons", script_swap, MATH_HTONS },
		{ "htonl", script_swap, MATH_HTONL },
		{ "ntohs", script_swap, MATH_HTONS },
		{ "ntohl", script_swap, MATH_HTONL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		handler_add_read(e, functions[i].name, functions[i].fn,
		    functions[i].op, HANDLER_PARAM);
}
