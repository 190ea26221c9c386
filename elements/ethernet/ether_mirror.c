/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherMirror() -- sends frames back: swaps their Ethernet addresses
 *
 *   in 0      Ethernet frames
 *   out 0     the same, source and destination swapped
 *
 *     FromDevice(0) -> EtherMirror -> ToDevice(0);
 */
#include "base/bytes.h"
#include "click/element.h"

/* What is too short for two addresses goes on as it is. */
static inline struct packet *
ether_mirror_one(struct element *e, struct thread *t, struct packet *p)
{
	uint64_t dst, src;

	(void)e;
	if (unlikely(p->length < sizeof(struct ether)))
		return p;
	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	dst = get_u32(p->data) | (uint64_t)get_u16(p->data + 4) << 32;
	src = get_u32(p->data + 6) | (uint64_t)get_u16(p->data + 10) << 32;
	put_u32(p->data, (uint32_t)src);
	put_u16(p->data + 4, (uint16_t)(src >> 32));
	put_u32(p->data + 6, (uint32_t)dst);
	put_u16(p->data + 10, (uint16_t)(dst >> 32));
	return p;
}

static void
ether_mirror_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ether_mirror_one);
}

const struct element_class element_ether_mirror = {
	.name = "EtherMirror",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.action = ether_mirror_action,
};
