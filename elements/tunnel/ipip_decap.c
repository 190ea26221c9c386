/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPIPDecap -- take IP packets out of IP packets (RFC 2003, 4213, 2473).
 *
 *	IPIPDecap([keywords])
 *
 *   in 0      IPv4 or IPv6 packets, network header set (see CheckIPHeader); of
 *             fragments, IPReassembler before it makes whole packets
 *   out 0     the packets inside, network header set, destination annotation
 *             set to theirs
 *   out 1     if connected (else they are killed), as they came: packets that
 *             are no tunnel's, not between SRC and DST, fragments, and those
 *             whose congestion bits say that they must be dropped (RFC 6040)
 *
 *   SRC, DST  take only packets with these outer addresses, IPv4 or IPv6
 *             (default: any)
 *   ECN       boolean: join inner and outer congestion bits as RFC 6040 says
 *             (default true); else those outside are forgotten
 *
 *   drops     read: packets for output 1
 *
 *	... -> CheckIPHeader -> IPIPDecap(SRC 140.247.60.147) -> CheckIPHeader
 *	    -> ...
 */
#include "elements/ip/five_tuple.h"
#include "elements/ip/quiet.h"
#include "elements/tunnel/outer.h"

/* An address to compare with: version 0 is any. */
struct ipip_end {
	uint8_t version, addr[16];
};

struct ipip_decap {
	struct ipip_end src, dst;
	bool ecn;
	uint64_t drops;
};

static int
ipip_decap_end(struct ipip_end *end, struct element *e, struct str text,
    const char *keyword, struct errh *errh)
{
	*end = (struct ipip_end){ 0 };
	if (text.n == 0)
		return 0;
	if (arg_quiet(&arg_type_ip4, text, end->addr, e))
		end->version = 4;
	else if (arg_quiet(&arg_type_ip6, text, end->addr, e))
		end->version = 6;
	else
		return errh_error(
		    errh, "%s: IPv4 or IPv6 address expected", keyword);
	return 0;
}

static int
ipip_decap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ipip_decap *self = element_state(e);
	struct str src = { NULL, 0 }, dst = { NULL, 0 };
	struct ipip_end ends[2];
	bool ecn = true;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_raw(&a, "SRC", 0, &src);
	args_raw(&a, "DST", 0, &dst);
	args_bool(&a, "ECN", 0, &ecn);
	err = args_complete(&a);
	if (err == 0)
		err = ipip_decap_end(&ends[0], e, src, "SRC", errh);
	if (err == 0)
		err = ipip_decap_end(&ends[1], e, dst, "DST", errh);
	str_free(&src);
	str_free(&dst);
	if (err != 0)
		return err;
	self->src = ends[0];
	self->dst = ends[1];
	self->ecn = ecn;
	return 0;
}

static bool
ipip_end_is(
    const struct ipip_end *end, unsigned int version, const uint8_t *addr)
{
	return end->version == 0 ||
	       (end->version == version &&
	           memcmp(end->addr, addr, version == 4 ? 4 : 16) == 0);
}

/* The length of the IP header that begins there, 0: it is none. */
static uint32_t
ipip_decap_header(const uint8_t *ip, uint32_t room, unsigned int version)
{
	if (room == 0 || *ip >> 4 != version)
		return 0;
	if (version == 6)
		return room >= sizeof(struct ip6) ? sizeof(struct ip6) : 0;
	if (room < sizeof(struct ip4) || (*ip & 15u) < 5 ||
	    (*ip & 15u) * 4 > room)
		return 0;
	return (*ip & 15u) * 4;
}

/* The packet inside p, or NULL; *hlen of its header, *ecn its bits to be. */
static const uint8_t *
ipip_decap_look(const struct ipip_decap *self, const struct packet *p,
    struct five_packet *f, uint32_t *hlen, int *ecn)
{
	unsigned int version;

	if (!five_tuple_packet(p, f) || f->fragment || f->l4 < p->data ||
	    !ipip_end_is(&self->src, f->id.version, f->id.src) ||
	    !ipip_end_is(&self->dst, f->id.version, f->id.dst))
		return NULL;
	if (f->id.proto == IPPROTO4_IPIP)
		version = 4;
	else if (f->id.proto == IPPROTO4_IP6)
		version = 6;
	else
		return NULL;
	*hlen = ipip_decap_header(f->l4, f->l4_length, version);
	if (*hlen == 0)
		return NULL;
	*ecn = ip_traffic_class(f->l4) & ECN_MASK;
	if (self->ecn)
		*ecn = ecn_decapsulate((unsigned int)*ecn, f->tos & ECN_MASK);
	return *ecn < 0 ? NULL : f->l4;
}

static inline int
ipip_decap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ipip_decap *self = element_state(e);
	struct five_packet f;
	const uint8_t *inner;
	uint32_t hlen = 0, at;
	int ecn = 0;

	inner = ipip_decap_look(self, *p, &f, &hlen, &ecn);
	if (unlikely(inner == NULL)) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	at = (uint32_t)(inner - (*p)->data);
	/* What lies behind the outer packet's end is padding. */
	packet_take(*p, (*p)->length - at - f.l4_length);
	if ((ip_traffic_class(inner) & ECN_MASK) != ecn) {
		if (packet_uniqueify(t, p) == NULL)
			return PACKET_GONE;
		ip_set_ecn((*p)->data + at, (unsigned int)ecn);
	}
	packet_pull(*p, at);
	packet_set_network(*p, (*p)->data, hlen);
	if (*(*p)->data >> 4 == 6)
		memcpy((*p)->anno + ANNO_DST_IP6, (*p)->data + 24, 16);
	else
		anno_set_u32(*p, ANNO_DST_IP, get_u32((*p)->data + 16));
	return 0;
}

static void
ipip_decap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipip_decap_one);
}

static void
ipip_decap_add_handlers(struct element *e)
{
	struct ipip_decap *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_ipip_decap = {
	.name = "IPIPDecap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ipip_decap),
	.configure = ipip_decap_configure,
	.add_handlers = ipip_decap_add_handlers,
	.action = ipip_decap_action,
};
