/* SPDX-License-Identifier: BSD-3-Clause */
/* binding.c -- see binding.h. */
#include "base/binding.h"

enum { DIGITS_MAX = 9 };

bool
binding_names_switch(struct str name)
{
	return str_starts(name, STR("vale"));
}

bool
binding_split(struct str text, struct binding_text *b)
{
	size_t eq = str_find(text, '=', 0), colon = str_find(text, ':', eq);
	struct str all = str_from(text, eq + 1);
	size_t comma;

	*b = (struct binding_text){ .name = str_sub(text, 0, eq) };
	b->kind = str_sub(text, eq + 1, colon);
	b->is_switch = binding_names_switch(b->kind);
	b->args = b->is_switch ? all : str_from(text, colon + 1);
	comma = str_find(b->args, ',', 0);
	b->what = str_sub(b->args, 0, comma);
	b->options = str_from(b->args, comma + 1);
	if (b->is_switch && b->what.n <= b->kind.n + 1)
		b->what = STR(""); /* no port of it */
	return eq < text.n && b->name.n > 0;
}

bool
binding_number(const struct binding_text *b, uint32_t *number)
{
	uint32_t n = 0;
	size_t i;

	if (b->name.n == 0 || b->name.n > DIGITS_MAX)
		return false;
	for (i = 0; i < b->name.n; i++) {
		if (b->name.s[i] < '0' || b->name.s[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(b->name.s[i] - '0');
	}
	*number = n;
	return true;
}

bool
binding_option(
    const struct binding_text *b, const char *name, struct str *value)
{
	size_t eq = str_find(b->options, '=', 0);

	*value = str_from(b->options, eq + 1);
	return b->options.n == 0 ||
	       (eq < b->options.n && str_is(str_sub(b->options, 0, eq), name) &&
	           str_find(*value, ',', 0) == value->n);
}
