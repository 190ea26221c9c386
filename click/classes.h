/* SPDX-License-Identifier: BSD-3-Clause */
/* classes.h -- the element classes linked into this program (generated). */
#ifndef CLICK_CLASSES_H
#define CLICK_CLASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct element_class;

struct class_entry {
	const struct element_class *class;
	const char *family; /* folder under elements/ */
};

/* Sorted by name. */
extern const struct class_entry class_table[];
extern const size_t class_count;

/* Also the names that Click gives as synonyms; NULL when there is none. */
const struct element_class *class_find(struct str name);

/* The i-th synonym, by name, and what it stands for; false beyond the last. */
bool class_synonym(size_t i, const char **name, const char **class_name);

#endif
