/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DropBroadcasts -- drops what came as a link-level broadcast or multicast.
 *
 *   in 0      any packets
 *   out 0     those of another packet type
 *   out 1     broadcasts and multicasts; freed when nothing is connected there
 *   drops     read: how many those were
 *
 *	FromDevice(0) -> DropBroadcasts -> DecIPTTL -> ...
 */
#include "click/element.h"
#include "os/os.h"

struct drop_broadcasts {
	uint64_t drops;
};

static inline int
drop_broadcasts_one(struct element *e, struct thread *t, struct packet **p)
{
	(void)e;
	(void)t;
	return (*p)->type == PACKET_BROADCAST || (*p)->type == PACKET_MULTICAST;
}

static void
drop_broadcasts_action(struct element *e, struct batch *b)
{
	struct drop_broadcasts *s = element_state(e);
	uint32_t drops = 0;

	for (uint32_t i = 0; i < b->count; i++)
		drops +=
		    (uint32_t)drop_broadcasts_one(e, b->thread, &b->packet[i]);
	if (unlikely(drops > 0)) {
		if (load_relaxed(&s->drops) == 0)
			os_log(STR("DropBroadcasts: dropped a packet\n"));
		counter_add(&s->drops, b->thread, drops);
		batch_route(e, b, drop_broadcasts_one);
	}
}

static void
drop_broadcasts_add_handlers(struct element *e)
{
	struct drop_broadcasts *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

const struct element_class element_drop_broadcasts = {
	.name = "DropBroadcasts",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct drop_broadcasts),
	.add_handlers = drop_broadcasts_add_handlers,
	.action = drop_broadcasts_action,
};
