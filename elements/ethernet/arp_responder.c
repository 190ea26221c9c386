/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARPResponder(IP/MASK [IP/MASK...] ETH, ...) -- answers ARP requests
 *
 *   in 0       ARP requests with their Ethernet headers
 *   out 0      the replies, for addresses that an argument covers; they keep
 *              the request's device and VLAN annotation
 *   out 1      everything else, unchanged; killed when nothing is connected
 *              there
 *
 *   IP/MASK    addresses (192.168.1.1, 10.0.0.0/8, or a name) that are ...
 *   ETH        ... at this Ethernet address; one name may stand for both.  Of
 *              several arguments that cover an address the most specific counts
 *
 *   table      read: one "IP/MASK ETH" a line
 *   lookup     read, with an address: its Ethernet address or nothing
 *   add        write: one more argument; replaces what there is of the same
 *              IP/MASK
 *   remove     write: an IP/MASK
 *
 *     c :: Classifier(12/0806 20/0001, -);
 *     c[0] -> ARPResponder(18.26.4.24 18.26.7.0/24 0:0:c0:ae:67:ef)
 *          -> ToDevice(0);
 */
#include "click/anno.h"
#include "click/conf.h"
#include "elements/ethernet/arp_packet.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_routes.h"
#include "elements/ip/quiet.h"

/*
 * Routes whose next hop is an Ethernet address: four bytes in the place of
 * the gateway, two in that of the output.
 */
struct arp_responder {
	struct ip_routes routes;
};

static void
hop_ether(const struct ip_route_hop *hop, uint8_t mac[static 6])
{
	put_u32(mac, hop->gw);
	put_be16(mac + 4, (uint16_t)hop->port);
}

static bool
arp_responder_lookup(
    const struct arp_responder *s, uint32_t addr, uint8_t mac[static 6])
{
	struct ip_route_hop hop = ip_routes_lookup(&s->routes, addr);

	if (hop.port < 0)
		return false;
	hop_ether(&hop, mac);
	return true;
}

/* ---- configuring ---- */

/*
 * The Ethernet address of an argument.  The words that are no prefixes must be
 * one; where there are none, a word may be both.
 */
static int
arp_responder_ether(struct element *e, const struct strs *words,
    uint8_t mac[static 6], struct errh *errh)
{
	struct ip4_prefix net;
	size_t prefixes = 0, ethers = 0;

	for (size_t i = 0; i < words->n; i++) {
		if (ip_arg_prefix(e, words->v[i], true, &net))
			prefixes++;
		else if (!arg_quiet(&arg_type_ether, words->v[i], mac, e))
			return errh_error(errh, "expected IP/MASK ETH");
		else if (ethers++ > 0)
			return errh_error(errh, "more than one ETH");
	}
	for (size_t i = 0; ethers == 0 && i < words->n; i++)
		ethers += arg_quiet(&arg_type_ether, words->v[i], mac, e);
	if (prefixes == 0)
		return errh_error(errh, "missing IP/MASK");
	return ethers > 0 ? 0 : errh_error(errh, "missing ETH");
}

/* Tells of an entry that takes the place of another. */
static void
arp_responder_warn(const struct ip_route *r, struct errh *errh)
{
	struct strbuf sb = STRBUF_INIT;

	sb_ip4_prefix(&sb, r->addr, r->mask);
	errh_warning(errh, "multiple entries for %s", sb_cstr(&sb));
	sb_fini(&sb);
}

/*
 * Enters one argument; without routes it is only read, with warn replaced
 * entries are told of.
 */
static int
arp_responder_add(struct element *e, struct ip_routes *routes, struct str text,
    struct errh *errh, bool warn)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct ip_route r, old;
	struct ip4_prefix net;
	uint8_t mac[6];
	int err = conf_split_space(text, &mem, &words);

	if (err == 0)
		err = arp_responder_ether(e, &words, mac, errh);
	for (size_t i = 0; err == 0 && routes != NULL && i < words.n; i++) {
		if (!ip_arg_prefix(e, words.v[i], true, &net))
			continue;
		r = (struct ip_route){ net.addr & net.mask, net.mask,
			get_u32(mac), get_be16(mac + 4) };
		err = ip_routes_add(routes, &r, true, &old);
		if (err == 0 && old.port >= 0 && warn)
			arp_responder_warn(&r, errh);
	}
	if (err == ERR_NOMEM)
		(void)errh_error(errh, "out of memory"); /* returned below */
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

/* Whether all arguments can be read; the others are reported by number. */
static int
arp_responder_check(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int result = 0;

	for (size_t i = 0; i < conf->n; i++) {
		struct strbuf where = STRBUF_INIT;
		struct errh prefixed;

		sb_printf(&where, "argument %zu: ", i);
		errh_prefix_init(&prefixed, errh, sb_str(&where));
		if (arp_responder_add(e, NULL, conf->v[i], &prefixed, false) !=
		    0)
			result = ERR_INVAL;
		errh_fini(&prefixed);
		sb_fini(&where);
	}
	return result;
}

static int
arp_responder_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_responder *s = element_state(e);
	struct ip_routes routes, old = s->routes;
	int err = arp_responder_check(e, conf, errh);

	ip_routes_init(&routes, IP_ROUTES_SORTED);
	for (size_t i = 0; err == 0 && i < conf->n; i++)
		err = arp_responder_add(e, &routes, conf->v[i], errh, true);
	if (err == 0)
		s->routes = routes;
	ip_routes_fini(err == 0 ? &old : &routes);
	return err;
}

static void
arp_responder_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct arp_responder *s = element_state(e);

	(void)stage;
	ip_routes_fini(&s->routes);
}

/* ---- packets ---- */

static inline int
arp_responder_one(struct element *e, struct thread *t, struct packet **pp)
{
	const struct arp_responder *s = element_state(e);
	struct packet *p = *pp, *q;
	const struct arp4 *arp = arp_packet_of(p, ARP_REQUEST);
	struct arp_parties who;
	uint8_t mac[6];

	if (arp == NULL || !arp_responder_lookup(s, get_u32(arp->tpa), mac))
		return 1;
	who = (struct arp_parties){ mac, arp->sha, arp->tpa, arp->spa };
	q = arp_packet_new(t, ARP_REPLY, arp->sha, &who);
	if (q == NULL)
		return PACKET_DROP;
	q->device = p->device;
	memcpy(q->anno + ANNO_VLAN_TCI, p->anno + ANNO_VLAN_TCI, 2);
	packet_kill(t, p);
	*pp = q;
	return 0;
}

static void
arp_responder_action(struct element *e, struct batch *b)
{
	batch_route(e, b, arp_responder_one);
}

/* ---- handlers ---- */

static int
arp_responder_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct arp_responder *s = element_state(e);

	(void)user;
	for (size_t i = 0; i < s->routes.slots.n; i++) {
		const struct ip_route_slot *r = &s->routes.slots.v[i];
		uint8_t mac[6];

		if (r->hop == 0)
			continue;
		hop_ether(&s->routes.hops.v[r->hop], mac);
		sb_ip4_prefix(call->out, r->addr, r->mask);
		sb_addc(call->out, ' ');
		sb_ether(call->out, mac);
		sb_addc(call->out, '\n');
	}
	return 0;
}

static int
arp_responder_read_lookup(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	uint8_t mac[6];
	uint32_t addr;

	(void)user;
	if (!ip_arg_ip4(e, call->text, &addr))
		return errh_error(call->errh, "expected IP address");
	if (arp_responder_lookup(element_state(e), addr, mac))
		sb_ether(call->out, mac);
	return 0;
}

static int
arp_responder_write_add(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arp_responder *s = element_state(e);

	(void)user;
	return arp_responder_add(e, &s->routes, call->text, call->errh, false);
}

static int
arp_responder_write_remove(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arp_responder *s = element_state(e);
	struct ip_route r = { .port = -1 }, old;
	struct ip4_prefix net;
	struct strbuf sb = STRBUF_INIT;
	int err;

	(void)user;
	if (!ip_arg_prefix(e, call->text, true, &net))
		return errh_error(call->errh, "expected IP/MASK");
	r.addr = net.addr & net.mask;
	r.mask = net.mask;
	err = ip_routes_remove(&s->routes, &r, &old);
	if (err == 0)
		return 0;
	sb_ip4_prefix(&sb, r.addr, r.mask);
	err = errh_error(call->errh, "%s %s", sb_cstr(&sb),
	    err == ERR_NOTFOUND ? "not found" : "stays: out of memory");
	sb_fini(&sb);
	return err;
}

static void
arp_responder_add_handlers(struct element *e)
{
	handler_add_read(e, "table", arp_responder_table, 0, 0);
	handler_add_read(
	    e, "lookup", arp_responder_read_lookup, 0, HANDLER_PARAM);
	handler_add_write(e, "add", arp_responder_write_add, 0, 0);
	handler_add_write(e, "remove", arp_responder_write_remove, 0, 0);
}

const struct element_class element_arp_responder = {
	.name = "ARPResponder",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct arp_responder),
	.configure = arp_responder_configure,
	.cleanup = arp_responder_cleanup,
	.add_handlers = arp_responder_add_handlers,
	.action = arp_responder_action,
};
