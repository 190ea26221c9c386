/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FastTCPFlows(RATE, LIMIT, LENGTH, SRCETH, SRCIP, DSTETH, DSTIP, FLOWS,
 * FLOWSIZE [, ACTIVE]) -- give TCP packets of many flows
 *
 *   out 0      (pull) Ethernet frames with TCP over IPv4, each of a random one
 *              of FLOWS flows: a SYN, data, at last a FIN; IP header position
 *              and destination address annotation are set
 *
 *   RATE       packets a second; 0: as fast as it is pulled
 *   LIMIT      packets in all, then a FIN for each flow that is still open;
 *              negative: no limit
 *   LENGTH     bytes of a frame, 60 at least
 *   SRCETH, SRCIP, DSTETH, DSTIP   addresses; ports are random
 *   FLOWS      flows at a time
 *   FLOWSIZE   packets of a flow, 3 at least, after which another takes its
 *              place
 *   ACTIVE     boolean (default true)
 *
 *   count            read: packets given
 *   rate             read: packets a second on the way to LIMIT, 0 before;
 *write: RATE limit, active    write; writing active true also resets reset
 *write: begin anew
 *
 * Sequence numbers are random and do not go up.
 *
 *	FastTCPFlows(100000, 500000, 60, 0:0:0:0:0:1, 1.0.0.1,
 *	    0:0:0:0:0:2, 2.0.0.2, 100, 10) -> ToDevice(0);
 */
#include <stdlib.h>

#include "elements/ip/say.h"
#include "elements/tcpudp/fastsource.h"

enum { FLOW_SIZE_MIN = 3, WINDOW = 65535 };
enum { FRAME_SYN, FRAME_DATA, FRAME_FIN, FRAMES };

struct tcp_flow {
	struct packet *frame[FRAMES];
	uint32_t given;
};

struct fast_tcp_flows {
	struct fast_source source;
	uint32_t src, dst;
	uint32_t nflows, flow_size;
	uint32_t open; /* at the limit: flows before it have got their FIN */
	struct tcp_flow *flows; /* NULL before initialize */
};

/* New ports for all frames of a flow. */
static bool
fast_tcp_flows_ports(struct tcp_flow *f, struct thread *t)
{
	uint16_t sport = fast_source_port(t), dport = fast_source_port(t);

	for (unsigned int i = 0; i < FRAMES; i++) {
		struct packet **p = &f->frame[i];
		struct tcp *tcp;

		if (*p == NULL || packet_uniqueify(t, p) == NULL)
			return false;
		tcp = (struct tcp *)(void *)packet_transport(*p);
		put_u16(tcp->sport, sport);
		put_u16(tcp->dport, dport);
		put_u16(tcp->sum, 0);
		put_u16(tcp->sum, ip4_l4_csum(packet_ip4(*p), tcp,
		                      (size_t)packet_transport_length(*p)));
	}
	return true;
}

/* A FIN for the next flow that has not had its last packet. */
static struct packet *
fast_tcp_flows_finish(struct fast_tcp_flows *self, struct thread *t)
{
	for (; self->open < self->nflows; self->open++) {
		struct tcp_flow *f = &self->flows[self->open];

		if (f->given == self->flow_size || f->frame[FRAME_FIN] == NULL)
			continue;
		f->given = self->flow_size;
		return fast_source_give(t, f->frame[FRAME_FIN]);
	}
	self->open = 0;
	self->source.finished = true;
	return NULL;
}

static struct packet *
fast_tcp_flows_next(struct element *e, struct thread *t)
{
	struct fast_tcp_flows *self = element_state(e);
	struct fast_source *s = &self->source;
	struct packet *frame;
	struct tcp_flow *f;

	if (self->flows == NULL)
		return NULL;
	if (s->limit != FAST_SOURCE_NO_LIMIT && s->count >= s->limit)
		return fast_tcp_flows_finish(self, t);
	f = &self->flows[rand_below(&t->rand, self->nflows)];
	if (f->given == self->flow_size) {
		if (!fast_tcp_flows_ports(f, t))
			return NULL;
		f->given = 0;
	}
	f->given++;
	frame = f->frame[f->given == 1                 ? FRAME_SYN
	                 : f->given == self->flow_size ? FRAME_FIN
	                                               : FRAME_DATA];
	return frame == NULL ? NULL : fast_source_give(t, frame);
}

static int
fast_tcp_flows_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_tcp_flows *self = element_state(e);
	struct fast_source *f = &self->source;
	struct fast_source_args x;
	struct args a;

	f->next = fast_tcp_flows_next;
	f->past_limit = true;
	args_init(&a, conf, e, errh);
	fast_source_read_args(f, &a, &x);
	args_ip4(&a, "SRCIP", ARG_POS | ARG_MAND, &self->src);
	args_ether(&a, "DSTETH", ARG_POS | ARG_MAND, f->dhost);
	args_ip4(&a, "DSTIP", ARG_POS | ARG_MAND, &self->dst);
	args_u32(&a, "FLOWS", ARG_POS | ARG_MAND, &self->nflows);
	args_u32(&a, "FLOWSIZE", ARG_POS | ARG_MAND, &self->flow_size);
	args_bool(&a, "ACTIVE", ARG_POS, &f->active);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (self->nflows == 0)
		return errh_error(errh, "FLOWS must be positive");
	if (self->flow_size < FLOW_SIZE_MIN) {
		say("warning: flow size < 3, defaulting to 3");
		self->flow_size = FLOW_SIZE_MIN;
	}
	fast_source_set_args(e, &x, errh);
	return 0;
}

static struct packet *
fast_tcp_flows_frame(struct element *e, uint8_t flags)
{
	struct fast_tcp_flows *self = element_state(e);
	struct thread *t = e->thread;
	struct packet *p = fast_source_frame(e, t, ETHERTYPE_IP4);
	struct tcp *tcp;

	if (p == NULL)
		return NULL;
	fast_source_ip4(p, IPPROTO4_TCP, self->src, self->dst);
	tcp = (struct tcp *)(void *)packet_transport(p);
	put_be32(tcp->seq, rand_u32(&t->rand));
	put_be32(tcp->ack, rand_u32(&t->rand));
	tcp->off = 5 << 4;
	tcp->flags = flags;
	put_be16(tcp->win, WINDOW);
	return p;
}

static int
fast_tcp_flows_initialize(struct element *e, struct errh *errh)
{
	static const uint8_t flags[FRAMES] = { TCP_SYN, TCP_PSH | TCP_ACK,
		TCP_FIN };
	struct fast_tcp_flows *self = element_state(e);

	self->flows = calloc(self->nflows, sizeof(*self->flows));
	if (self->flows == NULL)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < self->nflows; i++) {
		struct tcp_flow *f = &self->flows[i];

		for (unsigned int k = 0; k < FRAMES; k++)
			f->frame[k] = fast_tcp_flows_frame(e, flags[k]);
		if (!fast_tcp_flows_ports(f, e->thread))
			return errh_error(errh, "out of memory");
	}
	return 0;
}

static void
fast_tcp_flows_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct fast_tcp_flows *self = element_state(e);

	(void)stage;
	for (uint32_t i = 0; self->flows != NULL && i < self->nflows; i++)
		for (unsigned int k = 0; k < FRAMES; k++)
			if (self->flows[i].frame[k] != NULL)
				packet_kill(e->thread, self->flows[i].frame[k]);
	free(self->flows);
	self->flows = NULL;
}

const struct element_class element_fast_tcp_flows = {
	.name = "FastTCPFlows",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_tcp_flows),
	.configure = fast_tcp_flows_configure,
	.initialize = fast_tcp_flows_initialize,
	.cleanup = fast_tcp_flows_cleanup,
	.add_handlers = fast_source_add_handlers,
	.pull = fast_source_pull,
};
