/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ForceTCP([DPORT, RANDOM_DPORT, FLAGS]) -- make packets into legal TCP
 *
 *   in 0, out 0   IPv4 packets, IP header position set; those too short for
 *                 their IP length or for TCP are killed with a message
 *
 *   DPORT         destination port to set; 0, the default: keep it
 *   RANDOM_DPORT  boolean: without DPORT, set some packets' port to 80 or to
 *                 one below 1024 (default false)
 *   FLAGS         TCP flags to set; -1, the default: keep them
 *
 * The header length is made possible, the checksum right.  For tests.
 *
 *	RandomSource(60) -> ForceIP -> ForceTCP(80) -> ...
 */
#include "elements/ip/force.h"
#include "elements/ip/l4sum.h"

struct force_tcp {
	uint32_t count;
	uint16_t dport;
	bool random;
	int32_t flags;
};

static int
force_tcp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct force_tcp *self = element_state(e);
	struct args a;

	self->flags = -1;
	args_init(&a, conf, e, errh);
	args_tcp_port(&a, "DPORT", ARG_POS, &self->dport);
	args_bool(&a, "RANDOM_DPORT", ARG_POS, &self->random);
	args_i32(&a, "FLAGS", ARG_POS, &self->flags);
	return args_complete(&a);
}

static void
force_tcp_port(struct force_tcp *self, struct thread *t, struct tcp *tcp)
{
	uint32_t turn = self->count++ & 7;

	if (self->dport > 0)
		put_be16(tcp->dport, self->dport);
	else if (self->random && turn < 2)
		put_be16(tcp->dport, 80);
	else if (self->random && turn == 3)
		put_be16(tcp->dport, (uint16_t)rand_below(&t->rand, 1024));
}

static struct packet *
force_tcp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct force_tcp *self = element_state(e);
	struct force_l4 f;
	struct tcp *tcp;

	if (!force_find(e, t, &p, sizeof(*tcp), &f))
		return NULL;
	tcp = (struct tcp *)(void *)f.l4;
	if (tcp_hlen(tcp) < sizeof(*tcp) || tcp_hlen(tcp) > f.length) {
		uint32_t words = f.length / 4;

		if (words > 15)
			words = 15;
		words = 5 + rand_below(&t->rand, words - 4);
		tcp->off = (uint8_t)((tcp->off & 0x0f) | words << 4);
	}
	if (self->flags != -1)
		tcp->flags = (uint8_t)self->flags;
	force_tcp_port(self, t, tcp);
	put_u16(tcp->sum, 0);
	put_u16(tcp->sum, ip4_l4_csum(f.ip, tcp, f.present));
	return p;
}

static void
force_tcp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, force_tcp_one);
}

const struct element_class element_force_tcp = {
	.name = "ForceTCP",
	.ports = "1/1",
	.state_size = sizeof(struct force_tcp),
	.configure = force_tcp_configure,
	.action = force_tcp_action,
};
