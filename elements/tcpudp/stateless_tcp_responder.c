/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StatelessTCPResponder([DATA]) -- answer every TCP connection with DATA and
 * keep no state of any
 *
 *   in 0    IPv4 packets, IP header position set (see CheckIPHeader)
 *   out 0   the answers: SYN ACK, a segment of DATA for each acknowledgement,
 *           FIN after the last; header positions and destination address
 *           annotation set
 *   out 1   packets other than TCP, later fragments and truncated headers;
 *           killed when nothing is connected there
 *
 *   DATA    what each connection gets (default nothing)
 *
 *   data    read, write: DATA
 *   syns    read: connections begun
 *   resets  read: RSTs, which are killed
 *   evil    read: packets that acknowledge what was never said
 *
 * What has been said follows from the acknowledgement number: sequence numbers
 * begin, as SYN cookies do (RFC 4987, 3.6), at a keyed hash of addresses and
 * ports, whose two highest bits are turned by how long the client's segments
 * may be.  Two segments answer one acknowledgement, so that a client that
 * delays acknowledgements sends the next at once.  A lost segment is repeated
 * only when the client asks for it by a duplicate acknowledgement.
 *
 *	... -> StatelessTCPResponder("HTTP/1.0 204 No Content\r\n\r\n") -> ...
 */
#include "base/hash.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/l4sum.h"
#include "elements/ip/tcp_mss.h"
#include "os/os.h"

enum {
	TTL = 200,
	HEAD = sizeof(struct ip4) + sizeof(struct tcp),
	MSS_OWN = 1460,
	MSS_SHIFT = 30, /* where the index into mss_sizes stands */
	SEGMENTS = 2,   /* for one acknowledgement */
};
static const uint32_t SAID_MASK = (1u << MSS_SHIFT) - 1;

/* What clients' segment sizes are rounded down to. */
static const uint16_t mss_sizes[4] = { 216, 536, 1220, 1440 };

struct stateless_tcp_responder {
	struct str data; /* owned; shorter than 2^30 */
	uint64_t key;
	uint64_t syns, resets, evil;
	uint16_t id; /* of the next packet */
};

/* What is needed of a packet to answer it. */
struct tcp_call {
	const struct ip4 *ip;
	const struct tcp *tcp;
	uint32_t base; /* sequence number before what was said */
	uint32_t next; /* the client's next sequence number */
	uint16_t window;
};

static int
stateless_tcp_responder_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct stateless_tcp_responder *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_str(&a, "DATA", ARG_POS, &self->data);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (self->data.n >= SAID_MASK)
		return errh_error(errh, "DATA too long");
	if (self->key == 0)
		os_random(&self->key, sizeof(self->key));
	return 0;
}

static void
stateless_tcp_responder_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct stateless_tcp_responder *self = element_state(e);

	(void)stage;
	str_free(&self->data);
}

/* The largest of mss_sizes that a SYN's options allow. */
static uint32_t
stateless_tcp_responder_mss(const struct tcp *tcp, const uint8_t *end)
{
	uint32_t mss = tcp_mss(tcp, end), i = ARRAY_SIZE(mss_sizes) - 1;

	while (i > 0 && mss_sizes[i] > mss)
		i--;
	return i;
}

/* A packet that says length bytes of DATA from position said on. */
static struct packet *
stateless_tcp_responder_make(struct element *e, struct thread *t,
    const struct tcp_call *c, uint32_t seq, uint8_t flags, uint32_t said,
    uint32_t length)
{
	struct stateless_tcp_responder *self = element_state(e);
	bool syn = (flags & TCP_SYN) != 0;
	uint32_t options = syn ? TCP_OPT_MSS_LENGTH : 0;
	struct packet *q =
	    packet_new(t, PACKET_HEADROOM, NULL, HEAD + options + length, 0);
	struct ip4 *ip;
	struct tcp *tcp;

	if (q == NULL)
		return NULL;
	ip = (struct ip4 *)(void *)q->data;
	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = IPPROTO4_TCP };
	put_be16(ip->len, (uint16_t)q->length);
	put_be16(ip->id, self->id++);
	memcpy(ip->src, c->ip->dst, 4);
	memcpy(ip->dst, c->ip->src, 4);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	packet_set_network(q, q->data, sizeof(*ip));
	anno_set_u32(q, ANNO_DST_IP, get_u32(ip->dst));

	tcp = (struct tcp *)(void *)(ip + 1);
	*tcp = (struct tcp){ .flags = flags };
	memcpy(tcp->sport, c->tcp->dport, 2);
	memcpy(tcp->dport, c->tcp->sport, 2);
	put_be32(tcp->seq, seq);
	put_be32(tcp->ack, c->next);
	tcp->off = (uint8_t)((sizeof(*tcp) + options) / 4 << 4);
	put_be16(tcp->win, 0xffff);
	if (syn)
		tcp_mss_write((uint8_t *)(tcp + 1), MSS_OWN);
	if (length > 0)
		memcpy(q->data + HEAD + options, self->data.s + said, length);
	put_u16(tcp->sum, ip4_l4_csum(ip, tcp, q->length - sizeof(*ip)));
	return q;
}

/* Says what comes after the said bytes; a FIN counts as one more. */
static void
stateless_tcp_responder_say(struct element *e, const struct tcp_call *c,
    uint32_t said, uint32_t mss, struct batch *out)
{
	struct stateless_tcp_responder *self = element_state(e);
	uint32_t total = (uint32_t)self->data.n, window = c->window;

	for (unsigned int i = 0; i < SEGMENTS && said <= total; i++) {
		uint32_t n = total - said;
		uint8_t flags = TCP_ACK;
		struct packet *q;

		if (n > mss)
			n = mss;
		if (n > window)
			n = window;
		if (n == 0 && said < total)
			return; /* the window is closed */
		if (said + n == total)
			flags |= TCP_FIN | TCP_PSH;
		q = stateless_tcp_responder_make(
		    e, out->thread, c, c->base + said, flags, said, n);
		if (q == NULL)
			return;
		batch_emit(e, 0, out, q);
		said += n;
		window -= n;
		if (flags & TCP_FIN)
			return;
	}
}

static void
stateless_tcp_responder_syn(struct element *e, const struct tcp_call *c,
    uint32_t hash, const uint8_t *end, struct batch *out)
{
	uint32_t mss = stateless_tcp_responder_mss(c->tcp, end);
	struct packet *q = stateless_tcp_responder_make(e, out->thread, c,
	    hash + (mss << MSS_SHIFT) - 1, TCP_SYN | TCP_ACK, 0, 0);

	if (q != NULL)
		batch_emit(e, 0, out, q);
}

static void
stateless_tcp_responder_ack(struct element *e, struct tcp_call *c,
    uint32_t hash, uint32_t payload, struct batch *out)
{
	struct stateless_tcp_responder *self = element_state(e);
	uint32_t offset = get_be32(c->tcp->ack) - hash;
	uint32_t said = offset & SAID_MASK, mss = offset >> MSS_SHIFT;
	uint32_t total = (uint32_t)self->data.n;
	struct packet *q;

	if (said > total + 1) {
		counter_add(&self->evil, out->thread, 1);
		return;
	}
	c->base = hash + (mss << MSS_SHIFT);
	if (said <= total) {
		stateless_tcp_responder_say(e, c, said, mss_sizes[mss], out);
		return;
	}
	/* All is said: only what the client still says is acknowledged. */
	if (payload == 0 && (c->tcp->flags & TCP_FIN) == 0)
		return;
	q = stateless_tcp_responder_make(
	    e, out->thread, c, c->base + said, TCP_ACK, 0, 0);
	if (q != NULL)
		batch_emit(e, 0, out, q);
}

/* True if p is TCP; then it has been answered and may go. */
static bool
stateless_tcp_responder_one(
    struct element *e, struct packet *p, struct batch *out)
{
	struct stateless_tcp_responder *self = element_state(e);
	struct tcp_call c = { .ip = ip_header_whole(p) };
	uint32_t hlen, length, hash;
	uint64_t addresses;
	uint32_t ports;

	if (c.ip == NULL || c.ip->proto != IPPROTO4_TCP ||
	    !ip_header_first_fragment(c.ip) ||
	    ip_header_transport_length(p) < sizeof(*c.tcp))
		return false;
	c.tcp = (const struct tcp *)(void *)packet_transport(p);
	hlen = ip4_hlen(c.ip) + tcp_hlen(c.tcp);
	length = get_be16(c.ip->len);
	length = length > hlen ? length - hlen : 0;
	c.window = get_be16(c.tcp->win);
	c.next = get_be32(c.tcp->seq) + length +
	         ((c.tcp->flags & TCP_SYN) != 0) +
	         ((c.tcp->flags & TCP_FIN) != 0);
	memcpy(&addresses, c.ip->src, sizeof(addresses));
	memcpy(&ports, c.tcp->sport, sizeof(ports));
	hash = (uint32_t)hash_u128(addresses, ports, self->key);

	if (c.tcp->flags & TCP_RST) {
		counter_add(&self->resets, out->thread, 1);
	} else if ((c.tcp->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		counter_add(&self->syns, out->thread, 1);
		stateless_tcp_responder_syn(e, &c, hash, packet_end(p), out);
	} else if ((c.tcp->flags & (TCP_SYN | TCP_ACK)) == TCP_ACK) {
		stateless_tcp_responder_ack(e, &c, hash, length, out);
	} else {
		counter_add(&self->evil, out->thread, 1);
	}
	return true;
}

static void
stateless_tcp_responder_push(
    struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *out = batch_new(t, BATCH_MAX);

	(void)port;
	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];

		if (stateless_tcp_responder_one(e, p, out))
			packet_kill(t, p);
		else
			output_push_one_checked(e, 1, t, p);
	}
	batch_emit_end(e, 0, out);
	scratch_release(t, m);
}

static void
stateless_tcp_responder_add_handlers(struct element *e)
{
	struct stateless_tcp_responder *self = element_state(e);

	handler_add_data(e, "data", HANDLER_READ, DATA_STR, &self->data);
	handler_add_rewrite_arg(e, "data", 0, "DATA");
	handler_add_data(e, "syns", HANDLER_READ, DATA_U64, &self->syns);
	handler_add_data(e, "resets", HANDLER_READ, DATA_U64, &self->resets);
	handler_add_data(e, "evil", HANDLER_READ, DATA_U64, &self->evil);
}

const struct element_class element_stateless_tcp_responder = {
	.name = "StatelessTCPResponder",
	.ports = "1/1-2",
	.processing = "h/h",
	.state_size = sizeof(struct stateless_tcp_responder),
	.flags = ELEMENT_LIVE,
	.configure = stateless_tcp_responder_configure,
	.cleanup = stateless_tcp_responder_cleanup,
	.add_handlers = stateless_tcp_responder_add_handlers,
	.push = stateless_tcp_responder_push,
};
