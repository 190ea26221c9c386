/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nd_table.h -- a helper of IP6NDSolicitor: neighbours by their IPv6 address.
 *
 * A hash table, keyed at random so that nobody can choose collisions, of at
 * most capacity entries: when it is full the one that has been asked for
 * longest in vain gives way, else the one not heard of longest; so who makes
 * us look for addresses that nobody has (RFC 6583) drives out his own.
 *
 *	asked: oldest question ... newest      entries without Ethernet address
 *	known: oldest answer ... newest        entries with one
 *
 * Each entry stands at its list's end when it is new or touched.  The user
 * locks.
 */
#ifndef ELEMENTS_IP6_ND_TABLE_H
#define ELEMENTS_IP6_ND_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "elements/ip6/chains.h"

struct packet;

struct nd_link {
	struct nd_link *prev, *next;
};

struct nd_entry {
	struct nd_link link; /* must be first */
	struct nd_entry *chain;
	struct ip6_addr addr;
	struct packet *waiting; /* or NULL; whoever removes takes it */
	int64_t asked_ns, heard_ns;
	uint8_t asked; /* times in a row without an answer */
	bool known;
	uint8_t mac[6];
};

struct nd_table {
	struct chains chains;
	uint32_t count, capacity;
	uint64_t seed;
	struct nd_link asked, known; /* rings */
	struct nd_link *found;       /* by nd_table_known(), or NULL */
	uint64_t found_place;
};

void nd_table_init(struct nd_table *n, uint32_t capacity);
/* All entries must have been removed. */
void nd_table_fini(struct nd_table *n);

/* The entry for the 16 bytes at addr, or NULL. */
struct nd_entry *nd_table_find(const struct nd_table *n, const uint8_t *addr);
/*
 * A new one, there being none, among those asked; NULL: no memory.  *waiting
 * becomes the packet of the entry that had to give way for it, or NULL.
 */
struct nd_entry *nd_table_add(
    struct nd_table *n, const uint8_t *addr, struct packet **waiting);
/* Ends it; returns its packet, or NULL. */
struct packet *nd_table_remove(struct nd_table *n, struct nd_entry *e);
/* To the end of the list that its known says. */
void nd_table_touch(struct nd_table *n, struct nd_entry *e);

/* The first of a list, or NULL. */
static inline struct nd_entry *
nd_table_first(const struct nd_link *list)
{
	return list->next == list ? NULL : (struct nd_entry *)list->next;
}

/*
 * The one that stands at that place, from 0, among those known, NULL: none.
 * Fast for one place after the other.
 */
struct nd_entry *nd_table_known(struct nd_table *n, uint64_t place);

/* All entries by address, count of them, to be freed; NULL: no memory. */
struct nd_entry **nd_table_sorted(const struct nd_table *n);

#endif
