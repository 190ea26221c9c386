/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quiet.h -- reading one value where the caller words the complaint.
 */
#ifndef ELEMENTS_IP_QUIET_H
#define ELEMENTS_IP_QUIET_H

#include "click/args.h"
#include "click/nameinfo.h"

/*
 * Parses the whole of text as seen from e, without a word when it is bad.
 * Not for types whose results are strings.
 */
static inline bool
arg_quiet(
    const struct arg_type *type, struct str text, void *out, struct element *e)
{
	struct arena mem = ARENA_INIT;
	struct errh silent;
	bool good;

	errh_silent_init(&silent);
	good = arg_parse(type, text, out, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	return good;
}

/* A name of that type, or a number. */
static inline bool
name_or_number(
    enum name_type type, struct element *e, struct str text, int32_t *out)
{
	return name_query(type, e, text, out, sizeof(*out)) ||
	       arg_quiet(&arg_type_i32, text, out, e);
}

#endif
