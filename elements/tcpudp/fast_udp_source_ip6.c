/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FastUDPSourceIP6(RATE, LIMIT, LENGTH, SRCETH, SRCIP6, SPORT, DSTETH, DSTIP6,
 * DPORT [, CHECKSUM, INTERVAL, ACTIVE]) -- give the same UDP packet over IPv6
 *
 *   out 0      (pull) Ethernet frames with UDP over IPv6, IP header position
 *              and IPv6 destination annotation set
 *
 *   RATE       packets a second; 0: as fast as it is pulled
 *   LIMIT      packets in all; negative: no limit
 *   LENGTH     bytes of a frame, 60 at least
 *   SRCETH, SRCIP6, SPORT, DSTETH, DSTIP6, DPORT   addresses and ports
 *   CHECKSUM   boolean: whether the UDP checksum is computed (default true)
 *   INTERVAL   packets after which both ports go up by one; 0, the default:
 *              never
 *   ACTIVE     boolean (default true)
 *
 *   count            read: packets given
 *   rate             read: packets a second on the way to LIMIT, 0 before;
 *write: RATE limit, active    write; writing active true also resets reset
 *write: begin anew
 *
 *	FastUDPSourceIP6(100000, 500000, 80, 0:0:0:0:0:1, 2001:db8::1, 1234,
 *	    0:0:0:0:0:2, 2001:db8::2, 1234) -> ToDevice(0);
 */
#include "click/anno.h"
#include "elements/tcpudp/fastsource.h"

enum { HOP_LIMIT = 250, FRAME_MIN = 14 + 40 + 8 };

struct fast_udp_source_ip6 {
	struct fast_source source;
	struct ip6_addr src, dst;
	uint16_t sport, dport, up; /* up: added to both ports */
	uint32_t interval;
	struct packet *frame;
};

static int
fast_udp_source_ip6_fill(struct fast_udp_source_ip6 *self, struct thread *t)
{
	uint16_t length, sum;
	struct udp *udp;
	struct ip6 *ip;

	if (packet_uniqueify(t, &self->frame) == NULL)
		return ERR_NOMEM;
	ip = packet_ip6(self->frame);
	udp = (struct udp *)(void *)packet_transport(self->frame);
	length = (uint16_t)packet_transport_length(self->frame);
	put_be16(udp->sport, (uint16_t)(self->sport + self->up));
	put_be16(udp->dport, (uint16_t)(self->dport + self->up));
	put_be16(udp->len, length);
	put_u16(udp->sum, 0);
	if (!self->source.checksum)
		return 0;
	sum = (uint16_t)~csum_fold(csum_add(
	    csum_pseudo6(ip->src, ip->dst, IPPROTO4_UDP, length), udp, length));
	put_u16(udp->sum, sum == 0 ? 0xffff : sum);
	return 0;
}

static struct packet *
fast_udp_source_ip6_next(struct element *e, struct thread *t)
{
	struct fast_udp_source_ip6 *self = element_state(e);
	struct packet *p;

	if (self->frame == NULL)
		return NULL;
	p = fast_source_give(t, self->frame);
	if (p != NULL && self->interval > 0 &&
	    (self->source.count + 1) % self->interval == 0) {
		self->up++;
		/* Without memory there is no frame any more. */
		(void)fast_udp_source_ip6_fill(self, t);
	}
	return p;
}

static int
fast_udp_source_ip6_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_udp_source_ip6 *self = element_state(e);
	struct fast_source *f = &self->source;
	struct fast_source_args x;
	struct args a;
	int err;

	f->next = fast_udp_source_ip6_next;
	args_init(&a, conf, e, errh);
	fast_source_read_args(f, &a, &x);
	args_ip6(&a, "SRCIP6", ARG_POS | ARG_MAND, &self->src);
	args_udp_port(&a, "SPORT", ARG_POS | ARG_MAND, &self->sport);
	args_ether(&a, "DSTETH", ARG_POS | ARG_MAND, f->dhost);
	args_ip6(&a, "DSTIP6", ARG_POS | ARG_MAND, &self->dst);
	args_udp_port(&a, "DPORT", ARG_POS | ARG_MAND, &self->dport);
	args_bool(&a, "CHECKSUM", ARG_POS, &f->checksum);
	args_u32(&a, "INTERVAL", ARG_POS, &self->interval);
	args_bool(&a, "ACTIVE", ARG_POS, &f->active);
	err = args_complete(&a);
	if (err == 0) {
		fast_source_set_args(e, &x, errh);
		/* IPv6 and UDP headers need a little more than 60. */
		if (f->length < FRAME_MIN)
			f->length = FRAME_MIN;
	}
	return err;
}

static int
fast_udp_source_ip6_initialize(struct element *e, struct errh *errh)
{
	struct fast_udp_source_ip6 *self = element_state(e);
	struct ip6 *ip;
	uint8_t *at;

	self->frame = fast_source_frame(e, e->thread, ETHERTYPE_IP6);
	if (self->frame == NULL)
		return errh_error(errh, "out of memory");
	at = self->frame->data + sizeof(struct ether);
	ip = (struct ip6 *)(void *)at;
	put_be32(ip->vtf, 6u << 28);
	put_be16(ip->plen, (uint16_t)(self->frame->length -
	                              sizeof(struct ether) - sizeof(*ip)));
	ip->next = IPPROTO4_UDP;
	ip->hlim = HOP_LIMIT;
	memcpy(ip->src, &self->src, sizeof(ip->src));
	memcpy(ip->dst, &self->dst, sizeof(ip->dst));
	memcpy(self->frame->anno + ANNO_DST_IP6, &self->dst, 16);
	packet_set_network(self->frame, at, sizeof(*ip));
	return fast_udp_source_ip6_fill(self, e->thread);
}

static void
fast_udp_source_ip6_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct fast_udp_source_ip6 *self = element_state(e);

	(void)stage;
	if (self->frame != NULL)
		packet_kill(e->thread, self->frame);
}

const struct element_class element_fast_udp_source_ip6 = {
	.name = "FastUDPSourceIP6",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_udp_source_ip6),
	.configure = fast_udp_source_ip6_configure,
	.initialize = fast_udp_source_ip6_initialize,
	.cleanup = fast_udp_source_ip6_cleanup,
	.add_handlers = fast_source_add_handlers,
	.pull = fast_source_pull,
};
