/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UnstripIPHeader -- put a stripped IP header back.
 *
 *	UnstripIPHeader()
 *
 *   in 0      packets, network header set
 *   out 0     the same from the network header on, if that lies before their
 *             first byte; otherwise unchanged
 *
 *	... -> StripIPHeader -> ... -> UnstripIPHeader -> ...
 */
#include "elements/ip/ip_header.h"

static inline struct packet *
unstrip_ip_header_one(struct element *e, struct thread *t, struct packet *p)
{
	int32_t n;

	(void)e;
	if (unlikely(p->network < 0))
		return p;
	n = packet_network_offset(p);
	/* The bytes are there, in the headroom: no need to own them. */
	if (n < 0)
		return packet_push_shared(t, &p, (uint32_t)-n);
	return p;
}

static void
unstrip_ip_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, unstrip_ip_header_one);
}

const struct element_class element_unstrip_ip_header = {
	.name = "UnstripIPHeader",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = unstrip_ip_header_action,
};
