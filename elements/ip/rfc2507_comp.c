/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC2507Comp -- compress the headers of TCP over IPv4.
 *
 *	RFC2507Comp()
 *
 *   in 0      IPv4 packets, network header set and first in the packet
 *   out 0     packets for RFC2507Decomp: established TCP connections, up to 14
 *             at a time, with 6 to 20 bytes in the place of their 40 bytes of
 *             headers, others one or two bytes longer than they were
 *
 * No packet may be lost between the two elements.
 *
 *	... -> CheckIPHeader -> RFC2507Comp -> ToDevice(1);
 *	FromDevice(1) -> RFC2507Decomp -> CheckIPHeader -> ...
 */
#include "elements/ip/rfc2507.h"

#include "elements/ip/ip_header.h"

struct rfc2507_comp {
	struct rfc2507_context contexts[RFC2507_CONTEXTS];
};

/* Whether p is one packet of an established connection, whole. */
static bool
rfc2507_comp_can(const struct packet *p)
{
	enum { STATE = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK };
	const struct ip4 *ip = ip_header_whole(p);
	const struct tcp *tcp;

	if (ip == NULL || packet_network_offset(p) != 0 || ip->vhl != 0x45 ||
	    ip_header_fragment(ip) || ip->proto != IPPROTO4_TCP ||
	    get_be16(ip->len) != p->length ||
	    ip_header_transport_length(p) < sizeof(*tcp))
		return false;
	tcp = (const struct tcp *)packet_transport(p);
	return (tcp->flags & STATE) == TCP_ACK &&
	       packet_transport(p) == p->data + sizeof(*ip);
}

/* The context of h's connection, or 0. */
static unsigned int
rfc2507_comp_find(
    const struct rfc2507_comp *self, const struct rfc2507_context *h)
{
	for (unsigned int i = 1; i < RFC2507_CONTEXTS; i++) {
		const struct rfc2507_context *c = &self->contexts[i];

		if (get_u64(c->ip.src) == get_u64(h->ip.src) &&
		    get_u32(c->tcp.sport) == get_u32(h->tcp.sport) &&
		    c->ip.vhl != 0)
			return i;
	}
	return 0;
}

/* What a compressed packet cannot tell must be as it was. */
static bool
rfc2507_comp_alike(
    const struct rfc2507_context *c, const struct rfc2507_context *h)
{
	enum { TOLD = TCP_PSH | TCP_URG };
	bool urgent = get_u16(c->tcp.urp) != get_u16(h->tcp.urp);

	return c->ip.tos == h->ip.tos && c->ip.ttl == h->ip.ttl &&
	       get_u16(c->ip.off) == get_u16(h->ip.off) &&
	       c->tcp.off == h->tcp.off &&
	       ((c->tcp.flags ^ h->tcp.flags) & ~TOLD) == 0 &&
	       urgent == ((h->tcp.flags & TCP_URG) != 0) &&
	       get_u16(c->ip.id) != get_u16(h->ip.id);
}

/* Appends a change, if there is one, and sets its flag; false: too big. */
static bool
rfc2507_comp_change(
    uint8_t *out, uint32_t *n, uint8_t flag, uint32_t difference)
{
	if (difference == 0)
		return true;
	if (difference > 0xffff)
		return false;
	out[2] |= flag;
	if (difference < 256) {
		out[(*n)++] = (uint8_t)difference;
		return true;
	}
	out[(*n)++] = 0;
	put_be16(out + *n, (uint16_t)difference);
	*n += 2;
	return true;
}

static uint32_t
rfc2507_comp_difference16(const uint8_t *from, const uint8_t *to)
{
	return (uint16_t)(get_be16(to) - get_be16(from));
}

static uint32_t
rfc2507_comp_difference32(const uint8_t *from, const uint8_t *to)
{
	return get_be32(to) - get_be32(from);
}

/* The compressed headers of h: their length, 0 if they cannot be. */
static uint32_t
rfc2507_comp_headers(const struct rfc2507_context *c,
    const struct rfc2507_context *h, unsigned int context, uint8_t *out)
{
	uint32_t n = RFC2507_HEAD;
	uint32_t id = rfc2507_comp_difference16(c->ip.id, h->ip.id);

	if (!rfc2507_comp_alike(c, h))
		return 0;
	out[0] = RFC2507_COMPRESSED;
	out[1] = (uint8_t)context;
	out[2] = h->tcp.flags & TCP_PSH ? RFC2507_P : 0;
	memcpy(out + 3, h->tcp.sum, 2);
	if (!rfc2507_comp_change(out, &n, RFC2507_U,
	        rfc2507_comp_difference16(c->tcp.urp, h->tcp.urp)) ||
	    !rfc2507_comp_change(out, &n, RFC2507_W,
	        rfc2507_comp_difference16(c->tcp.win, h->tcp.win)) ||
	    !rfc2507_comp_change(out, &n, RFC2507_A,
	        rfc2507_comp_difference32(c->tcp.ack, h->tcp.ack)) ||
	    !rfc2507_comp_change(out, &n, RFC2507_S,
	        rfc2507_comp_difference32(c->tcp.seq, h->tcp.seq)) ||
	    !rfc2507_comp_change(out, &n, RFC2507_I, id == 1 ? 0 : id))
		return 0;
	return n;
}

static inline struct packet *
rfc2507_comp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct rfc2507_comp *self = element_state(e);
	uint8_t head[RFC2507_HEAD + RFC2507_CHANGES];
	struct rfc2507_context h;
	uint32_t n = 0, old = 0;
	unsigned int context;

	if (!rfc2507_comp_can(p)) {
		head[0] = RFC2507_OTHER;
		n = 1;
	} else {
		memcpy(&h, p->data, sizeof(h));
		context = rfc2507_comp_find(self, &h);
		if (context != 0)
			n = rfc2507_comp_headers(
			    &self->contexts[context], &h, context, head);
		else
			context =
			    1 + rand_below(&t->rand, RFC2507_CONTEXTS - 1);
		self->contexts[context] = h;
		if (n != 0)
			old = RFC2507_HEADERS;
		else {
			head[0] = RFC2507_FULL;
			head[1] = (uint8_t)context;
			n = 2;
		}
	}
	packet_pull(p, old);
	if (packet_push(t, &p, n) == NULL)
		return NULL;
	memcpy(p->data, head, n);
	packet_clear_headers(p);
	return p;
}

static void
rfc2507_comp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, rfc2507_comp_one);
}

const struct element_class element_rfc2507_comp = {
	.name = "RFC2507Comp",
	.ports = "1/1",
	.state_size = sizeof(struct rfc2507_comp),
	.action = rfc2507_comp_action,
};
