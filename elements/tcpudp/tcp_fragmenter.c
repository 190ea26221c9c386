/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCPFragmenter([MTU, MTU_ANNO]) -- cut long TCP segments into shorter ones
 *
 *   in 0    TCP over IPv4, header positions set; anything in front of the IP
 *           header is copied along
 *   out 0   the same, segments as long as the MTU or longer cut to it, with
 *           sequence numbers, lengths and checksums of their own; FIN stays
 *           with the last
 *
 *   MTU       bytes of the longest IP packet; 0, the default: any
 *   MTU_ANNO  a two byte annotation: a packet's own MTU, if lower (0: none)
 *
 *   fragments         read: pieces made
 *   fragmented_count  read: packets cut
 *   count             read: packets that came
 *
 * One of MTU and MTU_ANNO must be given.
 *
 *	... -> TCPFragmenter(MTU 1500) -> EtherEncap(...) -> ToDevice(0);
 */
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/l4sum.h"

struct tcp_fragmenter {
	uint16_t mtu;
	bool has_anno;
	uint8_t anno;
	uint32_t fragments, fragmented, count; /* atomic between threads */
};

/* One segment to be cut. */
struct tcp_cut {
	uint32_t front;   /* bytes from data to the TCP payload */
	uint32_t payload; /* bytes */
	uint32_t piece;   /* payload of each but the last */
};

static int
tcp_fragmenter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct tcp_fragmenter *self = element_state(e);
	struct arg_anno anno = { 0, 0 };
	uint16_t mtu = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u16(&a, "MTU", 0, &mtu);
	args_anno(&a, "MTU_ANNO", 0, 2, &anno);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (mtu == 0 && anno.size == 0)
		return errh_error(
		    errh, "At least one of MTU and MTU_ANNO must be set");
	self->mtu = mtu;
	self->has_anno = anno.size != 0;
	self->anno = anno.offset;
	return 0;
}

static uint32_t
tcp_fragmenter_mtu(const struct tcp_fragmenter *self, const struct packet *p)
{
	uint16_t own = self->has_anno ? anno_u16(p, self->anno) : 0;

	if (own != 0 && (self->mtu == 0 || self->mtu > own))
		return own;
	return self->mtu;
}

/* Whether p is to be cut, and how. */
static bool
tcp_fragmenter_plan(const struct tcp_fragmenter *self, const struct packet *p,
    struct tcp_cut *cut)
{
	uint32_t mtu = tcp_fragmenter_mtu(self, p), heads, length;
	const struct ip4 *ip = packet_ip4(p);
	const struct tcp *tcp;

	if (mtu == 0 || ip == NULL ||
	    packet_network_length(p) < (int32_t)sizeof(*ip) ||
	    packet_network_offset(p) < 0 || ip->proto != IPPROTO4_TCP ||
	    packet_transport_length(p) < (int32_t)sizeof(*tcp))
		return false;
	tcp = (const struct tcp *)(void *)packet_transport(p);
	heads = ip4_hlen(ip) + tcp_hlen(tcp);
	length = get_be16(ip->len);
	if (ip4_hlen(ip) < sizeof(*ip) || tcp_hlen(tcp) < sizeof(*tcp) ||
	    p->transport - p->network != (int32_t)ip4_hlen(ip) ||
	    (int32_t)length > packet_network_length(p) || heads >= length ||
	    heads >= mtu || length < mtu)
		return false;
	cut->front = (uint32_t)packet_network_offset(p) + heads;
	cut->payload = length - heads;
	cut->piece = mtu - heads;
	return true;
}

/* Mends the headers of a piece: payload bytes from offset on. */
static void
tcp_fragmenter_mend(
    struct packet *q, uint32_t offset, uint32_t length, bool last)
{
	struct ip4 *ip = packet_ip4(q);
	struct tcp *tcp = (struct tcp *)(void *)packet_transport(q);
	uint32_t hlen = ip4_hlen(ip), tcp_length = tcp_hlen(tcp) + length;

	put_be16(ip->len, (uint16_t)(hlen + tcp_length));
	put_u16(ip->sum, 0);
	put_u16(ip->sum, csum(ip, hlen));
	if (!last)
		tcp->flags &= (uint8_t)~TCP_FIN;
	put_be32(tcp->seq, get_be32(tcp->seq) + offset);
	put_u16(tcp->sum, 0);
	put_u16(tcp->sum, ip4_l4_csum(ip, tcp, tcp_length));
}

/* A new packet with p's front and part of its payload. */
static struct packet *
tcp_fragmenter_piece(struct thread *t, const struct packet *p,
    const struct tcp_cut *cut, uint32_t offset, uint32_t length)
{
	struct packet *q =
	    packet_new(t, packet_headroom(p), NULL, cut->front + length, 0);

	if (q == NULL)
		return NULL;
	memcpy(q->data, p->data, cut->front);
	memcpy(q->data + cut->front, p->data + cut->front + offset, length);
	packet_copy_annotations(q, p);
	packet_set_network(q, q->data + packet_network_offset(p),
	    (uint32_t)(p->transport - p->network));
	if (p->mac >= 0)
		q->mac = q->network + (p->mac - p->network);
	return q;
}

static void
tcp_fragmenter_cut(struct element *e, struct batch *out, struct packet *p,
    const struct tcp_cut *cut)
{
	struct tcp_fragmenter *self = element_state(e);
	struct thread *t = out->thread;

	for (uint32_t offset = 0; offset < cut->payload; offset += cut->piece) {
		uint32_t left = cut->payload - offset;
		bool last = left <= cut->piece;
		uint32_t length = last ? left : cut->piece;
		struct packet *q =
		    tcp_fragmenter_piece(t, p, cut, offset, length);

		if (q == NULL)
			break;
		tcp_fragmenter_mend(q, offset, length, last);
		fetch_add(&self->fragments, 1);
		batch_emit(e, 0, out, q);
	}
	packet_kill(t, p);
}

static void
tcp_fragmenter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct tcp_fragmenter *self = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	struct batch *out = batch_new(b->thread, BATCH_MAX);
	struct tcp_cut cut;

	(void)port;
	fetch_add(&self->count, b->count);
	for (uint32_t i = 0; i < b->count; i++) {
		if (!tcp_fragmenter_plan(self, b->packet[i], &cut)) {
			batch_emit(e, 0, out, b->packet[i]);
			continue;
		}
		fetch_add(&self->fragmented, 1);
		tcp_fragmenter_cut(e, out, b->packet[i], &cut);
	}
	batch_emit_end(e, 0, out);
	scratch_release(b->thread, m);
}

static void
tcp_fragmenter_add_handlers(struct element *e)
{
	struct tcp_fragmenter *self = element_state(e);

	handler_add_data(
	    e, "fragments", HANDLER_READ, DATA_U32, &self->fragments);
	handler_add_data(
	    e, "fragmented_count", HANDLER_READ, DATA_U32, &self->fragmented);
	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &self->count);
}

const struct element_class element_tcp_fragmenter = {
	.name = "TCPFragmenter",
	.ports = "1/1",
	.processing = "h/h",
	.state_size = sizeof(struct tcp_fragmenter),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = tcp_fragmenter_configure,
	.add_handlers = tcp_fragmenter_add_handlers,
	.push = tcp_fragmenter_push,
};
