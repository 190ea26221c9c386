/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vars.h -- $variables in configuration texts and scripts.
 *
 * vars_expand() copies a text and puts values in the place of
 *
 *	$name $? $# $$     form VAR_PLAIN, name as it stands
 *	${name} ${name-default} ${name[word]}   form VAR_BRACES, what is inside
 *	$(handler arguments)                    form VAR_PARENS, what is inside
 *
 * outside '...' and comments.  What a lookup does not know stays as it is.  A
 * value put inside "..." is escaped as that needs.  As in Click, a text of
 * which nothing would be left ("$x" with an empty x) stays as it is.
 */
#ifndef CLICK_VARS_H
#define CLICK_VARS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum var_form { VAR_PLAIN = 'a', VAR_BRACES = '{', VAR_PARENS = '(' };

/*
 * What is left of an expansion's allowance.  Values may hold variables; the
 * depth stops those that hold themselves, as in Click, and the number of
 * substitutions those that multiply.
 */
struct vars_limit {
	unsigned int depth;
	uint32_t left;
};

struct vars {
	/*
	 * Appends the value of name to out, or returns false (out untouched)
	 * when there is none.  *limit is for vars_expand_value() alone.
	 */
	bool (*lookup)(const struct vars *v, struct str name,
	    enum var_form form, struct vars_limit *limit, struct strbuf *out);
};

/*
 * Appends text to out with its variables expanded.  quote: values outside
 * quotes are put in quotes.  Out of memory shows in out->oom.
 */
void vars_expand(
    const struct vars *v, struct str text, bool quote, struct strbuf *out);
/* The same for the text of a value, from within a lookup. */
void vars_expand_value(const struct vars *v, struct str text,
    struct vars_limit *limit, struct strbuf *out);

/* ---- scopes: the variables of compound elements ---- */

struct var {
	struct str name, value;
};

/* The strings are borrowed; the innermost scope that knows a name wins. */
struct varenv {
	struct vars vars; /* set by varenv_init */
	const struct varenv *parent;
	unsigned int depth; /* 0 for the outermost */
	VEC(struct var) list;
};

void varenv_init(struct varenv *env, const struct varenv *parent);
void varenv_fini(struct varenv *env);
/* The innermost of env and its parents that is less deep than depth. */
const struct varenv *varenv_outside(
    const struct varenv *env, unsigned int depth);
bool varenv_defines(const struct varenv *env, struct str name);
/* Adds or, if it is there, replaces: 0 or ERR_NOMEM. */
int varenv_set(struct varenv *env, struct str name, struct str value);

/*
 * The ${...} syntax for lookups: name is cut down to the name proper; *word is
 * the index in ${name[word]} or -1; *fallback what follows the minus
 * (fallback->s NULL: no minus).
 */
void vars_braces(struct str *name, int64_t *word, struct str *fallback);

#endif
