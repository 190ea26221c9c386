/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LookupIP6Route -- find the way of IPv6 packets by their destination.
 *
 *	LookupIP6Route(ADDR/LENGTH [GATEWAY] OUTPUT, ...)
 *
 *   in 0      packets with the IPv6 destination annotation set
 *   out i     those whose longest matching route has output i, the annotation
 *             set to its gateway if it has one; packets without route are
 *             dropped
 *
 * A lookup costs a few cache lines, with a hundred thousand routes as with
 * ten; routes cost 100 to 200 bytes each, an empty table nothing.
 *
 *   ADDR/LENGTH  destinations: a prefix length or a mask; an address alone is
 *                itself
 *   GATEWAY      where to send packets next; "::" or nothing: to themselves
 *   OUTPUT       where they leave
 *
 *   table     read: the routes, a line each
 *   add       write a route, in the form of an argument; it takes the place
 *             of one for the same prefix
 *   remove    write a prefix; it is no mistake if there is no route for it
 *   ctrl      write "add ROUTE" or "remove PREFIX"
 *
 *	... -> GetIP6Address(24)
 *	    -> rt :: LookupIP6Route(2001:db8::/64 0, ::/0 fe80::1 1);
 */
#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip6/ip6_header.h"
#include "elements/ip6/ip6_routes.h"

/* ---- configuring ---- */

/* "ADDR/LENGTH [GATEWAY] OUTPUT" */
static bool
route6_parse(
    struct element *e, struct str text, struct ip6_route *out, int32_t *port)
{
	struct ip6_prefix net;
	struct str word;

	*out = (struct ip6_route){ .used = 0 };
	if (!arg_quiet(&arg_type_ip6_prefix, conf_shift_space(&text), &net, e))
		return false;
	out->addr = net.addr;
	out->len = (uint8_t)net.len;
	word = conf_shift_space(&text);
	if (str_trim(text).n > 0) {
		if (!arg_quiet(&arg_type_ip6, word, &out->gw, e))
			return false;
		word = conf_shift_space(&text);
	}
	return arg_quiet(&arg_type_i32, word, port, e) && *port >= 0 &&
	       str_trim(text).n == 0;
}

static int
lookup_ip6_route_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip6_routes *self = element_state(e);
	int32_t port, most = -1;
	struct ip6_route route;
	int err = 0;

	ip6_routes_init(self);
	for (size_t i = 0; i < conf->n; i++) {
		if (!route6_parse(e, conf->v[i], &route, &port)) {
			err = errh_error(errh,
			    "argument %zu should be DADDR/MASK [GW] OUTPUT",
			    i + 1);
			continue;
		}
		most = port > most ? port : most;
		route.port = (uint16_t)port;
		if (port < e->nout && ip6_routes_add(self, &route) != 0)
			err = errh_error(errh, "out of memory");
	}
	if (err != 0)
		return err;
	if (most < 0)
		errh_warning(errh, "no routes");
	if (most >= e->nout)
		return errh_error(
		    errh, "need %lld or more output ports", most + 1LL);
	return 0;
}

static void
lookup_ip6_route_cleanup(struct element *e, enum cleanup_stage stage)
{
	(void)stage;
	ip6_routes_fini(element_state(e));
}

static void *
lookup_ip6_route_cast(struct element *e, const char *name, int port)
{
	(void)port;
	return strcmp(name, "IP6RouteTable") == 0 ? element_state(e) : NULL;
}

/* ---- packets ---- */

static void
lookup_ip6_route_push(struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	uint32_t n = b->count;
	const uint8_t **addr = scratch_alloc(t, n * sizeof(*addr));
	const struct ip6_route **route = scratch_alloc(t, n * sizeof(*route));
	int16_t *ports = scratch_alloc(t, n * sizeof(*ports)), differ = 0;

	(void)port;
	for (uint32_t i = 0; i < n; i++)
		addr[i] = b->packet[i]->anno + ANNO_DST_IP6;
	ip6_routes_lookup_batch(element_state(e), addr, route, n);
	for (uint32_t i = 0; i < n; i++) {
		if (unlikely(route[i] == NULL)) {
			ports[i] = PACKET_DROP;
			differ = 1;
			continue;
		}
		if (!ip6_unspecified(route[i]->gw.b))
			anno_set_dst_ip6(b->packet[i], route[i]->gw.b);
		ports[i] = (int16_t)route[i]->port;
		differ |= (int16_t)(ports[i] ^ ports[0]);
	}
	if (likely(differ == 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

/* ---- handlers ---- */

static int
route6_add(struct element *e, struct strs *words, struct errh *errh)
{
	struct ip6_route route = { .used = 0 };
	struct ip6_prefix net = { .len = 0 };
	int32_t port = 0;
	struct args a;

	args_init(&a, words, e, errh);
	args_ip6_prefix(&a, "PREFIX", ARG_POS | ARG_MAND, &net);
	if (words->n != 2)
		args_ip6(&a, "GATEWAY", ARG_POS | ARG_MAND, &route.gw);
	args_i32(&a, "PORT", ARG_POS | ARG_MAND, &port);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (port < 0 || port >= e->nout)
		return errh_error(errh, "output port out of range");
	route.addr = net.addr;
	route.len = (uint8_t)net.len;
	route.port = (uint16_t)port;
	if (ip6_routes_add(element_state(e), &route) != 0)
		return errh_error(errh, "out of memory");
	return 0;
}

static int
route6_remove(struct element *e, struct strs *words, struct errh *errh)
{
	struct ip6_prefix net = { .len = 0 };
	struct args a;

	args_init(&a, words, e, errh);
	args_ip6_prefix(&a, "PREFIX", ARG_POS | ARG_MAND, &net);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (ip6_routes_remove(element_state(e), &net.addr, net.len) ==
	    ERR_NOMEM)
		return errh_error(errh, "out of memory");
	return 0;
}

enum route6_command { ROUTE6_ADD, ROUTE6_REMOVE };

static int
route6_command(struct element *e, enum route6_command command, struct str text,
    struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split_space(text, &mem, &words);

	if (err != 0)
		errh_error(errh, "out of memory");
	else if (command == ROUTE6_ADD)
		err = route6_add(e, &words, errh);
	else
		err = route6_remove(e, &words, errh);
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static int
route6_write(struct element *e, uintptr_t command, struct handler_call *call)
{
	return route6_command(
	    e, (enum route6_command)command, call->text, call->errh);
}

static int
route6_ctrl(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str rest = call->text, word = conf_shift_space(&rest);

	(void)user;
	if (str_is(word, "add"))
		return route6_command(e, ROUTE6_ADD, rest, call->errh);
	if (str_is(word, "remove"))
		return route6_command(e, ROUTE6_REMOVE, rest, call->errh);
	return errh_error(
	    call->errh, "bad command, should be 'add' or 'remove'");
}

static int
route6_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	ip6_routes_print(element_state(e), call->out);
	return 0;
}

static void
lookup_ip6_route_add_handlers(struct element *e)
{
	handler_add_write(e, "add", route6_write, ROUTE6_ADD, 0);
	handler_add_write(e, "remove", route6_write, ROUTE6_REMOVE, 0);
	handler_add_write(e, "ctrl", route6_ctrl, 0, 0);
	handler_add_read(e, "table", route6_table, 0, HANDLER_EXPENSIVE);
}

const struct element_class element_lookup_ip6_route = {
	.name = "LookupIP6Route",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip6_routes),
	.configure = lookup_ip6_route_configure,
	.cleanup = lookup_ip6_route_cleanup,
	.add_handlers = lookup_ip6_route_add_handlers,
	.cast = lookup_ip6_route_cast,
	.push = lookup_ip6_route_push,
};
