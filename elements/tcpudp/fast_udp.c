/* SPDX-License-Identifier: BSD-3-Clause */
/* fast_udp.c -- one UDP packet, again and again. */
#include "elements/tcpudp/fast_udp.h"

int
fast_udp_begin(struct fast_udp *u, struct thread *t)
{
	if (packet_uniqueify(t, &u->frame) == NULL)
		return ERR_NOMEM;
	u->fill(u->frame, (uint16_t)(u->sport + u->up),
	    (uint16_t)(u->dport + u->up), u->source.checksum);
	return 0;
}

static struct packet *
fast_udp_next(struct element *e, struct thread *t)
{
	struct fast_udp *u = element_state(e);
	struct packet *p;

	if (u->frame == NULL)
		return NULL;
	p = fast_source_give(t, u->frame);
	if (p != NULL && u->interval > 0 &&
	    (u->source.count + 1) % u->interval == 0) {
		u->up++;
		/* Without memory there is no frame any more. */
		(void)fast_udp_begin(u, t);
	}
	return p;
}

void
fast_udp_read_source(struct fast_udp *u, struct args *a)
{
	u->source.next = fast_udp_next;
	args_udp_port(a, "SPORT", ARG_POS | ARG_MAND, &u->sport);
	args_ether(a, "DSTETH", ARG_POS | ARG_MAND, u->source.dhost);
}

void
fast_udp_read_rest(struct fast_udp *u, struct args *a)
{
	args_udp_port(a, "DPORT", ARG_POS | ARG_MAND, &u->dport);
	args_bool(a, "CHECKSUM", ARG_POS, &u->source.checksum);
	args_u32(a, "INTERVAL", ARG_POS, &u->interval);
	args_bool(a, "ACTIVE", ARG_POS, &u->source.active);
}

void
fast_udp_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct fast_udp *u = element_state(e);

	(void)stage;
	if (u->frame != NULL)
		packet_kill(e->thread, u->frame);
}
