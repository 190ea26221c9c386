/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_sprintf.c -- part of Script: "sprintf FORMAT WORDS...", with the
 * conversions d i o u x X s % of C, their flags, widths and precisions.  As in
 * Click a width or precision "*" is an error.
 *
 * The format is the user's, so each conversion is taken apart here and handed
 * to printf in a form of our own; widths are bounded.
 */
#include <stdio.h>

#include "click/conf.h"
#include "elements/standard/script.h"

enum { SPRINTF_WIDTH_MAX = 65535 };

struct script_spec {
	bool zero, alternate, left, space, plus;
	int width;     /* 0: none */
	int precision; /* -1: none */
	char size;     /* 'h', 'l', 'q' (long long) or 0 */
	char conversion;
};

static bool
script_number(struct str word, int64_t min, int64_t max, int64_t *x)
{
	bool overflow = false;

	return conf_i64(word, 0, x, &overflow) && !overflow && *x >= min &&
	       *x <= max;
}

/* The digits of a width or precision. */
static bool
script_spec_number(struct str *format, int *number)
{
	int n = 0;

	for (; format->n > 0 && char_digit(format->s[0]);
	     *format = str_from(*format, 1)) {
		n = n * 10 + (format->s[0] - '0');
		if (n > SPRINTF_WIDTH_MAX)
			return false;
	}
	*number = n;
	return true;
}

static void
script_spec_flags(struct str *format, struct script_spec *spec)
{
	for (; format->n > 0; *format = str_from(*format, 1)) {
		switch (format->s[0]) {
		case '0':
			spec->zero = true;
			break;
		case '#':
			spec->alternate = true;
			break;
		case '-':
			spec->left = true;
			break;
		case ' ':
			spec->space = true;
			break;
		case '+':
			spec->plus = true;
			break;
		default:
			return;
		}
	}
}

static void
script_spec_size(struct str *format, struct script_spec *spec)
{
	for (; format->n > 0; *format = str_from(*format, 1)) {
		char c = format->s[0];

		if (c == 'h')
			spec->size = 'h';
		else if (c == 'l')
			spec->size = spec->size == 'l' ? 'q' : 'l';
		else if (c == 'L' || c == 'q')
			spec->size = 'q';
		else
			return;
	}
}

/* Reads what stands after a '%'. */
static bool
script_spec_read(struct str *format, struct script_spec *spec)
{
	*spec = (struct script_spec){ .precision = -1 };
	script_spec_flags(format, spec);
	if (!script_spec_number(format, &spec->width))
		return false;
	if (format->n > 0 && format->s[0] == '.') {
		*format = str_from(*format, 1);
		/* A lone point is no precision. */
		if (format->n > 0 && char_digit(format->s[0]) &&
		    !script_spec_number(format, &spec->precision))
			return false;
	}
	script_spec_size(format, spec);
	if (format->n == 0)
		return false;
	spec->conversion = format->s[0];
	*format = str_from(*format, 1);
	return true;
}

/* The text of a format for printf, "%*.*" and length for one argument. */
static void
script_spec_format(const struct script_spec *spec, char buf[static 16])
{
	char *p = buf;

	*p++ = '%';
	if (spec->zero)
		*p++ = '0';
	if (spec->alternate)
		*p++ = '#';
	if (spec->left)
		*p++ = '-';
	if (spec->space)
		*p++ = ' ';
	if (spec->plus)
		*p++ = '+';
	memcpy(p, "*.*ll", 5);
	p += 5;
	*p++ = spec->conversion;
	*p = '\0';
}

static bool
script_put_integer(
    const struct script_spec *spec, struct str word, struct strbuf *out)
{
	bool overflow = false, is_signed;
	int precision = spec->precision;
	char format[16], *room;
	int64_t x;
	uint64_t u;
	int n;

	is_signed = spec->conversion == 'd' || spec->conversion == 'i';
	if (is_signed) {
		if (!script_number(word, INT64_MIN, INT64_MAX, &x))
			return false;
		u = (uint64_t)(spec->size == 'h' ? (short)x : x);
	} else {
		if (!conf_u64(word, 0, &u, &overflow) || overflow)
			return false;
		if (spec->size == 'h')
			u = (unsigned short)u;
	}
	if (precision == 0)
		precision = 1; /* as in Click a zero is always shown */
	script_spec_format(spec, format);
	n = spec->width > precision ? spec->width : precision;
	room = sb_reserve(out, (size_t)n + 32);
	if (room == NULL)
		return true;
	/* The format is made from checked parts above. */
	out->n += (size_t)snprintf(room, (size_t)n + 32, format, spec->width,
	    precision, (unsigned long long)u);
	return true;
}

static void
script_put_text(
    const struct script_spec *spec, struct str text, struct strbuf *out)
{
	size_t pad, nul = str_find(text, '\0', 0);

	text = str_sub(text, 0, nul);
	if (spec->precision >= 0)
		text = str_sub(text, 0, (size_t)spec->precision);
	pad = (size_t)spec->width > text.n ? (size_t)spec->width - text.n : 0;
	if (!spec->left)
		sb_fill(out, ' ', pad);
	sb_add(out, text);
	if (spec->left)
		sb_fill(out, ' ', pad);
}

/* One conversion: takes its word and appends it. */
static bool
script_put(
    const struct script_spec *spec, struct str *words, struct strbuf *out)
{
	struct arena mem = ARENA_INIT;
	struct str word;

	if (spec->conversion == '%') {
		script_put_text(spec, STR("%"), out);
		return true;
	}
	if (spec->conversion == '\0' ||
	    strchr("diouxXs", spec->conversion) == NULL)
		return false;
	word = conf_shift_space(words);
	if (spec->conversion != 's')
		return script_put_integer(spec, word, out);
	if (word.n == 0)
		return false;
	if (conf_unquote(word, &mem, &word) == 0)
		script_put_text(spec, word, out);
	else
		out->oom = true; /* which the caller of the handler sees */
	arena_fini(&mem);
	return true;
}

int
script_sprintf(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct str words = call->text, format;
	struct script_spec spec;
	bool good = true;
	size_t percent;
	int err;

	(void)e;
	(void)user;
	err = conf_unquote(conf_shift_space(&words), &mem, &format);
	if (err != 0)
		goto fini;
	while (good && (percent = str_find(format, '%', 0)) < format.n) {
		sb_add(call->out, str_sub(format, 0, percent));
		format = str_from(format, percent + 1);
		good = script_spec_read(&format, &spec) &&
		       script_put(&spec, &words, call->out);
	}
	sb_add(call->out, format);
	if (!good || words.n > 0)
		err = errh_error(call->errh, "syntax error");
fini:
	arena_fini(&mem);
	return err;
}
