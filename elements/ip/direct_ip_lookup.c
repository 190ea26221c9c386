/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DirectIPLookup -- routing table for any number of routes.
 *
 *	DirectIPLookup(ADDR/MASK [GATEWAY] OUTPUT, ...)
 *
 *   in 0      packets with the destination annotation set
 *   out i     those whose longest matching route has output i, the annotation
 *             set to its gateway if it has one; packets without route are
 *             dropped
 *
 * See LookupIPRoute, which does the same; this one shows its routes in an order
 * of its own and drops packets without route silently.
 *
 *   ADDR/MASK   destinations: a prefix length or a mask; an address alone is
 *               itself
 *   GATEWAY     where to send packets next; "-" or nothing: to themselves
 *   OUTPUT      where they leave
 *
 *   table     read: the routes, a line each
 *   lookup    read, with an address: output and gateway, or -1
 *   add       write a route, in the form of an argument; there must be none
 *             for its prefix yet
 *   set       write a route; takes the place of one that is there
 *   remove    write a route, or its prefix alone
 *   ctrl      write lines "add ...", "set ...", "remove ...": all or none
 *   flush     write: forget all routes
 *
 * Memory: about 110 bytes a route while there are 10000, 66 of 200000: the
 * more there are, the less each takes.
 *
 *	... -> rt :: DirectIPLookup(18.26.4.0/24 0, 0.0.0.0/0 18.26.4.1 1);
 */
#include "elements/ip/ip_route_table.h"

static int
direct_ip_lookup_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	ip_route_table_init(
	    e, IP_ROUTES_DIRECT, IP_MISS_SILENT, "DirectIPLookup");
	return ip_route_table_configure(e, conf, errh);
}

const struct element_class element_direct_ip_lookup = {
	.name = "DirectIPLookup",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_route_table),
	.configure = direct_ip_lookup_configure,
	.cleanup = ip_route_table_cleanup,
	.add_handlers = ip_route_table_flush_handlers,
	.cast = ip_route_table_cast,
	.push = ip_route_table_push,
};
