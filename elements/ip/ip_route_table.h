/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_route_table.h -- a helper of the elements in ip/: what all route lookup
 * elements share: arguments, handlers, and sending packets where they belong.
 *
 * They differ in the order in which they show their routes, in what they say
 * when there is no route, and in what may be changed while they run.  The
 * state of each begins with a struct ip_route_table; casting one of them to
 * "IPRouteTable" gives that.
 *
 *	ADDR/MASK [GATEWAY] OUTPUT      an argument, "-" is no gateway
 *
 *   table     read: the routes, a line each
 *   lookup    read, with an address: output and gateway, or -1
 *   add       write a route; there must be none for its prefix
 *   set       write a route; replaces
 *   remove    write a route, or its prefix alone
 *   ctrl      write lines "add ...", "set ...", "remove ...": all or none
 *   flush     write: forget all routes
 */
#ifndef ELEMENTS_IP_IP_ROUTE_TABLE_H
#define ELEMENTS_IP_IP_ROUTE_TABLE_H

#include "click/element.h"
#include "elements/ip/ip_routes.h"

/* What is said of a packet that no route fits. */
enum ip_route_miss {
	IP_MISS_SILENT,
	IP_MISS_FIVE,   /* the class says so five times */
	IP_MISS_ALWAYS, /* each time, in other words */
};

struct ip_route_table {
	struct ip_routes routes;
	const char *class_name; /* that misses are reported under */
	enum ip_route_miss miss;
	bool quiet; /* all five have been used */
	uint64_t misses;
	/*
	 * Reads what follows the output and may mark r->port (ip_routes.h);
	 * false after a report.  NULL: nothing may follow.
	 */
	bool (*parse_more)(struct element *e, struct str text,
	    struct ip_route *r, struct errh *errh);
};

/* Calls before anything else in configure. */
void ip_route_table_init(struct element *e, enum ip_route_order order,
    enum ip_route_miss miss, const char *class_name);
/* Adds the routes of conf. */
int ip_route_table_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
void ip_route_table_cleanup(struct element *e, enum cleanup_stage stage);
void ip_route_table_push(struct element *e, unsigned int port, struct batch *b);
/* For classes with a push of their own: counts and tells of a miss. */
void ip_route_table_missed(struct element *e, struct thread *t, uint32_t addr);
void *ip_route_table_cast(struct element *e, const char *name, int port);

/* table and lookup. */
void ip_route_table_read_handlers(struct element *e);
/* Those and add, set, remove and ctrl. */
void ip_route_table_handlers(struct element *e);
/* All of them. */
void ip_route_table_flush_handlers(struct element *e);

#endif
