/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MixedQueue([CAPACITY]) -- stores packets, first or last in first out
 *
 *   in 0      packets that queue up (push)
 *   in 1      packets that go to the front (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that are dropped, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * Packets from input 0 wait behind all others and are dropped when it is full.
 * Packets from input 1 are the next to leave, and when it is full the hindmost
 * packet is dropped for each.  Those who pull are told when it is empty.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> [0] q :: MixedQueue -> Unqueue -> t :: Tee(2)
 *       -> ToDevice(1);
 *     t[1] -> [1] q;
 */
#include "elements/standard/fifo.h"

#include <string.h>

static void *
mixed_queue_cast(struct element *e, const char *name, int port)
{
	if (strcmp(name, "MixedQueue") == 0)
		return element_state(e);
	return fifo_cast_empty(e, name, port);
}

/*
 * Puts b's packets in front, the last one foremost; those that this pushes out
 * at the other end take their places in b.
 */
static void
mixed_queue_push_front(struct fifo *q, struct batch *b)
{
	struct storage *s = &q->store;
	uint32_t limit = fifo_make_room(q, b->count), out = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];

		if (limit == 0) {
			b->packet[out++] = p;
			continue;
		}
		if (s->tail - s->head == limit)
			b->packet[out++] = *fifo_slot(q, --s->tail);
		*fifo_slot(q, --s->head) = p;
	}
	b->count = out;
}

static void
mixed_queue_push(struct element *e, unsigned int port, struct batch *b)
{
	if (port == 0)
		fifo_push(e, port, b);
	else
		fifo_push_by(e, b, mixed_queue_push_front);
}

const struct element_class element_mixed_queue = {
	.name = "MixedQueue",
	.ports = "2/1-2",
	.processing = "h/lh",
	.state_size = sizeof(struct fifo),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = fifo_configure,
	.initialize = fifo_initialize,
	.cleanup = fifo_cleanup,
	.add_handlers = fifo_add_handlers,
	.take_state = fifo_take_state,
	.hotswap_like = fifo_hotswap_like,
	.live_reconfigure = fifo_live_reconfigure,
	.cast = mixed_queue_cast,
	.push = mixed_queue_push,
	.pull = fifo_pull,
};
