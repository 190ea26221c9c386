/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FastUDPSource(RATE, LIMIT, LENGTH, SRCETH, SRCIP, SPORT, DSTETH, DSTIP, DPORT
 * [, CHECKSUM, INTERVAL, ACTIVE]) -- give the same UDP packet again and again
 *
 *   out 0      (pull) Ethernet frames with UDP over IPv4, IP header position
 *              and destination address annotation set
 *
 *   RATE       packets a second; 0: as fast as it is pulled
 *   LIMIT      packets in all; negative: no limit
 *   LENGTH     bytes of a frame, 60 at least
 *   SRCETH, SRCIP, SPORT, DSTETH, DSTIP, DPORT   addresses and ports
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
 *	FastUDPSource(100000, 500000, 60, 0:0:0:0:0:1, 1.0.0.1, 1234,
 *	    0:0:0:0:0:2, 2.0.0.2, 1234) -> ToDevice(0);
 */
#include "elements/tcpudp/fast_udp.h"

struct fast_udp_source {
	struct fast_udp udp;
	uint32_t src, dst;
};

static void
fast_udp_source_fill(
    struct packet *p, uint16_t sport, uint16_t dport, bool checksum)
{
	fast_source_udp(
	    p, __builtin_bswap16(sport), __builtin_bswap16(dport), checksum);
}

static int
fast_udp_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_udp_source *self = element_state(e);
	struct fast_source_args x;
	struct args a;
	int err;

	self->udp.fill = fast_udp_source_fill;
	args_init(&a, conf, e, errh);
	fast_source_read_args(&self->udp.source, &a, &x);
	args_ip4(&a, "SRCIP", ARG_POS | ARG_MAND, &self->src);
	fast_udp_read_source(&self->udp, &a);
	args_ip4(&a, "DSTIP", ARG_POS | ARG_MAND, &self->dst);
	fast_udp_read_rest(&self->udp, &a);
	err = args_complete(&a);
	if (err == 0)
		fast_source_set_args(e, &x, errh);
	return err;
}

static int
fast_udp_source_initialize(struct element *e, struct errh *errh)
{
	struct fast_udp_source *self = element_state(e);
	struct packet *p = fast_source_frame(e, e->thread, ETHERTYPE_IP4);

	self->udp.frame = p;
	if (p == NULL)
		return errh_error(errh, "out of memory");
	fast_source_ip4(p, IPPROTO4_UDP, self->src, self->dst);
	return fast_udp_begin(&self->udp, e->thread);
}

const struct element_class element_fast_udp_source = {
	.name = "FastUDPSource",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_udp_source),
	.configure = fast_udp_source_configure,
	.initialize = fast_udp_source_initialize,
	.cleanup = fast_udp_cleanup,
	.add_handlers = fast_source_add_handlers,
	.pull = fast_source_pull,
};
