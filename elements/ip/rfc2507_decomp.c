/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC2507Decomp -- restore headers that RFC2507Comp has compressed.
 *
 *	RFC2507Decomp()
 *
 *   in 0      packets from RFC2507Comp, none lost on the way
 *   out 0     the IPv4 packets that they were; what makes no sense is dropped.
 *             No header positions are set: put CheckIPHeader behind it.
 *
 *	FromDevice(1) -> RFC2507Decomp -> CheckIPHeader -> ...
 */
#include "elements/ip/rfc2507.h"

#include "elements/ip/ip_header.h"

struct rfc2507_decomp {
	struct rfc2507_context contexts[RFC2507_CONTEXTS];
};

/* Takes a change off the bytes from *at to end; false: there is none. */
static bool
rfc2507_decomp_change(const uint8_t **at, const uint8_t *end, uint32_t *x)
{
	const uint8_t *in = *at;

	if (end - in < 1 || (in[0] == 0 && end - in < 3))
		return false;
	*x = in[0] != 0 ? in[0] : get_be16(in + 1);
	*at += in[0] != 0 ? 1 : 3;
	return true;
}

static bool
rfc2507_decomp_16(const uint8_t **at, const uint8_t *end, uint8_t *field)
{
	uint32_t x;

	if (!rfc2507_decomp_change(at, end, &x))
		return false;
	put_be16(field, (uint16_t)(get_be16(field) + x));
	return true;
}

static bool
rfc2507_decomp_32(const uint8_t **at, const uint8_t *end, uint8_t *field)
{
	uint32_t x;

	if (!rfc2507_decomp_change(at, end, &x))
		return false;
	put_be32(field, get_be32(field) + x);
	return true;
}

/* Brings c up to the compressed packet p: bytes of its head, 0 if bad. */
static uint32_t
rfc2507_decomp_headers(struct rfc2507_context *c, const struct packet *p)
{
	const uint8_t *at = p->data + RFC2507_HEAD, *end = packet_end(p);
	uint8_t flags;

	if (p->length < RFC2507_HEAD || c->ip.vhl == 0)
		return 0;
	flags = p->data[2];
	memcpy(c->tcp.sum, p->data + 3, 2);
	c->tcp.flags &= (uint8_t) ~(TCP_PSH | TCP_URG);
	if (flags & RFC2507_P)
		c->tcp.flags |= TCP_PSH;
	if (flags & RFC2507_U)
		c->tcp.flags |= TCP_URG;
	if (((flags & RFC2507_U) && !rfc2507_decomp_16(&at, end, c->tcp.urp)) ||
	    ((flags & RFC2507_W) && !rfc2507_decomp_16(&at, end, c->tcp.win)) ||
	    ((flags & RFC2507_A) && !rfc2507_decomp_32(&at, end, c->tcp.ack)) ||
	    ((flags & RFC2507_S) && !rfc2507_decomp_32(&at, end, c->tcp.seq)) ||
	    ((flags & RFC2507_I) && !rfc2507_decomp_16(&at, end, c->ip.id)))
		return 0;
	if ((flags & RFC2507_I) == 0)
		put_be16(c->ip.id, (uint16_t)(get_be16(c->ip.id) + 1));
	return (uint32_t)(at - p->data);
}

static struct packet *
rfc2507_decomp_compressed(
    struct rfc2507_context *c, struct thread *t, struct packet *p)
{
	struct rfc2507_context h = *c;
	uint32_t n = rfc2507_decomp_headers(&h, p);

	if (n == 0 || p->length - n + RFC2507_HEADERS > UINT16_MAX) {
		packet_kill(t, p);
		return NULL;
	}
	packet_pull(p, n);
	if (packet_push(t, &p, RFC2507_HEADERS) == NULL)
		return NULL;
	put_be16(h.ip.len, (uint16_t)p->length);
	ip_header_set_sum(&h.ip, sizeof(h.ip));
	memcpy(p->data, &h, sizeof(h));
	*c = h;
	return p;
}

static inline struct packet *
rfc2507_decomp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct rfc2507_decomp *self = element_state(e);
	unsigned int context = p->length < 2 ? 0 : p->data[1];

	packet_clear_headers(p);
	if (p->length >= 2 && p->data[0] == RFC2507_OTHER) {
		packet_pull(p, 1);
		return p;
	}
	if (context == 0 || context >= RFC2507_CONTEXTS)
		goto drop;
	if (p->data[0] == RFC2507_COMPRESSED)
		return rfc2507_decomp_compressed(
		    &self->contexts[context], t, p);
	if (p->data[0] != RFC2507_FULL || p->length < 2 + RFC2507_HEADERS)
		goto drop;
	packet_pull(p, 2);
	memcpy(&self->contexts[context], p->data, RFC2507_HEADERS);
	return p;

drop:
	packet_kill(t, p);
	return NULL;
}

static void
rfc2507_decomp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, rfc2507_decomp_one);
}

const struct element_class element_rfc2507_decomp = {
	.name = "RFC2507Decomp",
	.ports = "1/1",
	.state_size = sizeof(struct rfc2507_decomp),
	.action = rfc2507_decomp_action,
};
