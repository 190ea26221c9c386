/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StrideSwitch(TICKETS0, TICKETS1, ...) -- spreads packets over its outputs in
 * proportion to tickets
 *
 *   in 0       any packets (push)
 *   out *      each packet to one output (push)
 *
 *   TICKETS... one number for each output, 0..32768; 0: never.  If all are 0,
 *              packets are killed
 *
 *   ticketsN   read/write: the tickets of output N
 *
 *     FromDevice(0) -> s :: StrideSwitch(3, 1);
 *     s[0] -> Queue -> ToDevice(1); s[1] -> Queue -> ToDevice(2);
 */
#include "elements/standard/stride.h"

static int
stride_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return stride_configure(e, e->nout, "output", conf, errh);
}

static inline int
stride_switch_one(struct element *e, struct thread *t, struct packet **packet)
{
	struct stride *s = element_state(e);
	struct stride_port *p = s->first;

	(void)t;
	(void)packet;
	if (p == NULL)
		return PACKET_DROP;
	s->first = p->next;
	p->pass += p->stride;
	stride_insert(s, p);
	return (int)(p - s->ports);
}

static void
stride_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, stride_switch_one);
}

const struct element_class element_stride_switch = {
	.name = "StrideSwitch",
	.ports = "1/1-",
	.processing = "h",
	.state_size = sizeof(struct stride),
	.flags = ELEMENT_LIVE,
	.configure = stride_switch_configure,
	.cleanup = stride_cleanup,
	.add_handlers = stride_add_handlers,
	.unparse_config = stride_unparse_config,
	.push = stride_switch_push,
};
