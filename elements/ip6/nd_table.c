/* SPDX-License-Identifier: BSD-3-Clause */
/* nd_table.c -- a helper of IP6NDSolicitor; see nd_table.h. */
#include "elements/ip6/nd_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "os/os.h"

static void
nd_unlink(struct nd_link *l)
{
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

static struct nd_entry **
nd_bucket(const struct nd_table *n, const uint8_t *addr)
{
	return &n->bucket[hash_bytes(addr, 16, n->seed) & (n->nbuckets - 1)];
}

/* Doubles the buckets when there are as many entries: 0 or ERR_NOMEM. */
static int
nd_table_reserve(struct nd_table *n)
{
	struct nd_table big = *n;

	if (n->count < n->nbuckets)
		return 0;
	big.nbuckets = n->nbuckets == 0 ? 16 : n->nbuckets * 2;
	big.bucket = calloc(big.nbuckets, sizeof(struct nd_entry *));
	if (big.bucket == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n->nbuckets; i++)
		for (struct nd_entry *e = n->bucket[i], *next; e != NULL;
		     e = next) {
			struct nd_entry **b = nd_bucket(&big, e->addr.b);

			next = e->chain;
			e->chain = *b;
			*b = e;
		}
	free(n->bucket);
	n->bucket = big.bucket;
	n->nbuckets = big.nbuckets;
	return 0;
}

struct nd_entry *
nd_table_find(const struct nd_table *n, const uint8_t *addr)
{
	struct nd_entry *e = n->nbuckets == 0 ? NULL : *nd_bucket(n, addr);

	while (e != NULL && memcmp(e->addr.b, addr, 16) != 0)
		e = e->chain;
	return e;
}

struct nd_entry *
nd_table_add(struct nd_table *n, const uint8_t *addr, struct packet **waiting)
{
	struct nd_entry *e, **b;

	*waiting = NULL;
	if (n->count >= n->capacity) {
		e = nd_table_first(&n->asked);
		*waiting = nd_table_remove(
		    n, e != NULL ? e : nd_table_first(&n->known));
	}
	if (nd_table_reserve(n) != 0)
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	memcpy(e->addr.b, addr, 16);
	b = nd_bucket(n, addr);
	e->chain = *b;
	*b = e;
	nd_append(&n->asked, &e->link);
	n->count++;
	return e;
}

struct packet *
nd_table_remove(struct nd_table *n, struct nd_entry *e)
{
	struct nd_entry **at = nd_bucket(n, e->addr.b);
	struct packet *p = e->waiting;

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	nd_unlink(&e->link);
	n->count--;
	free(e);
	return p;
}

void
nd_table_touch(struct nd_table *n, struct nd_entry *e)
{
	nd_unlink(&e->link);
	nd_append(e->known ? &n->known : &n->asked, &e->link);
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
	for (uint32_t i = 0; i < n->nbuckets; i++)
		for (struct nd_entry *e = n->bucket[i]; e != NULL; e = e->chain)
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
	free(n->bucket);
	n->bucket = NULL;
	n->nbuckets = 0;
}
