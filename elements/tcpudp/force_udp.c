/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ForceUDP([DPORT]) -- make packets into legal UDP
 *
 *   in 0, out 0   IPv4 packets, IP header position set; those too short for
 *                 UDP are killed with a message
 *
 *   DPORT         destination port to set; -1, the default: a random one below
 *                 1024
 *
 * UDP length and checksum are made right.  For tests.
 *
 *	RandomSource(60) -> ForceIP -> ForceUDP(53) -> ...
 */
#include "elements/ip/force.h"
#include "elements/ip/l4sum.h"

struct force_udp {
	int32_t dport; /* -1: random */
};

static int
force_udp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct force_udp *self = element_state(e);
	uint16_t dport = 0;
	struct args a;
	int err;

	self->dport = -1;
	if (conf->n == 0 || str_is(conf->v[0], "-1"))
		return 0;
	args_init(&a, conf, e, errh);
	args_udp_port(&a, "DPORT", ARG_POS, &dport);
	err = args_complete(&a);
	if (err == 0)
		self->dport = dport;
	return err;
}

static struct packet *
force_udp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct force_udp *self = element_state(e);
	struct force_l4 f;
	struct udp *udp;

	if (!force_find(e, t, &p, sizeof(*udp), &f))
		return NULL;
	udp = (struct udp *)(void *)f.l4;
	put_be16(udp->len, (uint16_t)f.length);
	put_be16(udp->dport, self->dport >= 0
	                         ? (uint16_t)self->dport
	                         : (uint16_t)rand_below(&t->rand, 1024));
	put_u16(udp->sum, 0);
	put_u16(udp->sum, ip4_l4_csum(f.ip, udp, f.present));
	return p;
}

static void
force_udp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, force_udp_one);
}

const struct element_class element_force_udp = {
	.name = "ForceUDP",
	.ports = "1/1",
	.state_size = sizeof(struct force_udp),
	.flags = ELEMENT_SHAREABLE,
	.configure = force_udp_configure,
	.action = force_udp_action,
};
