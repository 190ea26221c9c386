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
#include "elements/tcpudp/fast_udp.h"

enum { HOP_LIMIT = 250, FRAME_MIN = 14 + 40 + 8 };

struct fast_udp_source_ip6 {
	struct fast_udp udp;
	struct ip6_addr src, dst;
};

static void
fast_udp_source_ip6_fill(
    struct packet *p, uint16_t sport, uint16_t dport, bool checksum)
{
	struct ip6 *ip = packet_ip6(p);
	struct udp *udp = (struct udp *)(void *)packet_transport(p);
	uint16_t length = (uint16_t)packet_transport_length(p), sum;

	put_be16(udp->sport, sport);
	put_be16(udp->dport, dport);
	put_be16(udp->len, length);
	put_u16(udp->sum, 0);
	if (!checksum)
		return;
	sum = (uint16_t)~csum_fold(csum_add(
	    csum_pseudo6(ip->src, ip->dst, IPPROTO4_UDP, length), udp, length));
	put_u16(udp->sum, sum == 0 ? 0xffff : sum);
}

static int
fast_udp_source_ip6_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_udp_source_ip6 *self = element_state(e);
	struct fast_source *f = &self->udp.source;
	struct fast_source_args x;
	struct args a;
	int err;

	self->udp.fill = fast_udp_source_ip6_fill;
	args_init(&a, conf, e, errh);
	fast_source_read_args(f, &a, &x);
	args_ip6(&a, "SRCIP6", ARG_POS | ARG_MAND, &self->src);
	fast_udp_read_source(&self->udp, &a);
	args_ip6(&a, "DSTIP6", ARG_POS | ARG_MAND, &self->dst);
	fast_udp_read_rest(&self->udp, &a);
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
	struct packet *p = fast_source_frame(e, e->thread, ETHERTYPE_IP6);
	struct ip6 *ip;
	uint8_t *at;

	self->udp.frame = p;
	if (p == NULL)
		return errh_error(errh, "out of memory");
	at = p->data + sizeof(struct ether);
	ip = (struct ip6 *)(void *)at;
	put_be32(ip->vtf, 6u << 28);
	put_be16(ip->plen,
	    (uint16_t)(p->length - sizeof(struct ether) - sizeof(*ip)));
	ip->next = IPPROTO4_UDP;
	ip->hlim = HOP_LIMIT;
	memcpy(ip->src, &self->src, sizeof(ip->src));
	memcpy(ip->dst, &self->dst, sizeof(ip->dst));
	memcpy(p->anno + ANNO_DST_IP6, &self->dst, 16);
	packet_set_network(p, at, sizeof(*ip));
	return fast_udp_begin(&self->udp, e->thread);
}

const struct element_class element_fast_udp_source_ip6 = {
	.name = "FastUDPSourceIP6",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_udp_source_ip6),
	.configure = fast_udp_source_ip6_configure,
	.initialize = fast_udp_source_ip6_initialize,
	.cleanup = fast_udp_cleanup,
	.add_handlers = fast_source_add_handlers,
	.pull = fast_source_pull,
};
