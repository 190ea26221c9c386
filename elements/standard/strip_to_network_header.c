/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StripToNetworkHeader -- makes packets begin at their network header.
 *
 *   in 0      packets whose network header is set; others stay as they are
 *   out 0     the packets from there on; a header that had been stripped off
 *             comes back
 *
 *	MarkIPHeader(14) -> StripToNetworkHeader -> ...
 */
#include "click/element.h"

static inline struct packet *
strip_to_network_header_one(
    struct element *e, struct thread *t, struct packet *p)
{
	int32_t offset;

	(void)e;
	if (p->network < 0)
		return p;
	offset = packet_network_offset(p);
	if (offset < 0)
		return packet_push_shared(t, &p, (uint32_t)-offset);
	packet_pull(
	    p, (uint32_t)offset <= p->length ? (uint32_t)offset : p->length);
	return p;
}

static void
strip_to_network_header_action(struct element *e, struct batch *b)
{
	batch_each(e, b, strip_to_network_header_one);
}

const struct element_class element_strip_to_network_header = {
	.name = "StripToNetworkHeader",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = strip_to_network_header_action,
};
