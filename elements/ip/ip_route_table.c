/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_route_table.c -- a helper of the elements in ip/; see ip_route_table.h. */
#include "elements/ip/ip_route_table.h"

#include "base/addr.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/router.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/say.h"

enum ip_route_command { ROUTE_ADD, ROUTE_SET, ROUTE_REMOVE };

/* ---- texts of routes ---- */

/* "ADDR/MASK [GATEWAY] OUTPUT"; of a route to be removed all but the first. */
static bool
route_parse(struct element *e, struct str text, bool removing,
    struct ip_route *out, struct errh *errh)
{
	const struct ip_route_table *self = element_state(e);
	struct ip_route r = { .gw = 0, .port = -1 };
	struct ip4_prefix net;
	struct str word;

	if (!ip_arg_prefix(e, conf_shift_space(&text), true, &net))
		return false;
	r.addr = net.addr & net.mask;
	r.mask = net.mask;
	word = conf_shift_space(&text);
	if (str_is(word, "-") || ip_arg_ip4(e, word, &r.gw))
		word = conf_shift_space(&text);
	if (!ip_arg_int(word, &r.port) && !(word.n == 0 && removing))
		return false;
	if (r.port > IP_ROUTE_PORT_MASK)
		r.port = IP_ROUTE_PORT_MASK; /* no element has that one */
	if (text.n > 0 && (self->parse_more == NULL || r.port < 0))
		return false;
	if (text.n > 0 && !self->parse_more(e, text, &r, errh))
		return false;
	*out = r;
	return true;
}

static bool
route_has_output(const struct element *e, const struct ip_route *r)
{
	return r->port >= 0 && (r->port & IP_ROUTE_PORT_MASK) < e->nout;
}

static void
route_report(struct errh *errh, const char *before,
    const struct ip_route *route, const char *after)
{
	struct strbuf sb = STRBUF_INIT;

	ip_route_print(&sb, route, false);
	errh_error(errh, "%s'%s'%s", before, sb_cstr(&sb), after);
	sb_fini(&sb);
}

/* ---- configuring ---- */

void
ip_route_table_init(struct element *e, enum ip_route_order order,
    enum ip_route_miss miss, const char *class_name)
{
	struct ip_route_table *self = element_state(e);

	ip_routes_init(&self->routes, order);
	self->miss = miss;
	self->class_name = class_name;
}

int
ip_route_table_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_route_table *self = element_state(e);
	struct ip_route route, old;
	unsigned int replaced = 0;
	int result = 0;

	for (size_t i = 0; i < conf->n; i++) {
		int err = 0;

		if (!route_parse(e, conf->v[i], false, &route, errh))
			result = errh_error(errh,
			    "argument %zu should be 'ADDR/MASK [GATEWAY] "
			    "OUTPUT'",
			    i + 1);
		else if (!route_has_output(e, &route))
			result =
			    errh_error(errh, "argument %zu bad OUTPUT", i + 1);
		else
			err = ip_routes_add(&self->routes, &route, false, &old);
		if (err == ERR_EXIST)
			replaced++;
		else if (err != 0)
			result = errh_error(errh, "out of memory");
	}
	if (replaced > 0)
		errh_warning(errh, "%u %s replaced by later versions", replaced,
		    replaced > 1 ? "routes" : "route");
	return result;
}

void
ip_route_table_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_route_table *self = element_state(e);

	(void)stage;
	ip_routes_fini(&self->routes);
}

void *
ip_route_table_cast(struct element *e, const char *name, int port)
{
	(void)port;
	return strcmp(name, "IPRouteTable") == 0 ? element_state(e) : NULL;
}

/* ---- packets ---- */

enum { ROUTE_MISSES_TOLD = 5 };

/* Tells of a miss; the five are shared by all elements that speak alike. */
static NOINLINE void
route_missed(struct element *e, uint32_t addr)
{
	struct ip_route_table *self = element_state(e);
	const uint8_t *b = (const uint8_t *)&addr;
	uintptr_t told;

	if (self->miss == IP_MISS_SILENT || self->quiet)
		return;
	if (self->miss == IP_MISS_ALWAYS) {
		say("%s: no gw for %x", self->class_name, addr);
		return;
	}
	told = (uintptr_t)router_attachment(e->router, self->class_name);
	if (told < ROUTE_MISSES_TOLD) {
		say("%s: no route for %u.%u.%u.%u", self->class_name, b[0],
		    b[1], b[2], b[3]);
		/* If there is no memory it is said once more. */
		(void)router_set_attachment(
		    e->router, self->class_name, (void *)(told + 1));
	} else
		self->quiet = true;
}

void
ip_route_table_missed(struct element *e, struct thread *t, uint32_t addr)
{
	struct ip_route_table *self = element_state(e);

	route_missed(e, addr);
	counter_add(&self->misses, t, 1);
}

void
ip_route_table_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ip_route_table *self = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	uint32_t n = b->count, *addr, *hop;
	int16_t *ports, differ = 0;

	(void)port;
	addr = scratch_alloc(t, n * sizeof(*addr));
	hop = scratch_alloc(t, n * sizeof(*hop));
	ports = scratch_alloc(t, n * sizeof(*ports));
	for (uint32_t i = 0; i < n; i++)
		addr[i] = anno_u32(b->packet[i], ANNO_DST_IP);
	ip_routes_lookup_batch(&self->routes, addr, hop, n);
	for (uint32_t i = 0; i < n; i++) {
		const struct ip_route_hop *h;

		if (unlikely(hop[i] == 0)) {
			route_missed(e, addr[i]);
			ports[i] = PACKET_DROP;
			differ = 1;
			counter_add(&self->misses, t, 1);
			continue;
		}
		h = &self->routes.hops.v[hop[i]];
		if (h->gw != 0)
			anno_set_u32(b->packet[i], ANNO_DST_IP, h->gw);
		ports[i] = (int16_t)h->port;
		differ |= (int16_t)(ports[i] ^ ports[0]);
	}
	if (likely(differ == 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

/* ---- handlers ---- */

/*
 * One command.  *old becomes what was there before, port -1 if nothing was.
 */
static int
route_command(struct element *e, enum ip_route_command command, struct str text,
    struct ip_route *route, struct ip_route *old, struct errh *errh)
{
	struct ip_route_table *self = element_state(e);
	bool removing = command == ROUTE_REMOVE;
	int err;

	if (!route_parse(e, text, removing, route, errh))
		return errh_error(errh, "expected 'ADDR/MASK [GATEWAY%s'",
		    removing ? " OUTPUT]" : "] OUTPUT");
	if (!route_has_output(e, route) && !(removing && route->port == -1))
		return errh_error(errh, "bad OUTPUT");
	if (removing)
		err = ip_routes_remove(&self->routes, route, old);
	else
		err = ip_routes_add(
		    &self->routes, route, command == ROUTE_SET, old);
	if (err == ERR_EXIST)
		route_report(errh, "conflict with existing route ", old, "");
	else if (err == ERR_NOTFOUND)
		route_report(errh, "route ", route, " not found");
	else if (err == ERR_NOMEM)
		route_report(errh, "no memory to store route ", route, "");
	return err;
}

static int
route_write(struct element *e, uintptr_t command, struct handler_call *call)
{
	struct ip_route route, old;

	return route_command(e, (enum ip_route_command)command, call->text,
	    &route, &old, call->errh);
}

/* How to undo one command of several. */
struct route_undo {
	enum ip_route_command did;
	struct ip_route route;
};

struct route_undos {
	VEC_FIELDS(struct route_undo)
};

static void
route_roll_back(struct ip_route_table *self, struct route_undos *undos)
{
	struct ip_route old;

	while (undos->n > 0) {
		const struct route_undo *u = &undos->v[--undos->n];

		/* Memory can run out here: then a route is missing. */
		if (u->did == ROUTE_ADD)
			(void)ip_routes_remove(&self->routes, &u->route, &old);
		else
			(void)ip_routes_add(&self->routes, &u->route,
			    u->did == ROUTE_SET, &old);
	}
}

/* One line of ctrl; empty ones are none. */
static int
route_line(struct element *e, struct str line, struct route_undos *undos,
    struct errh *errh)
{
	struct str word = conf_shift_space(&line);
	enum ip_route_command command;
	struct ip_route route, old;
	struct route_undo undo;
	int err;

	if (word.n == 0)
		return 0;
	if (str_is(word, "add"))
		command = ROUTE_ADD;
	else if (str_is(word, "set"))
		command = ROUTE_SET;
	else if (str_is(word, "remove"))
		command = ROUTE_REMOVE;
	else
		return errh_error(errh, "bad command '%.*s'", STR_ARG(word));
	err = vec_reserve(undos, undos->n + 1);
	if (err == 0)
		err = route_command(e, command, line, &route, &old, errh);
	if (err != 0)
		return err;
	if (old.port < 0) /* what was not there must go again */
		undo = (struct route_undo){ ROUTE_ADD, route };
	else
		undo = (struct route_undo){ command, old };
	undos->v[undos->n++] = undo;
	return 0;
}

static int
route_ctrl(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct route_undos undos = VEC_INIT;
	struct arena mem = ARENA_INIT;
	struct str rest, line;
	int err = conf_uncomment(call->text, &mem, &rest);

	(void)user;
	while (err == 0 && str_line(&rest, &line))
		err = route_line(e, line, &undos, call->errh);
	if (err != 0)
		route_roll_back(element_state(e), &undos);
	vec_fini(&undos);
	arena_fini(&mem);
	return err;
}

static int
route_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_route_table *self = element_state(e);

	(void)user;
	ip_routes_print(&self->routes, call->out);
	return 0;
}

static int
route_lookup(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_route_table *self = element_state(e);
	struct ip_route_hop hop;
	uint32_t addr;

	(void)user;
	if (!ip_arg_ip4(e, call->text, &addr))
		return errh_error(call->errh, "expected IP address");
	hop = ip_routes_lookup(&self->routes, addr);
	sb_i64(
	    call->out, hop.port < 0 ? hop.port : hop.port & IP_ROUTE_PORT_MASK);
	if (hop.gw != 0) {
		sb_addc(call->out, ' ');
		sb_ip4(call->out, hop.gw);
	}
	return 0;
}

static int
route_flush(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_route_table *self = element_state(e);

	(void)user;
	(void)call;
	ip_routes_flush(&self->routes);
	return 0;
}

void
ip_route_table_read_handlers(struct element *e)
{
	handler_add_read(e, "table", route_table, 0, HANDLER_EXPENSIVE);
	handler_add_read(e, "lookup", route_lookup, 0, HANDLER_PARAM);
}

void
ip_route_table_handlers(struct element *e)
{
	ip_route_table_read_handlers(e);
	handler_add_write(e, "add", route_write, ROUTE_ADD, 0);
	handler_add_write(e, "set", route_write, ROUTE_SET, 0);
	handler_add_write(e, "remove", route_write, ROUTE_REMOVE, 0);
	handler_add_write(e, "ctrl", route_ctrl, 0, 0);
}

void
ip_route_table_flush_handlers(struct element *e)
{
	ip_route_table_handlers(e);
	handler_add_write(e, "flush", route_flush, 0, HANDLER_BUTTON);
}
