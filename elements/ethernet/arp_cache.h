/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * arp_cache.h -- which Ethernet address an IPv4 address has, and the packets
 * that wait for the answer: what ARPTable and ARPQuerier keep.  Not an element.
 *
 * An entry is known or not; packets wait only at one that is not.  Entries lie
 * in a flow table (keyed hash, memory in steps of a page) and in two lists:
 *
 *	age      all, the one confirmed longest ago first
 *	waiting  those at which packets wait, the one that began first first
 *
 * Nothing that a packet does takes more than a few steps: when an entry comes,
 * at most ARP_CACHE_SWEEP expired ones go, and one more if the table is full
 * (an unanswered one when these are the majority, so that a scan of a network
 * does not push out the hosts that are there; else the oldest).  A timer takes
 * away the other expired ones, ARP_CACHE_SWEEP_TIMER at a time.  When more than
 * capacity packets wait, a part of capacity is dropped, oldest first.
 *
 * Any thread may call; functions that take a thread lock the cache.
 */
#ifndef ELEMENTS_ETHERNET_ARP_CACHE_H
#define ELEMENTS_ETHERNET_ARP_CACHE_H

#include "click/element.h"
#include "click/state.h"
#include "elements/ip/flowtable.h"

enum {
	ARP_CACHE_ENTRIES_MAX = 65536, /* what entry_capacity 0 stands for */
	ARP_CACHE_SWEEP = 4,
	ARP_CACHE_SWEEP_TIMER = 256,
};

/* Record numbers, 0 at the ends. */
struct arp_list {
	uint32_t first, last, count;
};

struct arp_cache_limits {
	uint32_t packets;       /* that may wait, 0: any number */
	uint32_t entries;       /* 0: ARP_CACHE_ENTRIES_MAX */
	uint32_t entry_packets; /* that may wait at an entry, 0: any number */
	uint32_t slim_factor; /* the part of packets that is dropped: 1/this */
	int64_t timeout_ns;   /* of an entry, 0: none */
};

struct arp_cache {
	struct flowtable table;
	struct arp_list age, waiting;
	struct spinlock lock;
	struct arp_cache_limits limits;
	uint32_t packets; /* that wait */
	uint64_t drops;   /* of those, and of those that could not wait */
	struct timer timer;
	uint32_t recent; /* the record found last, 0: none */
};

enum arp_answer {
	ARP_KNOWN,
	ARP_KNOWN_ASK, /* known, but it is time to ask again */
	ARP_UNKNOWN,
	ARP_WAITS,     /* the packet has been taken */
	ARP_WAITS_ASK, /* the same, and a query should be sent */
	ARP_REFUSED,   /* no room; counted, the packet is the caller's */
};

/* ---- life ---- */

/* Click's defaults. */
void arp_cache_limits_init(struct arp_cache_limits *l);
/* Reads CAPACITY, ENTRY_CAPACITY and so on. */
void arp_cache_read(struct args *a, struct arp_cache_limits *l);
/* After args_complete(): 0, or a report and ERR_INVAL. */
int arp_cache_check(const struct arp_cache_limits *l, struct errh *errh);

/* Once, from configure. */
void arp_cache_init(struct arp_cache *c);
/* At any time; from the thread that configures. */
void arp_cache_limit(struct arp_cache *c, const struct arp_cache_limits *l);
/* Starts the timer on e's home thread; from initialize. */
void arp_cache_start(struct arp_cache *c, struct element *e);
/* Kills what waits, frees all. */
void arp_cache_fini(struct arp_cache *c, struct thread *t);
/* Takes over old's entries if c is empty; for a hot swap. */
void arp_cache_take(struct arp_cache *c, struct arp_cache *old);

/* ---- use ---- */

/*
 * ARP_KNOWN, ARP_KNOWN_ASK or ARP_UNKNOWN, with *mac.  poll_ns: ask again when
 * the last answer is so old, 0: never.
 */
enum arp_answer arp_cache_lookup(struct arp_cache *c, struct thread *t,
    uint32_t ip, int64_t poll_ns, uint8_t mac[static 6]);

/*
 * Has p wait for ip to become known: ARP_WAITS, ARP_WAITS_ASK, ARP_REFUSED; or
 * ARP_KNOWN, when it has become known meanwhile, with *mac.
 */
enum arp_answer arp_cache_wait(struct arp_cache *c, struct thread *t,
    uint32_t ip, struct packet *p, uint8_t mac[static 6]);

/*
 * Enters that ip is at mac (the broadcast address: unknown).  released, if not
 * NULL, gets the packets that have waited for it, linked by next, the first to
 * come first.  ERR_NOMEM.
 */
int arp_cache_insert(struct arp_cache *c, struct thread *t, uint32_t ip,
    const uint8_t mac[static 6], struct packet **released);

/* ---- to and from another process (click/state.h) ---- */

struct arp_known {
	uint32_t ip;
	uint8_t mac[6];
	int64_t live_ns; /* when that was last heard */
};

enum { ARP_KNOWN_FIELDS = 3 };
extern const struct state_field arp_known_fields[ARP_KNOWN_FIELDS];
const void *arp_cache_next(
    const struct state_call *c, uint64_t *at, void *room);
int arp_cache_take_known(const struct state_call *c, const void *what);

/* The addresses known by a cache at that offset of an element's state. */
#define ARP_CACHE_ITEM(offset)                                                 \
	{                                                                      \
		.what = "address", .fields = arp_known_fields,                 \
		.nfields = ARP_KNOWN_FIELDS, .size = sizeof(struct arp_known), \
		.where = (offset), .next = arp_cache_next,                     \
		.take = arp_cache_take_known                                   \
	}

/*
 * The one that was heard of longest ago (*at is 0) or the next after that
 * (*at as it was left, and 1): false at the end.
 */
bool arp_cache_known(
    const struct arp_cache *c, uint64_t *at, struct arp_known *k);
/* Enters one of those, in that order.  ERR_NOMEM. */
int arp_cache_restore(
    struct arp_cache *c, struct thread *t, const struct arp_known *k);

/* Forgets all; what waits is killed and counted. */
void arp_cache_clear(struct arp_cache *c, struct thread *t);

/* A line each, oldest first: "10.0.0.1 1 00-00-00-00-00-01 2.500000". */
void arp_cache_print(
    const struct arp_cache *c, struct thread *t, struct strbuf *out);

/* ---- handlers, for elements that cast to "arp_cache" ---- */

/* table, count, length, insert and delete. */
void arp_cache_add_handlers(struct element *e);

#endif
