/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nametable.h -- the names that are always there; for nameinfo.c only.
 */
#ifndef CLICK_NAMETABLE_H
#define CLICK_NAMETABLE_H

#include <stddef.h>
#include <stdint.h>

#include "click/nameinfo.h"

struct name_entry {
	const char *name;
	uint32_t value;
};

/*
 * The entries of a database, *n of them; NULL if it has none.  Where several
 * share a value the first is its name.
 */
const struct name_entry *name_table(enum name_type type, size_t *n);

#endif
