/* SPDX-License-Identifier: BSD-3-Clause */
/* glob.c -- see glob.h. */
#include "host/glob.h"

bool
glob_is_pattern(struct str s)
{
	return str_find(s, '?', 0) < s.n || str_find(s, '*', 0) < s.n ||
	       str_find(s, '[', 0) < s.n;
}

/*
 * How much of pattern's head (not a "*") matches c; 0: it does not.  A "["
 * that nothing closes stands for itself.
 */
static size_t
glob_one(struct str pattern, char c)
{
	size_t from = 1, end;
	bool negated, found;

	if (pattern.s[0] == '?')
		return 1;
	if (pattern.s[0] == '[') {
		negated = pattern.n > 1 && pattern.s[1] == '^';
		from += negated;
		end = str_find(pattern, ']', from + 1);
		if (end < pattern.n) {
			found = str_find(str_sub(pattern, from + 1, end), c,
			            0) < end - (from + 1);
			return found != negated ? end + 1 : 0;
		}
	}
	if (pattern.s[0] == '\\' && pattern.n > 1)
		return pattern.s[1] == c ? 2 : 0;
	return pattern.s[0] == c ? 1 : 0;
}

bool
glob_match(struct str text, struct str pattern)
{
	struct str star_text = { NULL, 0 }, star_pattern = { NULL, 0 };
	bool star = false; /* where to go on when the rest does not match */

	while (text.n > 0 || pattern.n > 0) {
		size_t n = 0;

		if (pattern.n > 0 && pattern.s[0] == '*') {
			pattern = str_from(pattern, 1);
			star_text = text;
			star_pattern = pattern;
			star = true;
			continue;
		}
		if (pattern.n > 0 && text.n > 0)
			n = glob_one(pattern, text.s[0]);
		if (n > 0) {
			pattern = str_from(pattern, n);
			text = str_from(text, 1);
			continue;
		}
		if (!star || star_text.n == 0)
			return false;
		star_text = str_from(star_text, 1); /* the star eats one more */
		text = star_text;
		pattern = star_pattern;
	}
	return true;
}
