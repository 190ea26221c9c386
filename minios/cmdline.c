/* SPDX-License-Identifier: BSD-3-Clause */
/* cmdline.c -- see cmdline.h. */
#include "minios/cmdline.h"

#include <stdlib.h>

#include "minios/machine.h"

struct str
cmdline(void)
{
	return str_of(boot.cmdline);
}

/* Cuts NAME=VALUE off *rest; a word without '=' has an empty value. */
static struct str
cmdline_word(struct str *rest, struct str *value)
{
	struct str s = str_trim(*rest), name;
	size_t n = 0, end;
	char quote;

	while (n < s.n && s.s[n] != '=' && !char_space(s.s[n]))
		n++;
	name = str_sub(s, 0, n);
	if (n < s.n && s.s[n] == '=')
		n++;
	quote = n < s.n ? s.s[n] : '\0';
	if (quote == '"' || quote == '\'') {
		end = str_find(s, quote, n + 1);
		*value = str_sub(s, n + 1, end);
		end++;
	} else {
		for (end = n; end < s.n && !char_space(s.s[end]); end++)
			;
		*value = str_sub(s, n, end);
	}
	*rest = str_from(s, end);
	return name;
}

bool
cmdline_next(const char *name, struct str *rest, struct str *value)
{
	struct str word;

	if (rest->s == NULL)
		*rest = cmdline();
	while (str_trim(*rest).n > 0) {
		word = cmdline_word(rest, value);
		if (str_is(word, name))
			return true;
	}
	return false;
}

bool
cmdline_get(const char *name, struct str *value)
{
	struct str rest = { NULL, 0 };

	return cmdline_next(name, &rest, value);
}

uint64_t
cmdline_number(const char *name, uint64_t otherwise)
{
	struct str value;
	char text[24];

	if (!cmdline_get(name, &value) || !str_copy(value, text, sizeof(text)))
		return otherwise;
	return strtoull(text, NULL, 10);
}
