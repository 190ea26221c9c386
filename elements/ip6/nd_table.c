/* SPDX-License-Identifier: BSD-3-Clause */
/* nd_table.c -- a helper of IP6NDSolicitor; see nd_table.h. */
#include "elements/ip6/nd_table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "os/os.h"

static void
nd_unlink(struct nd_table *n, struct nd_link *l)
{
	n->found = NULL; /* places are others now */
	l->prev->next = l->next;
	l->next->prev = l->prev;
}

static void
nd_append(struct nd_link *list, struct nd_link *l)
{
	l->prev = list->prev;
	l->next = list;
	l->prev->next = l;
	list->prev = l;
}

static uint64_t
nd_hash(const void *table, const void *entry)
{
	const struct nd_table *n = table;
	const struct nd_entry *e = entry;

	return hash_bytes(e->addr.b, 16, n->seed);
}

struct nd_entry *
nd_table_find(const struct nd_table *n, const uint8_t *addr)
{
	struct nd_entry *e = NULL;

	if (n->chains.n != 0)
		e = *chains_at(&n->chains, hash_bytes(addr, 16, n->seed));
	while (e != NULL && memcmp(e->addr.b, addr, 16) != 0)
		e = e->chain;
	return e;
}

struct nd_entry *
nd_table_add(struct nd_table *n, const uint8_t *addr, struct packet **waiting)
{
	struct nd_entry *e;

	*waiting = NULL;
	if (n->count >= n->capacity) {
		e = nd_table_first(&n->asked);
		*waiting = nd_table_remove(
		    n, e != NULL ? e : nd_table_first(&n->known));
	}
	if (chains_reserve(&n->chains, n->count,
	        offsetof(struct nd_entry, chain), nd_hash, n) != 0)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	memcpy(e->addr.b, addr, 16);
	chains_put(
	    &n->chains, e, offsetof(struct nd_entry, chain), nd_hash(n, e));
	nd_append(&n->asked, &e->link);
	n->count++;
	return e;
}

struct packet *
nd_table_remove(struct nd_table *n, struct nd_entry *e)
{
	void **at = chains_at(&n->chains, nd_hash(n, e));
	struct packet *p = e->waiting;

	while (*at != e)
		at = chains_next(*at, offsetof(struct nd_entry, chain));
	*at = e->chain;
	nd_unlink(n, &e->link);
	n->count--;
	free(e);
	return p;
}

void
nd_table_touch(struct nd_table *n, struct nd_entry *e)
{
	nd_unlink(n, &e->link);
	nd_append(e->known ? &n->known : &n->asked, &e->link);
}

struct nd_entry *
nd_table_known(struct nd_table *n, uint64_t place)
{
	bool from_found = n->found != NULL && n->found_place <= place;
	struct nd_link *l = from_found ? n->found : n->known.next;
	uint64_t at = from_found ? n->found_place : 0;

	for (; l != &n->known && at < place; at++)
		l = l->next;
	if (l == &n->known)
		return NULL;
	n->found = l;
	n->found_place = place;
	return (struct nd_entry *)l;
}

static int
nd_compare(const void *a, const void *b)
{
	struct nd_entry *const *x = a, *const *y = b;

	return memcmp((*x)->addr.b, (*y)->addr.b, 16);
}

struct nd_entry **
nd_table_sorted(const struct nd_table *n)
{
	struct nd_entry **all = calloc(n->count + 1, sizeof(*all));
	uint32_t k = 0;

	if (all == NULL)
		return NULL;
	for (uint32_t i = 0; i < chains_heads(&n->chains); i++)
		for (struct nd_entry *e = chains_head(&n->chains, i); e != NULL;
		     e = e->chain)
			all[k++] = e;
	qsort(all, k, sizeof(*all), nd_compare);
	return all;
}

void
nd_table_init(struct nd_table *n, uint32_t capacity)
{
	*n = (struct nd_table){ .capacity = capacity };
	n->asked.prev = n->asked.next = &n->asked;
	n->known.prev = n->known.next = &n->known;
	os_random(&n->seed, sizeof(n->seed));
}

void
nd_table_fini(struct nd_table *n)
{
	chains_fini(&n->chains);
}
