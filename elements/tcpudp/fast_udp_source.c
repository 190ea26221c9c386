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
#include "elements/tcpudp/fastsource.h"

struct fast_udp_source {
	struct fast_source source;
	uint32_t src, dst;
	uint16_t sport, dport, up; /* up: added to both ports */
	uint32_t interval;
	struct packet *frame;
};

static int
fast_udp_source_fill(struct fast_udp_source *self, struct thread *t)
{
	if (packet_uniqueify(t, &self->frame) == NULL)
		return ERR_NOMEM;
	fast_source_udp(self->frame,
	    __builtin_bswap16((uint16_t)(self->sport + self->up)),
	    __builtin_bswap16((uint16_t)(self->dport + self->up)),
	    self->source.checksum);
	return 0;
}

static struct packet *
fast_udp_source_next(struct element *e, struct thread *t)
{
	struct fast_udp_source *self = element_state(e);
	struct packet *p;

	if (self->frame == NULL)
		return NULL;
	p = fast_source_give(t, self->frame);
	if (p != NULL && self->interval > 0 &&
	    (self->source.count + 1) % self->interval == 0) {
		self->up++;
		/* Without memory there is no frame any more. */
		(void)fast_udp_source_fill(self, t);
	}
	return p;
}

static int
fast_udp_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_udp_source *self = element_state(e);
	struct fast_source *f = &self->source;
	struct fast_source_args x;
	struct args a;
	int err;

	f->next = fast_udp_source_next;
	args_init(&a, conf, e, errh);
	fast_source_read_args(f, &a, &x);
	args_ip4(&a, "SRCIP", ARG_POS | ARG_MAND, &self->src);
	args_udp_port(&a, "SPORT", ARG_POS | ARG_MAND, &self->sport);
	args_ether(&a, "DSTETH", ARG_POS | ARG_MAND, f->dhost);
	args_ip4(&a, "DSTIP", ARG_POS | ARG_MAND, &self->dst);
	args_udp_port(&a, "DPORT", ARG_POS | ARG_MAND, &self->dport);
	args_bool(&a, "CHECKSUM", ARG_POS, &f->checksum);
	args_u32(&a, "INTERVAL", ARG_POS, &self->interval);
	args_bool(&a, "ACTIVE", ARG_POS, &f->active);
	err = args_complete(&a);
	if (err == 0)
		fast_source_set_args(e, &x, errh);
	return err;
}

static int
fast_udp_source_initialize(struct element *e, struct errh *errh)
{
	struct fast_udp_source *self = element_state(e);

	self->frame = fast_source_frame(e, e->thread, ETHERTYPE_IP4);
	if (self->frame == NULL)
		return errh_error(errh, "out of memory");
	fast_source_ip4(self->frame, IPPROTO4_UDP, self->src, self->dst);
	return fast_udp_source_fill(self, e->thread);
}

static void
fast_udp_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct fast_udp_source *self = element_state(e);

	(void)stage;
	if (self->frame != NULL)
		packet_kill(e->thread, self->frame);
}

const struct element_class element_fast_udp_source = {
	.name = "FastUDPSource",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_udp_source),
	.configure = fast_udp_source_configure,
	.initialize = fast_udp_source_initialize,
	.cleanup = fast_udp_source_cleanup,
	.add_handlers = fast_source_add_handlers,
	.pull = fast_source_pull,
};
