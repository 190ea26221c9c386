/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * storages.h -- the queues that an element looks at: named in its arguments,
 * or the nearest ones along the graph.  For element files; not an element.
 */
#ifndef ELEMENTS_STANDARD_STORAGES_H
#define ELEMENTS_STANDARD_STORAGES_H

#include "click/element.h"
#include "click/router.h"
#include "elements/standard/storage.h"

struct storages_item {
	struct element *e;
	struct storage *store; /* NULL: it stores no packets */
};

struct storages {
	VEC_FIELDS(struct storages_item)
};

/*
 * Appends the elements that words names, as seen from e.  "no element named
 * 'x'" for each that does not exist; then ERR_NOTFOUND.
 */
int storages_named(
    struct storages *s, struct str words, struct element *e, struct errh *errh);
/* Appends those that packets from e's output 0 reach first. */
int storages_downstream(struct storages *s, struct element *e);
/* Appends those that packets at e's input 0 were in last. */
int storages_upstream(struct storages *s, struct element *e);
/* Reports each element that stores no packets; ERR_INVAL if there is one. */
int storages_check(const struct storages *s, struct errh *errh);

/* Packets in all of them, which storages_check() has found good. */
static inline uint32_t
storages_size(const struct storages *s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += storage_size(s->v[i].store);
	return n;
}

/* Appends their names, each between before and after. */
void storages_print(const struct storages *s, const char *before,
    const char *after, struct strbuf *out);
void storages_fini(struct storages *s);

#endif
