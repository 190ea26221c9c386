/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cli.h -- words of a command line taken apart by a table of options.
 *
 *	struct cli c = { argc, argv, options, ARRAY_SIZE(options) };
 *	while ((opt = cli_next(&c)) >= 0)
 *		...c.value, c.negated...
 */
#ifndef HOST_CLI_H
#define HOST_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum cli_value {
	CLI_NONE,
	CLI_STRING,
	CLI_INT,
	CLI_REAL,
};

enum { CLI_NEGATE = 1, CLI_OPTIONAL = 2, CLI_ONLY_NEGATED = 4 };

struct cli_option {
	const char *name; /* NULL: short only */
	char letter;      /* 0: long only */
	int id;           /* what cli_next() returns, >= 0 */
	enum cli_value value;
	unsigned int flags;
};

enum { CLI_END = -1, CLI_BAD = -2, CLI_WORD = 1000 };

struct cli {
	int argc; /* words left, the program's name is the first */
	char **argv;
	const struct cli_option *options;
	size_t noptions;
	const char *program; /* for messages */

	const char *value; /* of the option, or the word; NULL: none */
	bool negated;
	long integer;
	double real;

	const char *letters; /* rest of a word of joined short options */
	bool words_only;     /* "--" was seen */
	char shown[80];      /* the option as it was written, for messages */
};

/*
 * The next option's id; CLI_WORD for what is none; CLI_END; or CLI_BAD once
 * standard error has been told.
 */
int cli_next(struct cli *c);
/* "PROGRAM: 'OPTION' ..." on standard error, about the present option. */
void cli_complain(const struct cli *c, const char *fmt, const char *arg);

#endif
