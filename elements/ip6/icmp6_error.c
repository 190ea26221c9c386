/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP6Error -- answer packets by ICMPv6 errors about them.
 *
 *	ICMP6Error(SRC, TYPE, CODE [, keywords MTU, ANSWER_ERRORS])
 *
 *   in 0      the IPv6 packets at fault, network header set
 *   out 0     for each that may be answered an ICMPv6 error to its source,
 *             hop limit 255, with at most 568 bytes of the packet; network
 *             header, destination annotation and fix-IP-source annotation are
 *             set
 *
 *   SRC       source address of the errors
 *   TYPE      1 unreachable, 2 too big, 3 time exceeded, 4 parameter problem
 *             (RFC 4443) or 137 redirect (RFC 4861)
 *   CODE      the code within the type
 *   MTU       what "too big" tells (default 1500)
 *   ANSWER_ERRORS  false: do not answer ICMPv6 errors and redirects (RFC 4443,
 *             2.4(e)), which a router on the Internet must not; the default is
 *             true, as in Click
 *
 * No error answers a packet that came as or goes to a multicast or broadcast,
 * but for "too big" and code 2 of "parameter problem", nor one whose source is
 * no single node.  A redirect names the node in the destination annotation,
 * "parameter problem" the offset in the parameter problem annotation.
 *
 *	d :: DecIP6HLIM; d[1] -> ICMP6Error(2001:db8::1, 3, 0) -> ...
 */
#include "elements/ip6/ip6_header.h"

enum {
	ICMP6_ERROR_QUOTED = 568, /* bytes of the packet: with 8, IPv4's 576 */
	ICMP6_ERROR_HLIM = 255,
	ICMP6_BAD_OPTION = 2, /* code of a parameter problem */
};

struct icmp6_error {
	struct ip6_addr src;
	int32_t type, code;
	uint32_t mtu;
	bool answer_errors;
};

/* The head of an error, of a redirect the whole. */
struct icmp6_error_head {
	struct ip6 ip;
	struct icmp icmp;
	uint8_t target[16], dst[16]; /* of a redirect (RFC 4861, 4.5) */
};
_Static_assert(sizeof(struct icmp6_error_head) == 80, "icmp6_error_head");

static int
icmp6_error_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp6_error *self = element_state(e);
	struct args a;

	self->mtu = 1500;
	self->answer_errors = true;
	args_init(&a, conf, e, errh);
	args_ip6(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_i32(&a, "TYPE", ARG_POS | ARG_MAND, &self->type);
	args_i32(&a, "CODE", ARG_POS | ARG_MAND, &self->code);
	args_u32(&a, "MTU", 0, &self->mtu);
	args_bool(&a, "ANSWER_ERRORS", 0, &self->answer_errors);
	return args_complete(&a);
}

static int
icmp6_error_initialize(struct element *e, struct errh *errh)
{
	struct icmp6_error *self = element_state(e);

	if (self->type < 0 || self->code < 0 || self->code > 255 ||
	    ip6_unspecified(self->src.b))
		return errh_error(errh, "not configured -a");
	if ((self->type < ICMP6_UNREACH || self->type > ICMP6_PARAMPROB) &&
	    self->type != ICMP6_REDIRECT)
		return errh_error(errh,
		    "ICMP6 type %d is not an error or redirect type",
		    self->type);
	return 0;
}

/* Whether the packet is itself an ICMPv6 error or redirect. */
static bool
icmp6_error_is_error(const struct ip6 *ip, uint32_t length)
{
	const uint8_t *type = (const uint8_t *)ip;
	struct ip6_upper u;

	if (!ip6_walk(ip, length, &u) || u.proto != IPPROTO6_ICMP)
		return false;
	if (!ip6_first_fragment(&u) || u.offset >= length)
		return true; /* it cannot be told: be silent */
	type += u.offset;
	return *type < ICMP6_ERRORS_END || *type == ICMP6_REDIRECT;
}

/* RFC 4443, 2.4(e). */
static bool
icmp6_error_may_answer(const struct icmp6_error *self, const struct packet *p)
{
	const struct ip6 *ip = ip6_header(p);
	bool to_all =
	    self->type == ICMP6_TOOBIG ||
	    (self->type == ICMP6_PARAMPROB && self->code == ICMP6_BAD_OPTION);

	if (ip == NULL || ip6_multicast(ip->src) || ip6_unspecified(ip->src))
		return false;
	if (!to_all && (ip6_multicast(ip->dst) || p->type == PACKET_BROADCAST ||
	                   p->type == PACKET_MULTICAST))
		return false;
	return self->answer_errors ||
	       !icmp6_error_is_error(ip, (uint32_t)packet_network_length(p));
}

static void
icmp6_error_fill(const struct icmp6_error *self, struct icmp6_error_head *h,
    const struct packet *p)
{
	h->icmp.type = (uint8_t)self->type;
	h->icmp.code = (uint8_t)self->code;
	if (self->type == ICMP6_TOOBIG)
		put_be32(h->icmp.rest, self->mtu);
	else if (self->type == ICMP6_PARAMPROB)
		put_be32(h->icmp.rest, anno_u8(p, ANNO_ICMP_PARAMPROB));
	else if (self->type == ICMP6_REDIRECT) {
		memcpy(h->target, p->anno + ANNO_DST_IP6, 16);
		memcpy(h->dst, packet_ip6(p)->dst, 16);
	}
}

static struct packet *
icmp6_error_make(
    const struct icmp6_error *self, struct thread *t, const struct packet *p)
{
	uint32_t quoted = (uint32_t)packet_network_length(p), plen, head;
	struct icmp6_error_head h = { .icmp = { .type = 0 } };
	struct packet *q;
	struct icmp *icmp;

	if (quoted > ICMP6_ERROR_QUOTED)
		quoted = ICMP6_ERROR_QUOTED;
	head = self->type == ICMP6_REDIRECT
	           ? sizeof(h)
	           : offsetof(struct icmp6_error_head, target);
	plen = head - (uint32_t)sizeof(h.ip) + quoted;
	q = packet_new(t, PACKET_HEADROOM, NULL, head + quoted, 0);
	if (q == NULL)
		return NULL;
	ip6_header_set(&h.ip, plen, IPPROTO6_ICMP, ICMP6_ERROR_HLIM,
	    self->src.b, packet_ip6(p)->src);
	icmp6_error_fill(self, &h, p);
	memcpy(q->data, &h, head);
	memcpy(q->data + head, packet_network(p), quoted);
	icmp = (struct icmp *)(void *)(q->data + sizeof(h.ip));
	put_u16(icmp->sum,
	    ip6_l4_csum(h.ip.src, h.ip.dst, IPPROTO6_ICMP, icmp, plen));

	packet_set_network(q, q->data, sizeof(h.ip));
	anno_set_dst_ip6(q, h.ip.dst);
	anno_set_u8(q, ANNO_FIX_IP_SRC, 1);
	q->timestamp_ns = thread_wall_ns(t);
	return q;
}

static inline struct packet *
icmp6_error_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct icmp6_error *self = element_state(e);
	struct packet *q = NULL;

	if (icmp6_error_may_answer(self, p))
		q = icmp6_error_make(self, t, p);
	packet_kill(t, p);
	return q;
}

static void
icmp6_error_action(struct element *e, struct batch *b)
{
	batch_each(e, b, icmp6_error_one);
}

const struct element_class element_icmp6_error = {
	.name = "ICMP6Error",
	.ports = "1/1",
	.state_size = sizeof(struct icmp6_error),
	.flags = ELEMENT_SHAREABLE,
	.configure = icmp6_error_configure,
	.initialize = icmp6_error_initialize,
	.action = icmp6_error_action,
};
