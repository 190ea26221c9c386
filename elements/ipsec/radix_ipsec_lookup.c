/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RadixIPsecLookup(ADDR/MASK [GATEWAY] OUTPUT [SPI ENCRYPT_KEY AUTH_KEY REPLAY
 * OOSIZE], ...) -- routing table with IPsec tunnels
 *
 *   in 0      IPv4 packets with the destination annotation set
 *   out 0     ESP packets for this machine (routes with output 0) whose SPI is
 *             known, annotated with its association
 *   out 1     packets for tunnels (routes with output 1), annotated likewise
 *   out 2     other packets for this machine
 *   out i     as RadixIPLookup; packets without route, ESP packets of unknown
 *             SPI, and packets for output 1 on routes that are no tunnels, are
 *             killed
 *
 *   ADDR/MASK, GATEWAY, OUTPUT
 *             see RadixIPLookup; the gateway of a tunnel is its other end
 *   SPI       the tunnel's security parameters index, not 0
 *   ENCRYPT_KEY, AUTH_KEY
 *             16 bytes each, as \<0183 A947 1ABE 01FF FA04 103B B102 0102>
 *   REPLAY    first sequence number, the same at both ends
 *   OOSIZE    how many packets late a packet may come, 1..64
 *
 *   table, lookup, add, set, remove, ctrl
 *             see RadixIPLookup (SATable shows the associations)
 *   drops     read: packets killed that had a route
 *
 * A hot swap, cosmos save and migrate keep associations: see SATable.
 *
 * Memory: about 110 bytes a route while there are 10000, 66 of 200000: the
 * more there are, the less each takes. An association: see SATable.
 *
 *     rt :: RadixIPsecLookup(18.26.4.24/32 0, 18.26.7.0/24 3,
 *         18.26.8.0/24 18.26.4.1 1 234 \<00112233445566778899AABBCCDDEEFF>
 *         \<00112233445566778899AABBCCDDEEFF> 300 64);
 */
#include "base/proto.h"
#include "elements/ip/chatter.h"
#include "elements/ip/ip_route_table.h"
#include "elements/ipsec/esp.h"

enum { TUNNELS_MAX = 32766 };

/* A tunnel's number, from 1 on, is in the upper half of a route's output. */
struct radix_ipsec_lookup {
	struct ip_route_table routes; /* first */
	struct sa_table *table;
	struct {
		VEC_FIELDS(uint32_t)
	} tunnels; /* their SPIs */
	uint64_t drops;
};

/* The tunnel of that SPI; 0: no memory. */
static uint32_t
tunnel_number(struct radix_ipsec_lookup *s, uint32_t spi)
{
	for (size_t i = 0; i < s->tunnels.n; i++)
		if (s->tunnels.v[i] == spi)
			return (uint32_t)i + 1;
	if (s->tunnels.n >= TUNNELS_MAX || vec_push(&s->tunnels, spi) != 0)
		return 0;
	return (uint32_t)s->tunnels.n;
}

/* What follows an output: the association. */
static bool
tunnel_parse(
    struct element *e, struct str text, struct ip_route *r, struct errh *errh)
{
	struct radix_ipsec_lookup *s = element_state(e);
	struct sa_conf c;
	uint32_t number;
	int err = sa_parse(e, text, &c, errh);

	if (err == ERR_NOMEM)
		errh_error(errh, "out of memory");
	if (err != 0)
		return false;
	number = tunnel_number(s, c.spi);
	if (number == 0 || sa_add(s->table, &c) != 0) {
		(void)errh_error(errh, "out of memory"); /* false says so */
		return false;
	}
	r->port |= (int32_t)(number << IP_ROUTE_MARK_SHIFT);
	return true;
}

static int
radix_ipsec_lookup_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct radix_ipsec_lookup *s = element_state(e);

	ip_route_table_init(
	    e, IP_ROUTES_RADIX, IP_MISS_FIVE, "IPsecRouteTable");
	s->table = sa_table_get(e);
	if (s->table == NULL)
		return errh_error(errh, "out of memory");
	sa_table_tell(s->table, e);
	s->routes.parse_more = tunnel_parse;
	return ip_route_table_configure(e, conf, errh);
}

static void
radix_ipsec_lookup_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct radix_ipsec_lookup *s = element_state(e);

	sa_table_put(e, s->table);
	s->table = NULL;
	vec_fini(&s->tunnels);
	ip_route_table_cleanup(e, stage);
}

static void
radix_ipsec_lookup_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct radix_ipsec_lookup *s = element_state(e);
	const struct radix_ipsec_lookup *o = element_state(old);

	(void)errh;
	sa_table_take(s->table, o->table);
}

/* The output for a packet to this machine. */
static int
tunnel_arrive(struct radix_ipsec_lookup *s, struct packet *p)
{
	const struct ip4 *ip = (const struct ip4 *)p->data;
	uint32_t spi, number;

	if (p->length < sizeof(*ip) || ip->proto != IPPROTO4_ESP)
		return 2;
	if (ip4_hlen(ip) < sizeof(*ip) || p->length < ip4_hlen(ip) + ESP_IV)
		return PACKET_DROP;
	spi = get_be32(p->data + ip4_hlen(ip) + ESP_SPI);
	if (sa_find(s->table, spi, &number) == NULL)
		return PACKET_DROP;
	sa_annotate(p, spi, number);
	return 0;
}

static int
tunnel_enter(struct radix_ipsec_lookup *s, struct packet *p, uint32_t tunnel)
{
	uint32_t spi, number;

	if (tunnel == 0)
		return PACKET_DROP;
	spi = s->tunnels.v[tunnel - 1];
	if (sa_find(s->table, spi, &number) == NULL)
		return PACKET_DROP;
	anno_set_u32(p, ANNO_IPSEC_SPI, spi);
	sa_annotate(p, spi, number);
	return 1;
}

/* For packets that ip_route_table has found a hop for. */
static int
radix_ipsec_lookup_route(
    struct element *e, struct thread *t, struct packet *p, int32_t hop)
{
	struct radix_ipsec_lookup *s = element_state(e);
	int port = hop & IP_ROUTE_PORT_MASK;

	if (port == 0)
		port = tunnel_arrive(s, p);
	else if (port == 1)
		port = tunnel_enter(s, p, (uint32_t)hop >> IP_ROUTE_MARK_SHIFT);
	if (port != PACKET_DROP)
		return port;
	if (load_relaxed(&s->drops) == 0)
		element_chatter(e, "packet of no known association");
	counter_add(&s->drops, t, 1);
	return PACKET_DROP;
}

static inline int
radix_ipsec_lookup_one(struct element *e, struct thread *t, struct packet **pp)
{
	struct radix_ipsec_lookup *s = element_state(e);
	struct packet *p = *pp;
	uint32_t addr = anno_u32(p, ANNO_DST_IP);
	struct ip_route_hop hop = ip_routes_lookup(&s->routes.routes, addr);

	if (hop.port < 0) {
		ip_route_table_missed(e, t, addr);
		return PACKET_DROP;
	}
	if (hop.gw != 0)
		anno_set_u32(p, ANNO_DST_IP, hop.gw);
	return radix_ipsec_lookup_route(e, t, p, hop.port);
}

static void
radix_ipsec_lookup_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, radix_ipsec_lookup_one);
}

static void *
radix_ipsec_lookup_cast(struct element *e, const char *name, int port)
{
	(void)port;
	return strcmp(name, "IPsecRouteTable") == 0 ? element_state(e) : NULL;
}

static void
radix_ipsec_lookup_add_handlers(struct element *e)
{
	struct radix_ipsec_lookup *s = element_state(e);

	ip_route_table_handlers(e);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

static const struct state_item radix_ipsec_lookup_items[] = { SA_STATE_ITEMS(
    offsetof(struct radix_ipsec_lookup, table)) };
static const struct state_class radix_ipsec_lookup_state = { 1,
	STATE_ITEMS(radix_ipsec_lookup_items) };

const struct element_class element_radix_ipsec_lookup = {
	.name = "RadixIPsecLookup",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct radix_ipsec_lookup),
	.configure = radix_ipsec_lookup_configure,
	.cleanup = radix_ipsec_lookup_cleanup,
	.take_state = radix_ipsec_lookup_take_state,
	.state = &radix_ipsec_lookup_state,
	.add_handlers = radix_ipsec_lookup_add_handlers,
	.cast = radix_ipsec_lookup_cast,
	.push = radix_ipsec_lookup_push,
};
