/* SPDX-License-Identifier: BSD-3-Clause */
/* str.c -- searching, cutting and copying strings. */
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int cmp = n == 0 ? 0 : memcmp(a.s, b.s, n);

	if (cmp != 0)
		return cmp;
	return (a.n > b.n) - (a.n < b.n);
}

size_t
str_find(struct str a, char c, size_t from)
{
	const char *p;

	if (from >= a.n)
		return a.n;
	p = memchr(a.s + from, c, a.n - from);
	return p == NULL ? a.n : (size_t)(p - a.s);
}

size_t
str_rfind(struct str a, char c)
{
	for (size_t i = a.n; i > 0; i--)
		if (a.s[i - 1] == c)
			return i - 1;
	return a.n;
}

size_t
str_search(struct str a, struct str needle, size_t from)
{
	if (needle.n == 0)
		return from < a.n ? from : a.n;
	while (from < a.n && a.n - from >= needle.n) {
		from = str_find(a, needle.s[0], from);
		if (str_starts(str_from(a, from), needle))
			return from;
		from++;
	}
	return a.n;
}

struct str
str_trim(struct str a)
{
	size_t from = 0, to = a.n;

	while (from < to && char_space(a.s[from]))
		from++;
	while (to > from && char_space(a.s[to - 1]))
		to--;
	return str_sub(a, from, to);
}

bool
str_line(struct str *rest, struct str *line)
{
	size_t end = str_find(*rest, '\n', 0);

	if (rest->n == 0)
		return false;
	*line = str_sub(*rest, 0, end);
	*rest = str_from(*rest, end + 1);
	return true;
}

struct str
str_word(struct str *rest)
{
	size_t from = 0, to;
	struct str word;

	while (from < rest->n && char_space(rest->s[from]))
		from++;
	for (to = from; to < rest->n && !char_space(rest->s[to]); to++)
		;
	word = str_sub(*rest, from, to);
	*rest = str_from(*rest, to);
	return word;
}

struct str
str_dup(struct str a)
{
	char *s = a.n == SIZE_MAX ? NULL : malloc(a.n + 1);

	if (s == NULL)
		return str_make(NULL, 0);
	if (a.n != 0)
		memcpy(s, a.s, a.n);
	s[a.n] = '\0';
	return str_make(s, a.n);
}

/* An owned string came from malloc(): its const is ours to cast away. */
void
str_free(struct str *a)
{
	free((void *)(uintptr_t)a->s);
	*a = str_make(NULL, 0);
}

int
str_set(struct str *a, struct str b)
{
	struct str copy = str_dup(b);

	if (copy.s == NULL)
		return ERR_NOMEM;
	str_free(a);
	*a = copy;
	return 0;
}

bool
str_copy(struct str a, char *buf, size_t size)
{
	bool whole = a.n < size && str_find(a, '\0', 0) == a.n;
	size_t n = a.n < size ? a.n : size - 1;

	if (size == 0)
		return false;
	if (n != 0)
		memcpy(buf, a.s, n);
	buf[n] = '\0';
	return whole;
}
