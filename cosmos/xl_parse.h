/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xl_parse.h -- the syntax of xl's configuration files (xl.cfg(5)): settings
 * KEY = VALUE, one a line or parted by ';', where a value is a text between
 * quotes, a number, or a list of them in brackets, over any number of lines.
 * '#' begins a comment.
 */
#ifndef COSMOS_XL_PARSE_H
#define COSMOS_XL_PARSE_H

#include <stddef.h>

#include "base/diag.h"

struct xl_setting {
	unsigned int line;
	const char *key;
	const char **value; /* one, or those of a list */
	size_t n;
};

struct xl_file {
	struct xl_setting *v;
	size_t n;
	char *text; /* what all of them point into */
};

/*
 * Takes a copy of text apart.  0, or ERR_SYNTAX ("3: ...": the line and what is
 * wrong) or ERR_NOMEM; then there is nothing to free.
 */
int xl_parse(struct xl_file *f, const char *text, struct diag *why);
void xl_free(struct xl_file *f);

#endif
