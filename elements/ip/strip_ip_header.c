/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StripIPHeader -- take the outermost IP header off.
 *
 *	StripIPHeader()
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same from the transport header on.  Header positions stay:
 *             put CheckIPHeader or MarkIPHeader behind it if there is another
 *             IP header inside, UnstripIPHeader to get this one back.
 *
 *	... -> CheckIPHeader -> StripIPHeader -> CheckIPHeader -> ...
 */
#include "elements/ip/ip_header.h"

static inline struct packet *
strip_ip_header_one(struct element *e, struct thread *t, struct packet *p)
{
	int32_t n;

	(void)e;
	(void)t;
	if (unlikely(p->transport < 0))
		return p;
	n = packet_transport_offset(p);
	if (likely(n >= 0))
		packet_pull(
		    p, (uint32_t)n < p->length ? (uint32_t)n : p->length);
	return p;
}

static void
strip_ip_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, strip_ip_header_one);
}

const struct element_class element_strip_ip_header = {
	.name = "StripIPHeader",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = strip_ip_header_action,
};
