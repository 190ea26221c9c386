/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6Fragmenter -- deal with IPv6 packets that are too long for the link.
 *
 *	IP6Fragmenter(MTU [, keyword OVERSIZE])
 *
 *   in 0      IPv6 packets
 *   out 0     those of at most MTU bytes, and fragments
 *   out 1     longer packets if OVERSIZE is ERROR, and those that cannot be
 *             cut if it is FRAGMENT; freed when nothing is connected there
 *
 *   MTU       longest packet, bytes; at least 56 with FRAGMENT
 *   OVERSIZE  what becomes of longer packets:
 *             DROP      they are dropped (default, as in Click 2.1)
 *             ERROR     they go to output 1: what a router does (RFC 8200, 5)
 *             FRAGMENT  they are cut (4.5), in order, annotations copied: what
 *                       only the source of a packet may do, or a tunnel's end;
 *                       they need their network header set
 *
 *   oversize  read: packets longer than MTU so far
 *   drops     read: packets sent to output 1 so far
 *   fragments read: fragments made so far
 *
 *	... -> f :: IP6Fragmenter(1280, OVERSIZE ERROR) -> ...;
 *	f[1] -> ICMP6Error(2001:db8::1, 2, 0, MTU 1280) -> ...;
 */
#include "elements/ip6/ip6_header.h"

enum ip6_oversize { OVERSIZE_DROP, OVERSIZE_ERROR, OVERSIZE_FRAGMENT };

enum {
	IP6_FRAGMENTER_BATCH = 64,
	IP6_FRAGMENTER_LEAST = sizeof(struct ip6) + sizeof(struct ip6_frag) + 8,
};

struct ip6_fragmenter {
	uint32_t mtu;
	enum ip6_oversize oversize;
	uint64_t longer, drops, fragments;
};

static int
ip6_fragmenter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const char *const names[] = { "DROP", "ERROR", "FRAGMENT" };
	struct ip6_fragmenter *self = element_state(e);
	struct str word = { NULL, 0 };
	size_t i = 0;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_u32(&a, "MTU", ARG_POS | ARG_MAND, &self->mtu);
	args_word(&a, "OVERSIZE", 0, &word);
	err = args_complete(&a);
	if (err == 0 && word.n > 0)
		while (i < ARRAY_SIZE(names) && !str_is(word, names[i]))
			i++;
	if (i == ARRAY_SIZE(names))
		err = errh_error(errh,
		    "bad OVERSIZE value '%.*s'; should be "
		    "'DROP', 'ERROR', or 'FRAGMENT'",
		    STR_ARG(word));
	str_free(&word);
	if (err != 0)
		return err;
	self->oversize = (enum ip6_oversize)i;
	if (i == OVERSIZE_FRAGMENT && self->mtu < IP6_FRAGMENTER_LEAST)
		return errh_error(
		    errh, "MTU must be at least %u", IP6_FRAGMENTER_LEAST);
	return 0;
}

/*
 * The end of the headers that each fragment repeats: hop-by-hop, and all up to
 * a routing header.  *next becomes the offset of the field that names what
 * follows.  0 when p is a fragment already or not whole.
 */
static uint32_t
ip6_fragmenter_head(const struct ip6 *ip, uint32_t length, uint32_t *next)
{
	const uint8_t *b = (const uint8_t *)ip;
	uint32_t at = sizeof(*ip), head = at,
	         field = offsetof(struct ip6, next);
	struct ip6_upper u;

	if (!ip6_walk(ip, length, &u) || u.fragment != 0)
		return 0;
	*next = field;
	while (at < u.offset) {
		uint8_t kind = b[field];

		field = at;
		at += 8u + b[at + 1] * 8u;
		if (kind == IPPROTO6_HOPOPTS || kind == IPPROTO6_ROUTING) {
			head = at;
			*next = field;
		}
	}
	return head;
}

/* The fragment with n bytes from offset at. */
static struct packet *
ip6_fragmenter_make(struct thread *t, const struct packet *p, uint32_t head,
    uint32_t next, const struct ip6_frag *frag, uint32_t at, uint32_t n)
{
	const uint8_t *from = packet_network(p);
	struct packet *q = packet_new(
	    t, PACKET_HEADROOM, NULL, head + (uint32_t)sizeof(*frag) + n, 0);
	struct ip6 *ip;

	if (q == NULL)
		return NULL;
	memcpy(q->data, from, head);
	memcpy(q->data + head, frag, sizeof(*frag));
	memcpy(q->data + head + sizeof(*frag), from + head + at, n);
	q->data[next] = IPPROTO6_FRAGMENT;
	ip = (struct ip6 *)(void *)q->data;
	put_be16(ip->plen, (uint16_t)(q->length - sizeof(*ip)));
	packet_copy_annotations(q, p);
	packet_set_network(q, q->data, sizeof(*ip));
	return q;
}

/* Cuts p into out; false if it cannot be cut. */
static bool
ip6_fragmenter_cut(struct element *e, struct batch *out, const struct packet *p)
{
	struct ip6_fragmenter *self = element_state(e);
	const struct ip6 *ip = ip6_header(p);
	uint32_t head = 0, next = 0, length, step;
	struct ip6_frag frag;

	if (ip != NULL)
		head = ip6_fragmenter_head(
		    ip, (uint32_t)packet_network_length(p), &next);
	if (head == 0 || head + sizeof(frag) + 8 > self->mtu)
		return false;
	length = (uint32_t)packet_network_length(p) - head;
	if (length > 0xffff)
		return false;
	step = (self->mtu - head - (uint32_t)sizeof(frag)) & ~7u;
	frag = (struct ip6_frag){ .next = ((const uint8_t *)ip)[next] };
	put_be32(frag.id, rand_u32(&out->thread->rand));
	for (uint32_t at = 0, n; at < length; at += n) {
		struct packet *q;

		n = length - at < step ? length - at : step;
		put_be16(
		    frag.off, (uint16_t)(at | (at + n < length ? IP6_MF : 0)));
		q = ip6_fragmenter_make(
		    out->thread, p, head, next, &frag, at, n);
		if (q == NULL)
			continue; /* counted in the pool */
		counter_add(&self->fragments, out->thread, 1);
		batch_emit(e, 0, out, q);
	}
	return true;
}

static void
ip6_fragmenter_long(struct element *e, struct batch *out, struct packet *p)
{
	struct ip6_fragmenter *self = element_state(e);
	struct thread *t = out->thread;

	counter_add(&self->longer, t, 1);
	if (self->oversize == OVERSIZE_DROP ||
	    (self->oversize == OVERSIZE_FRAGMENT &&
	        ip6_fragmenter_cut(e, out, p))) {
		packet_kill(t, p);
		return;
	}
	counter_add(&self->drops, t, 1);
	output_push_one_checked(e, 1, t, p);
}

static void
ip6_fragmenter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ip6_fragmenter *self = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *out = batch_new(t, IP6_FRAGMENTER_BATCH);

	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		if (likely(b->packet[i]->length <= self->mtu))
			batch_emit(e, 0, out, b->packet[i]);
		else
			ip6_fragmenter_long(e, out, b->packet[i]);
	batch_emit_end(e, 0, out);
	scratch_release(t, m);
}

static void
ip6_fragmenter_add_handlers(struct element *e)
{
	struct ip6_fragmenter *self = element_state(e);

	handler_add_data(e, "oversize", HANDLER_READ, DATA_U64, &self->longer);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	handler_add_data(
	    e, "fragments", HANDLER_READ, DATA_U64, &self->fragments);
}

const struct element_class element_ip6_fragmenter = {
	.name = "IP6Fragmenter",
	.ports = "1/1-2",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip6_fragmenter),
	.configure = ip6_fragmenter_configure,
	.add_handlers = ip6_fragmenter_add_handlers,
	.push = ip6_fragmenter_push,
};
