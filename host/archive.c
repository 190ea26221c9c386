/* SPDX-License-Identifier: BSD-3-Clause */
/* archive.c -- see archive.h; the layout is that of ar(5). */
#include "host/archive.h"

#include <stdint.h>

#include "click/conf.h"

enum { HEADER = 60, NAME = 16, SIZE_AT = 48, SIZE = 10, MAGIC_AT = 58 };

/* A header's name: padded with spaces, ended by "/" in System V's manner. */
static struct str
archive_name(struct str field)
{
	while (field.n > 0 && field.s[field.n - 1] == ' ')
		field.n--;
	if (field.n > 1 && field.s[field.n - 1] == '/')
		field.n--;
	return field;
}

/* BSD's long names ("#1/LENGTH") stand in front of the data. */
static bool
archive_long_name(struct str *name, struct str *data)
{
	uint64_t n;
	bool overflow = false;

	if (!str_starts(*name, STR("#1/")))
		return true;
	if (!conf_u64(str_from(*name, 3), 10, &n, &overflow) || overflow ||
	    n > data->n)
		return false;
	*name = str_sub(*data, 0, (size_t)n);
	while (name->n > 0 && name->s[name->n - 1] == '\0')
		name->n--;
	*data = str_from(*data, (size_t)n);
	return true;
}

bool
archive_find(struct str archive, struct str name, struct str *data)
{
	struct str rest = archive;

	if (!str_starts(archive, STR("!<arch>\n")))
		return false;
	rest = str_from(rest, 8);
	while (rest.n >= HEADER && rest.s[MAGIC_AT] == '`') {
		struct str member = archive_name(str_sub(rest, 0, NAME));
		struct str size =
		    str_trim(str_sub(rest, SIZE_AT, SIZE_AT + SIZE));
		struct str body;
		bool overflow = false;
		uint64_t n;

		if (!conf_u64(size, 10, &n, &overflow) || overflow ||
		    n > rest.n - HEADER)
			return false;
		body = str_sub(rest, HEADER, HEADER + (size_t)n);
		rest = str_from(rest, HEADER + (size_t)(n + (n & 1)));
		if (archive_long_name(&member, &body) && str_eq(member, name)) {
			*data = body;
			return true;
		}
	}
	return false;
}
