/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LookupIPRouteMP -- routing table that cannot be changed, for several threads.
 *
 *	LookupIPRouteMP(ADDR/MASK [GATEWAY] OUTPUT, ...)
 *
 *   in 0      packets with the destination annotation set
 *   out i     those whose longest matching route has output i, the annotation
 *             set to its gateway if it has one; packets without route are
 *             dropped
 *
 * LookupIPRoute serves several threads just as well; this class is kept for
 * configurations that name it.  Of two routes for one prefix the later counts,
 * and every packet without route is reported.
 *
 *   ADDR/MASK   destinations: a prefix length or a mask; an address alone is
 *               itself
 *   GATEWAY     where to send packets next; nothing: to themselves
 *   OUTPUT      where they leave
 *
 * Memory: about 110 bytes a route while there are 10000, 66 of 200000: the
 * more there are, the less each takes.
 *
 *	... -> rt :: LookupIPRouteMP(18.26.4.0/24 0, 0.0.0.0/0 18.26.4.1 1);
 */
#include "click/conf.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_route_table.h"

/* "ADDR/MASK [GATEWAY] OUTPUT" */
static bool
lookup_ip_route_mp_parse(
    struct element *e, struct str text, struct ip_route *out)
{
	struct str rest = text, words[4];
	struct ip4_prefix net;
	size_t n = 0;

	while (n < 4 && (words[n] = conf_shift_space(&rest)).n > 0)
		n++;
	out->gw = 0;
	if ((n != 2 && n != 3) || !ip_arg_prefix(e, words[0], true, &net) ||
	    !ip_arg_int(words[n - 1], &out->port) || out->port < 0 ||
	    (n == 3 && !ip_arg_ip4(e, words[1], &out->gw)))
		return false;
	out->addr = net.addr & net.mask;
	out->mask = net.mask;
	return true;
}

static int
lookup_ip_route_mp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_route_table *self = element_state(e);
	struct ip_route route, old;
	int32_t last = -1;
	int err = 0;

	ip_route_table_init(
	    e, IP_ROUTES_LINEAR, IP_MISS_ALWAYS, "LookupIPRouteMP");
	for (size_t i = 0; i < conf->n; i++) {
		if (!lookup_ip_route_mp_parse(e, conf->v[i], &route)) {
			err = errh_error(errh,
			    "argument %zu should be `DADDR/MASK [GATEWAY] "
			    "OUTPUT'",
			    i + 1);
			continue;
		}
		if (ip_routes_add(&self->routes, &route, true, &old) != 0)
			return errh_error(errh, "out of memory");
		if (route.port > last)
			last = route.port;
	}
	if (err != 0)
		return err;
	if (last < 0)
		errh_warning(errh, "no routes");
	if (last >= e->nout)
		return errh_error(
		    errh, "need %d or more output ports", last + 1);
	return 0;
}

const struct element_class element_lookup_ip_route_mp = {
	.name = "LookupIPRouteMP",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_route_table),
	.configure = lookup_ip_route_mp_configure,
	.cleanup = ip_route_table_cleanup,
	.push = ip_route_table_push,
};
