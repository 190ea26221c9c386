/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPFragmenter -- cut IPv4 packets that are too long for the link.
 *
 *	IPFragmenter(MTU [, HONOR_DF, VERBOSE, keyword HEADROOM])
 *
 *   in 0      IPv4 packets, network header set; anything before that header
 *             goes along with the first fragment only
 *   out 0     packets of at most MTU bytes: as they came, or in fragments
 *             (RFC 791, 3.2), in order, annotations copied
 *   out 1     longer packets with "don't fragment" set, or whose header leaves
 *             no room; freed when nothing is connected there
 *
 *   MTU       longest packet, bytes (8 at least)
 *   HONOR_DF  false: cut in spite of "don't fragment" (default true)
 *   VERBOSE   true: report every packet sent to output 1, not only five
 *   HEADROOM  bytes to leave free in front of the fragments
 *
 *   drops     read: packets sent to output 1 so far
 *   fragments read: fragments made so far
 *
 *	... -> f :: IPFragmenter(1500) -> Queue -> ...;
 *	f[1] -> ICMPError(18.26.4.24, unreachable, needfrag) -> ...;
 */
#include "elements/ip/ip_options.h"
#include "elements/ip/say.h"

struct ip_fragmenter {
	uint32_t mtu, headroom;
	bool honor_df, verbose;
	uint64_t drops, fragments;
};

enum { IP_FRAGMENTER_REPORTS = 5, IP_FRAGMENTER_BATCH = 64 };

static int
ip_fragmenter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_fragmenter *self = element_state(e);
	struct args a;

	self->honor_df = true;
	self->headroom = PACKET_HEADROOM;
	args_init(&a, conf, e, errh);
	args_u32(&a, "MTU", ARG_POS | ARG_MAND, &self->mtu);
	args_bool(&a, "HONOR_DF", ARG_POS, &self->honor_df);
	args_bool(&a, "VERBOSE", ARG_POS, &self->verbose);
	args_u32(&a, "HEADROOM", 0, &self->headroom);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (self->mtu < 8)
		return errh_error(errh, "MTU must be at least 8");
	return 0;
}

/*
 * The options that every fragment repeats, padded to words, into out (40
 * bytes).  Returns their length.
 */
static uint32_t
ip_fragmenter_options(const struct ip4 *ip, uint8_t *out)
{
	const uint8_t *o = (const uint8_t *)(ip + 1);
	const uint8_t *end = (const uint8_t *)ip + ip4_hlen(ip);
	uint32_t n = 0;

	while (o < end && *o != IPOPT_EOL) {
		if (*o == IPOPT_NOP) {
			o++;
			continue;
		}
		if (end - o < 2 || o[1] < 2 || o[1] > end - o)
			break;
		if (*o & IPOPT_COPIED) {
			memcpy(out + n, o, o[1]);
			n += o[1];
		}
		o += o[1];
	}
	while (n % 4 != 0)
		out[n++] = IPOPT_EOL;
	return n;
}

/* What all fragments after the first have in common. */
struct ip_fragmenter_plan {
	const struct packet *whole; /* its header that of the first fragment */
	const uint8_t *data;        /* its payload */
	uint32_t length;            /* of the payload */
	uint8_t header[60];
	uint32_t hlen;
	bool more; /* whole is itself a fragment, not the last */
};

/* The fragment with n bytes from offset at. */
static struct packet *
ip_fragmenter_make(const struct ip_fragmenter *self, struct thread *t,
    const struct ip_fragmenter_plan *plan, uint32_t at, uint32_t n)
{
	struct packet *q =
	    packet_new(t, self->headroom, NULL, plan->hlen + n, 0);
	struct ip4 *ip;
	uint16_t off;

	if (q == NULL)
		return NULL;
	ip = (struct ip4 *)q->data;
	memcpy(ip, plan->header, plan->hlen);
	memcpy(q->data + plan->hlen, plan->data + at, n);
	off = (uint16_t)(get_be16(ip->off) + (at >> 3));
	if (at + n >= plan->length && !plan->more)
		off &= (uint16_t)~IP4_MF;
	put_be16(ip->off, off);
	put_be16(ip->len, (uint16_t)(plan->hlen + n));
	ip_header_set_sum(ip, plan->hlen);
	packet_set_network(q, q->data, plan->hlen);
	packet_copy_annotations(q, plan->whole);
	return q;
}

/* Makes p's header that of a first fragment with n bytes, plans the others. */
static void
ip_fragmenter_plan(struct ip_fragmenter_plan *plan, struct thread *t,
    struct packet *p, uint32_t n)
{
	struct ip4 *ip = packet_ip4(p);
	uint32_t hlen = ip4_hlen(ip);
	uint32_t there = (uint32_t)packet_network_length(p) - hlen;
	uint16_t off = get_be16(ip->off), len = get_be16(ip->len);

	plan->whole = p;
	plan->data = (uint8_t *)ip + hlen;
	plan->length = len > hlen ? len - hlen : 0;
	if (plan->length > there)
		plan->length = there;
	plan->more = (off & IP4_MF) != 0;
	if (off & IP4_DF) {
		/* Who sets DF may use one id for all his packets. */
		put_u16(ip->id, (uint16_t)rand_u32(&t->rand));
		off &= (uint16_t)~IP4_DF;
	}
	put_be16(ip->off, off | IP4_MF);
	put_be16(ip->len, (uint16_t)(hlen + n));
	ip_header_set_sum(ip, hlen);
	memcpy(plan->header, ip, sizeof(*ip));
	plan->hlen =
	    sizeof(*ip) + ip_fragmenter_options(ip, plan->header + sizeof(*ip));
	plan->header[0] = (uint8_t)(0x40 | plan->hlen / 4);
}

static NOINLINE void
ip_fragmenter_refuse(struct element *e, struct thread *t, struct packet *p)
{
	struct ip_fragmenter *self = element_state(e);
	const struct ip4 *ip = packet_ip4(p);

	if (self->verbose || self->drops < IP_FRAGMENTER_REPORTS)
		say("IPFragmenter(%u) DF %u.%u.%u.%u %u.%u.%u.%u len=%u",
		    self->mtu, ip->src[0], ip->src[1], ip->src[2], ip->src[3],
		    ip->dst[0], ip->dst[1], ip->dst[2], ip->dst[3], p->length);
	counter_add(&self->drops, t, 1);
	output_push_one_checked(e, 1, t, p);
}

/*
 * The fragments of p, whose header is that of the first, n bytes long: into
 * out, pushing when it is full.  p itself becomes the first if all can wait
 * for it in out, since the others are made from its bytes; else a clone.
 */
static void
ip_fragmenter_emit(struct element *e, struct batch *out, struct packet *p,
    const struct ip_fragmenter_plan *plan, uint32_t n)
{
	struct ip_fragmenter *self = element_state(e);
	struct thread *t = out->thread;
	uint32_t step = (self->mtu - plan->hlen) & ~7u, made = 1;
	uint32_t excess = (uint32_t)(packet_end(p) - plan->data) - n;
	struct packet *first = p;

	if (plan->length / step + 2 >= batch_room(out))
		batch_emit_end(e, 0, out);
	if (plan->length / step + 2 >= batch_room(out)) {
		first = packet_clone(t, p);
		if (first == NULL) {
			packet_kill(t, p);
			return;
		}
		packet_take(first, excess);
	}
	batch_emit(e, 0, out, first);
	for (uint32_t at = n, size; at < plan->length; at += size) {
		struct packet *q;

		size = plan->length - at < step ? plan->length - at : step;
		q = ip_fragmenter_make(self, t, plan, at, size);
		if (q == NULL)
			continue;
		batch_emit(e, 0, out, q);
		made++;
	}
	counter_add(&self->fragments, t, made);
	if (first == p)
		packet_take(p, excess);
	else
		packet_kill(t, p);
}

/* p is longer than the MTU. */
static void
ip_fragmenter_cut(struct element *e, struct batch *out, struct packet *p)
{
	struct ip_fragmenter *self = element_state(e);
	struct ip_fragmenter_plan plan;
	struct thread *t = out->thread;
	struct ip4 *ip = ip_header_whole(p);
	uint32_t hlen, first;

	/* Nor is there one if the data begins behind the header. */
	if (ip == NULL || packet_network_offset(p) < 0) {
		packet_kill(t, p);
		return;
	}
	hlen = ip4_hlen(ip);
	first = self->mtu > hlen ? (self->mtu - hlen) & ~7u : 0;
	if (((get_be16(ip->off) & IP4_DF) && self->honor_df) || first < 8) {
		batch_emit_end(e, 0, out);
		ip_fragmenter_refuse(e, t, p);
		return;
	}
	if (packet_uniqueify(t, &p) == NULL)
		return;
	ip_fragmenter_plan(&plan, t, p, first);
	ip_fragmenter_emit(e, out, p, &plan, first);
}

static inline bool
ip_fragmenter_fits(const struct ip_fragmenter *self, const struct packet *p)
{
	return p->network < 0 ||
	       (int64_t)packet_network_length(p) <= (int64_t)self->mtu;
}

static void
ip_fragmenter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ip_fragmenter *self = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m;
	struct batch *out;
	uint32_t i;

	(void)port;
	for (i = 0; i < b->count; i++)
		if (unlikely(!ip_fragmenter_fits(self, b->packet[i])))
			break;
	if (likely(i == b->count)) {
		output_push(e, 0, b);
		return;
	}
	m = scratch_mark(t);
	out = batch_new(t, IP_FRAGMENTER_BATCH);
	for (i = 0; i < b->count; i++)
		if (ip_fragmenter_fits(self, b->packet[i]))
			batch_emit(e, 0, out, b->packet[i]);
		else
			ip_fragmenter_cut(e, out, b->packet[i]);
	batch_emit_end(e, 0, out);
	scratch_release(t, m);
}

static void
ip_fragmenter_add_handlers(struct element *e)
{
	struct ip_fragmenter *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	handler_add_data(
	    e, "fragments", HANDLER_READ, DATA_U64, &self->fragments);
}

const struct element_class element_ip_fragmenter = {
	.name = "IPFragmenter",
	.ports = "1/1-2",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_fragmenter),
	.configure = ip_fragmenter_configure,
	.add_handlers = ip_fragmenter_add_handlers,
	.push = ip_fragmenter_push,
};
