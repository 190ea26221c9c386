/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPIPEncap -- put IP packets into IP packets (RFC 2003, 4213, 2473).
 *
 *	IPIPEncap(SRC, DST [, keywords])
 *
 *   in 0      IPv4 or IPv6 packets that begin with their IP header
 *   out 0     the same behind a new IP header; network header set, destination
 *             annotation set to DST
 *   out 1     if connected (else they are killed), as they came: packets that
 *             are no IP packets, too long for another header, whose TTL is
 *             0, or that were sent by DST itself (a loop: RFC 2003, 4)
 *
 *   SRC, DST  ends of the tunnel, both IPv4 or both IPv6 addresses; DST may be
 *             DST_ANNO: the packet's destination annotation
 *   TTL       of the new header (default 64); the inner one is left alone: a
 *             router that forwards into a tunnel has DecIPTTL before it
 *   DSCP      of the new header (0..63; default: the inner packet's)
 *   ECN       boolean: take over the inner packet's congestion bits, for an
 *             other end that knows RFC 6040 (default true); else 0
 *   DF        boolean: set "don't fragment" (default: as the inner packet, and
 *             set for IPv6)
 *
 *   src, dst  read, write: SRC and DST
 *   drops     read: packets for output 1
 *
 *	... -> DecIPTTL -> IPIPEncap(18.26.4.24, 140.247.60.147) -> ...
 */
#include "elements/tunnel/outer.h"

struct ipip_encap {
	struct ip_outer outer;
	int32_t dscp; /* -1: the inner packet's */
	bool ecn, has_df, df;
	uint64_t drops;
};

static int
ipip_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ipip_encap *self = element_state(e);
	struct ip_outer_conf outer;
	bool ecn = true, df = false, has_df;
	int32_t dscp = -1;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	ip_outer_args(&a, &outer);
	args_i32_in(&a, "DSCP", 0, 0, 63, &dscp);
	args_bool(&a, "ECN", 0, &ecn);
	has_df = args_bool(&a, "DF", 0, &df);
	err = args_complete(&a);
	if (err == 0)
		err = ip_outer_make(&self->outer, e, &outer, errh);
	if (err != 0)
		return err;
	self->dscp = dscp;
	self->ecn = ecn;
	self->df = df;
	self->has_df = has_df;
	return 0;
}

/* Whether p may go in: a whole IP header, alive, not from the other end. */
static bool
ipip_encap_good(const struct ipip_encap *self, const struct packet *p)
{
	const uint8_t *ip = p->data;
	unsigned int version = p->length == 0 ? 0 : *ip >> 4;

	if (p->length > ip_outer_room(&self->outer))
		return false;
	if (version == 4) {
		const struct ip4 *h = (const struct ip4 *)(const void *)ip;

		return p->length >= sizeof(*h) && h->ttl != 0 &&
		       (self->outer.dst_anno ||
		           self->outer.size != sizeof(*h) ||
		           memcmp(h->src, self->outer.header + 16, 4) != 0);
	}
	if (version == 6) {
		const struct ip6 *h = (const struct ip6 *)(const void *)ip;

		return p->length >= sizeof(*h) && h->hlim != 0 &&
		       (self->outer.dst_anno ||
		           self->outer.size != sizeof(*h) ||
		           memcmp(h->src, self->outer.header + 24, 16) != 0);
	}
	return false;
}

static inline int
ipip_encap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ipip_encap *self = element_state(e);
	const uint8_t *ip = (*p)->data;
	struct ip_outer_wish w = { .proto = IPPROTO4_IPIP };
	bool v4;

	if (unlikely(!ipip_encap_good(self, *p))) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	v4 = *ip >> 4 == 4;
	if (!v4)
		w.proto = IPPROTO4_IP6;
	w.tos = ip_traffic_class(ip);
	if (self->dscp >= 0)
		w.tos = (uint8_t)(self->dscp << 2 | (w.tos & ECN_MASK));
	if (!self->ecn)
		w.tos &= (uint8_t)~ECN_MASK;
	w.df = !v4 || (get_be16(ip + 6) & IP4_DF) != 0;
	if (self->has_df)
		w.df = self->df;
	if (!v4)
		w.flow = get_be32(ip) & 0xfffff;
	return ip_outer_push(&self->outer, t, p, &w) == NULL ? PACKET_GONE : 0;
}

static void
ipip_encap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipip_encap_one);
}

static int
ipip_encap_read(struct element *e, uintptr_t dst, struct handler_call *call)
{
	struct ipip_encap *self = element_state(e);

	ip_outer_print(&self->outer, dst != 0, call->out);
	return 0;
}

static void
ipip_encap_add_handlers(struct element *e)
{
	struct ipip_encap *self = element_state(e);

	ip_outer_add_handlers(e, ipip_encap_read);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_ipip_encap = {
	.name = "IPIPEncap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ipip_encap),
	.configure = ipip_encap_configure,
	.add_handlers = ipip_encap_add_handlers,
	.action = ipip_encap_action,
};
