/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPError(SRC, TYPE [, CODE, BADADDRS, MTU, PMTU, SET_FIX_ANNO]) -- answer
 * packets by ICMP errors about them.
 *
 *   in 0    the IPv4 packets at fault, IP header position set
 *   out 0   for each of them, unless RFC 1812, 4.3.2.7 forbids it, an ICMP
 *           error to its source; the destination address annotation is set,
 *           and the fix-IP-source annotation unless SET_FIX_ANNO is false
 *
 *   SRC           source address of the errors
 *   TYPE          unreachable, sourcequench, redirect, timeexceeded,
 *                 parameterproblem or their numbers
 *   CODE          name or number of the code within the type (default 0)
 *   BADADDRS      addresses, separated by spaces: packets from or to one of
 *                 them are not answered (directed broadcasts)
 *   MTU           longest error made (default 576)
 *   PMTU          what "unreachable needfrag" tells (default 0)
 *   SET_FIX_ANNO  boolean (default true)
 *
 *   src, mtu, pmtu   read, write: the arguments
 *
 * No error answers an ICMP error, a later fragment, a packet that came as or
 * goes to a broadcast or multicast, or one from an impossible source.  A
 * redirect names the gateway in the destination address annotation, "parameter
 * problem" the offset in the parameter problem annotation (IPGWOptions).  A
 * source route in the packet at fault is turned round.  IP identifiers count
 * up from 1 over all ICMPError elements; the time to live is 200.
 *
 *	dt :: DecIPTTL; dt[1] -> ICMPError(18.26.4.24, timeexceeded) -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/quiet.h"

enum {
	TTL = 200,
	CODE_NEEDFRAG = 4,
	CODE_ERRATPTR = 0,
	OPT_EOL = 0,
	OPT_NOP = 1,
	OPT_LSRR = 131,
	OPT_SSRR = 137,
	IP4_HLEN_MAX = 60,
};

struct icmp_error {
	uint32_t src;
	uint8_t type, code;
	bool set_fix_anno;
	uint32_t mtu, pmtu;
	struct ip4_list bad;
	uint32_t next_id; /* of the first ICMPError, for all of them */
};

static bool
icmp_error_is_error(int type)
{
	return type == ICMP_UNREACH || type == ICMP_SOURCEQUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIMXCEED ||
	       type == ICMP_PARAMPROB;
}

/* ---- arguments ---- */

static int
icmp_error_check_types(struct element *e, int32_t type, struct str code_text,
    int32_t *code, struct errh *errh)
{
	if (type < 0 || type > 255)
		return errh_error(errh, "ICMP type must be between 0 and 255");
	if (!icmp_error_is_error(type))
		return errh_error(
		    errh, "ICMP type %d is not an error type", (int)type);
	if (!name_or_number(
	        NAME_ICMP_CODE + (unsigned int)type, e, code_text, code) ||
	    *code < 0 || *code > 255)
		return errh_error(errh, "argument 2 takes ICMP code (integer "
		                        "between 0 and 255)");
	return 0;
}

static int
icmp_error_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp_error *self = element_state(e);
	struct icmp_error new_ = {
		.mtu = 576, .set_fix_anno = true, .next_id = self->next_id
	};
	struct str code_text = { NULL, 0 };
	int32_t type = 0, code = 0;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &new_.src);
	args_named(&a, "TYPE", ARG_POS | ARG_MAND, NAME_ICMP_TYPE, &type);
	args_word(&a, "CODE", ARG_POS, &code_text);
	args_ip4_list(&a, "BADADDRS", ARG_POS, &new_.bad);
	args_u32(&a, "MTU", 0, &new_.mtu);
	args_u32(&a, "PMTU", 0, &new_.pmtu);
	args_bool(&a, "SET_FIX_ANNO", 0, &new_.set_fix_anno);
	err = args_complete(&a);
	if (err == 0)
		err = icmp_error_check_types(e, type,
		    code_text.n > 0 ? code_text : STR("0"), &code, errh);
	str_free(&code_text);
	if (err != 0) {
		vec_fini(&new_.bad);
		return err;
	}
	new_.type = (uint8_t)type;
	new_.code = (uint8_t)code;
	vec_fini(&self->bad);
	*self = new_;
	return 0;
}

static void
icmp_error_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct icmp_error *self = element_state(e);

	(void)stage;
	vec_fini(&self->bad);
}

/* The first ICMPError of a router counts the identifiers for all. */
static int
icmp_error_initialize(struct element *e, struct errh *errh)
{
	struct icmp_error *self = element_state(e);

	self->next_id = 1;
	if (router_attachment(e->router, "ICMPError") == NULL &&
	    router_set_attachment(e->router, "ICMPError", self) != 0)
		return errh_error(errh, "out of memory");
	return 0;
}

/* ---- whether to answer ---- */

static bool
icmp_error_is_unicast(const struct icmp_error *self, const uint8_t addr[4])
{
	uint32_t host = get_be32(addr);

	if (host == 0xffffffffu || host >> 28 == 0xe)
		return false;
	return !ip4_list_has(&self->bad, get_u32(addr));
}

/* RFC 1812, 5.3.7, 4.2.2.11 and 4.2.3.1. */
static bool
icmp_error_is_source(const struct icmp_error *self, const uint8_t addr[4])
{
	return icmp_error_is_unicast(self, addr) && addr[0] != 0 &&
	       addr[0] != 127 && addr[0] < 0xf0;
}

/* A well-formed source route option of ip, or NULL. */
static const uint8_t *
icmp_error_source_route(const struct ip4 *ip)
{
	const uint8_t *o = (const uint8_t *)(ip + 1);
	const uint8_t *end = (const uint8_t *)ip + ip4_hlen(ip);

	while (o < end && *o != OPT_EOL) {
		if (*o == OPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			return NULL;
		if ((*o == OPT_LSRR || *o == OPT_SSRR) && o[1] >= 3 &&
		    o[2] >= 4 && o[2] % 4 == 0 && o[2] <= o[1] + 1)
			return o;
		o += o[1];
	}
	return NULL;
}

/* RFC 1812, 4.3.2.7, but for what concerns the source route. */
static bool
icmp_error_may_answer(const struct icmp_error *self, const struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);
	int32_t length;

	if (ip == NULL)
		return false;
	length = packet_network_length(p);
	if (length < (int32_t)sizeof(*ip) || ip4_hlen(ip) < sizeof(*ip) ||
	    (int32_t)ip4_hlen(ip) > length)
		return false;
	if (ip->proto == IPPROTO4_ICMP) {
		const uint8_t *icmp = (const uint8_t *)ip + ip4_hlen(ip);

		if (ip4_hlen(ip) + 4 > p->length || packet_end(p) <= icmp ||
		    icmp_error_is_error(*icmp))
			return false;
	}
	return icmp_error_is_unicast(self, ip->dst) &&
	       p->type != PACKET_BROADCAST && p->type != PACKET_MULTICAST &&
	       icmp_error_is_source(self, ip->src) &&
	       (get_be16(ip->off) & IP4_OFFMASK) == 0;
}

/* ---- the answer ---- */

/* Writes route, turned round, as an option at o; returns words written. */
static unsigned int
icmp_error_turn_route(uint8_t *o, const uint8_t *route)
{
	unsigned int length = route[2] - 1u;
	const uint8_t *from = route + route[2] - 5;

	o[0] = route[0];
	o[1] = (uint8_t)length;
	o[2] = 4;
	o[length] = OPT_EOL;
	for (uint8_t *to = o + 3; from >= route + 3; from -= 4, to += 4)
		memcpy(to, from, 4);
	return (length + 3) / 4;
}

static uint16_t
icmp_error_next_id(struct element *e, struct thread *t)
{
	struct icmp_error *first = router_attachment(e->router, "ICMPError");

	if (t->alone)
		return (uint16_t)first->next_id++;
	return (uint16_t)fetch_add(&first->next_id, 1);
}

static void
icmp_error_fill_icmp(
    const struct icmp_error *self, struct icmp *icmp, const struct packet *p)
{
	memset(icmp, 0, sizeof(*icmp));
	icmp->type = self->type;
	icmp->code = self->code;
	if (self->type == ICMP_PARAMPROB && self->code == CODE_ERRATPTR)
		icmp->rest[0] = anno_u8(p, ANNO_ICMP_PARAMPROB);
	if (self->type == ICMP_REDIRECT)
		put_u32(icmp->rest, anno_u32(p, ANNO_DST_IP));
	if (self->type == ICMP_UNREACH && self->code == CODE_NEEDFRAG)
		put_be16(icmp->rest + 2, (uint16_t)self->pmtu);
}

/* An error about p with that source route (or NULL). */
static struct packet *
icmp_error_make(struct element *e, struct thread *t, const struct packet *p,
    const uint8_t *route)
{
	struct icmp_error *self = element_state(e);
	const struct ip4 *about = packet_ip4(p);
	uint32_t quoted = (uint32_t)packet_network_length(p);
	uint8_t head[IP4_HLEN_MAX] = { 0x45 };
	struct ip4 *ip = (struct ip4 *)(void *)head;
	uint32_t hlen, fixed;
	struct packet *q;
	struct icmp *icmp;

	if (route != NULL)
		ip->vhl = (uint8_t)(0x45 + icmp_error_turn_route(
		                               head + sizeof(*ip), route));
	hlen = ip4_hlen(ip);
	fixed = hlen + sizeof(*icmp);
	if (self->mtu < fixed)
		quoted = 0;
	else if (quoted > self->mtu - fixed)
		quoted = self->mtu - fixed;
	if (quoted > 0xffff - fixed)
		quoted = 0xffff - fixed;
	q = packet_new(t, PACKET_HEADROOM, NULL, fixed + quoted, 0);
	if (q == NULL)
		return NULL;
	put_be16(ip->len, (uint16_t)q->length);
	put_be16(ip->id, icmp_error_next_id(e, t));
	ip->ttl = TTL;
	ip->proto = IPPROTO4_ICMP;
	put_u32(ip->src, self->src);
	memcpy(ip->dst, about->src, 4);
	put_u16(ip->sum, csum(ip, hlen));
	memcpy(q->data, head, hlen);
	packet_set_network(q, q->data, hlen);

	icmp = (struct icmp *)(void *)(q->data + hlen);
	icmp_error_fill_icmp(self, icmp, p);
	memcpy(icmp + 1, about, quoted);
	put_u16(icmp->sum, csum(icmp, sizeof(*icmp) + quoted));

	anno_set_u32(q, ANNO_DST_IP, get_u32(ip->dst));
	if (self->set_fix_anno)
		anno_set_u8(q, ANNO_FIX_IP_SRC, 1);
	q->timestamp_ns = thread_wall_ns(t);
	return q;
}

static struct packet *
icmp_error_one(struct element *e, struct thread *t, struct packet *p)
{
	struct icmp_error *self = element_state(e);
	struct packet *q = NULL;
	const uint8_t *route, *at;

	if (!icmp_error_may_answer(self, p))
		goto out;
	route = icmp_error_source_route(packet_ip4(p));
	if (route != NULL) {
		/* RFC 1812, 5.2.7.2 */
		if (self->type == ICMP_REDIRECT)
			goto out;
		/* 4.3.2.6: the route itself may be what is wrong. */
		at = packet_network(p) + anno_u8(p, ANNO_ICMP_PARAMPROB);
		if (self->type == ICMP_PARAMPROB &&
		    self->code == CODE_ERRATPTR && at >= route &&
		    at < route + route[1])
			route = NULL;
	}
	q = icmp_error_make(e, t, p, route);
out:
	packet_kill(t, p);
	return q;
}

static void
icmp_error_action(struct element *e, struct batch *b)
{
	batch_each(e, b, icmp_error_one);
}

static void
icmp_error_add_handlers(struct element *e)
{
	struct icmp_error *self = element_state(e);
	unsigned int both = HANDLER_READ | HANDLER_WRITE;

	handler_add_data(e, "src", both, DATA_IP4, &self->src);
	handler_add_data(e, "mtu", both, DATA_U32, &self->mtu);
	handler_add_data(e, "pmtu", both, DATA_U32, &self->pmtu);
}

const struct element_class element_icmp_error = {
	.name = "ICMPError",
	.ports = "1/1",
	.state_size = sizeof(struct icmp_error),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = icmp_error_configure,
	.initialize = icmp_error_initialize,
	.cleanup = icmp_error_cleanup,
	.add_handlers = icmp_error_add_handlers,
	.action = icmp_error_action,
};
