/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MarkIPCE -- mark packets as having met congestion.
 *
 *	MarkIPCE([FORCE])
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same with ECN "congestion experienced", checksum repaired;
 *             those that are not ECN-capable are dropped
 *
 *   FORCE     true: mark them, too (default false)
 *
 *   drops     read: packets dropped so far
 *
 *	... -> RED(5, 50, 0.02)[1] -> MarkIPCE -> ...
 */
#include "elements/ip/ip_header.h"

struct mark_ip_ce {
	bool force;
	uint64_t drops;
};

enum { ECN_MASK = 3, ECN_CE = 3 };

static int
mark_ip_ce_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct mark_ip_ce *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "FORCE", ARG_POS, &self->force);
	return args_complete(&a);
}

static inline int
mark_ip_ce_one(struct element *e, struct thread *t, struct packet **p)
{
	struct mark_ip_ce *self = element_state(e);
	struct ip4 *ip = ip_header(*p);

	if (ip == NULL || ((ip->tos & ECN_MASK) == 0 && !self->force)) {
		counter_add(&self->drops, t, 1);
		return PACKET_DROP;
	}
	if ((ip->tos & ECN_MASK) == ECN_CE)
		return 0;
	ip = ip_header_write(t, p);
	if (ip == NULL)
		return PACKET_GONE;
	ip_header_set_tos(ip, ip->tos | ECN_CE);
	return 0;
}

static void
mark_ip_ce_action(struct element *e, struct batch *b)
{
	batch_route(e, b, mark_ip_ce_one);
}

static void
mark_ip_ce_add_handlers(struct element *e)
{
	struct mark_ip_ce *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_mark_ip_ce = {
	.name = "MarkIPCE",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct mark_ip_ce),
	.configure = mark_ip_ce_configure,
	.add_handlers = mark_ip_ce_add_handlers,
	.action = mark_ip_ce_action,
};
