/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FastUDPFlows(RATE, LIMIT, LENGTH, SRCETH, SRCIP, DSTETH, DSTIP, FLOWS,
 * FLOWSIZE [, CHECKSUM, ACTIVE]) -- give UDP packets of many flows
 *
 *   out 0      (pull) Ethernet frames with UDP over IPv4, each of a random one
 *              of FLOWS flows; IP header position and destination address
 *              annotation are set
 *
 *   RATE       packets a second; 0: as fast as it is pulled
 *   LIMIT      packets in all; negative: no limit
 *   LENGTH     bytes of a frame, 60 at least
 *   SRCETH, SRCIP, DSTETH, DSTIP   addresses; ports are random
 *   FLOWS      flows at a time
 *   FLOWSIZE   packets of a flow, after which another takes its place
 *   CHECKSUM   boolean: whether the UDP checksum is computed (default true)
 *   ACTIVE     boolean (default true)
 *
 *   count            read: packets given
 *   rate             read: packets a second on the way to LIMIT, 0 before;
 *write: RATE length           read, write; writing makes new flows limit,
 *active    write; writing active true also resets reset            write: begin
 *anew
 *
 *	FastUDPFlows(100000, 500000, 60, 0:0:0:0:0:1, 1.0.0.1,
 *	    0:0:0:0:0:2, 2.0.0.2, 100, 10) -> ToDevice(0);
 */
#include <stdlib.h>

#include "elements/ip/quiet.h"
#include "elements/tcpudp/fastsource.h"

struct udp_flow {
	struct packet *frame;
	uint32_t given;
};

struct fast_udp_flows {
	struct fast_source source;
	uint32_t src, dst;
	uint32_t nflows, flow_size;
	struct udp_flow *flows; /* NULL before initialize */
};

static struct packet *
fast_udp_flows_next(struct element *e, struct thread *t)
{
	struct fast_udp_flows *self = element_state(e);
	struct udp_flow *f;

	if (self->flows == NULL)
		return NULL;
	f = &self->flows[rand_below(&t->rand, self->nflows)];
	if (f->given == self->flow_size) {
		if (f->frame == NULL || packet_uniqueify(t, &f->frame) == NULL)
			return NULL;
		fast_source_udp(f->frame, fast_source_port(t),
		    fast_source_port(t), self->source.checksum);
		f->given = 0;
	}
	f->given++;
	return f->frame == NULL ? NULL : fast_source_give(t, f->frame);
}

static int
fast_udp_flows_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fast_udp_flows *self = element_state(e);
	struct fast_source *f = &self->source;
	struct fast_source_args x;
	struct args a;
	int err;

	f->next = fast_udp_flows_next;
	args_init(&a, conf, e, errh);
	fast_source_read_args(f, &a, &x);
	args_ip4(&a, "SRCIP", ARG_POS | ARG_MAND, &self->src);
	args_ether(&a, "DSTETH", ARG_POS | ARG_MAND, f->dhost);
	args_ip4(&a, "DSTIP", ARG_POS | ARG_MAND, &self->dst);
	args_u32(&a, "FLOWS", ARG_POS | ARG_MAND, &self->nflows);
	args_u32(&a, "FLOWSIZE", ARG_POS | ARG_MAND, &self->flow_size);
	args_bool(&a, "CHECKSUM", ARG_POS, &f->checksum);
	args_bool(&a, "ACTIVE", ARG_POS, &f->active);
	err = args_complete(&a);
	if (err == 0 && self->nflows == 0)
		err = errh_error(errh, "FLOWS must be positive");
	if (err == 0)
		fast_source_set_args(e, &x, errh);
	return err;
}

static void
fast_udp_flows_drop(struct element *e)
{
	struct fast_udp_flows *self = element_state(e);

	for (uint32_t i = 0; self->flows != NULL && i < self->nflows; i++)
		if (self->flows[i].frame != NULL)
			packet_kill(e->thread, self->flows[i].frame);
	free(self->flows);
	self->flows = NULL;
}

static int
fast_udp_flows_initialize(struct element *e, struct errh *errh)
{
	struct fast_udp_flows *self = element_state(e);
	struct thread *t = e->thread;

	self->flows = calloc(self->nflows, sizeof(*self->flows));
	if (self->flows == NULL)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < self->nflows; i++) {
		struct packet *p = fast_source_frame(e, t, ETHERTYPE_IP4);

		if (p == NULL)
			return errh_error(errh, "out of memory");
		fast_source_ip4(p, IPPROTO4_UDP, self->src, self->dst);
		fast_source_udp(p, fast_source_port(t), fast_source_port(t),
		    self->source.checksum);
		self->flows[i].frame = p;
	}
	return 0;
}

static void
fast_udp_flows_cleanup(struct element *e, enum cleanup_stage stage)
{
	(void)stage;
	fast_udp_flows_drop(e);
}

static int
fast_udp_flows_write_length(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fast_udp_flows *self = element_state(e);
	uint32_t length;

	(void)user;
	if (!arg_quiet(&arg_type_u32, call->text, &length, NULL))
		return errh_error(
		    call->errh, "length parameter must be integer");
	if (length == self->source.length)
		return 0;
	fast_source_set_length(&self->source, length);
	fast_udp_flows_drop(e);
	self->source.count = 0;
	return fast_udp_flows_initialize(e, call->errh);
}

static void
fast_udp_flows_add_handlers(struct element *e)
{
	struct fast_udp_flows *self = element_state(e);

	fast_source_add_handlers(e);
	handler_add_data(
	    e, "length", HANDLER_READ, DATA_U32, &self->source.length);
	handler_add_write(e, "length", fast_udp_flows_write_length, 0, 0);
}

const struct element_class element_fast_udp_flows = {
	.name = "FastUDPFlows",
	.ports = "0/1",
	.processing = "l/l",
	.state_size = sizeof(struct fast_udp_flows),
	.configure = fast_udp_flows_configure,
	.initialize = fast_udp_flows_initialize,
	.cleanup = fast_udp_flows_cleanup,
	.add_handlers = fast_udp_flows_add_handlers,
	.pull = fast_source_pull,
};
