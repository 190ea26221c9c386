/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FrontDropQueue([CAPACITY]) -- stores packets, drops the oldest when full
 *
 *   in 0      any packets (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that are dropped, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * Like NotifierQueue, but when it is full the oldest packet makes room for the
 * newest.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> FrontDropQueue(200) -> ToDevice(1);
 */
#include "elements/standard/fifo.h"

#include <string.h>

static void *
front_drop_queue_cast(struct element *e, const char *name, int port)
{
	if (strcmp(name, "FrontDropQueue") == 0)
		return element_state(e);
	return fifo_cast_empty(e, name, port);
}

static int
front_drop_queue_live_reconfigure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	uint32_t capacity;

	if (fifo_read_capacity(e, conf, &capacity, errh) != 0)
		return ERR_INVAL;
	fifo_resize(e, capacity, true);
	return 0;
}

static void
front_drop_queue_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	fifo_take(e, old, true, errh);
}

/*
 * Stores b's packets; the oldest ones, for which there is no room, take their
 * places in b.
 */
static void
front_drop_queue_store(struct fifo *q, struct batch *b)
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
			b->packet[out++] = *fifo_slot(q, s->head++);
		*fifo_slot(q, s->tail++) = p;
	}
	b->count = out;
}

static void
front_drop_queue_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	fifo_push_by(e, b, front_drop_queue_store);
}

const struct element_class element_front_drop_queue = {
	.name = "FrontDropQueue",
	.ports = "1/1-2",
	.processing = "h/lh",
	.state_size = sizeof(struct fifo),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = fifo_configure,
	.initialize = fifo_initialize,
	.cleanup = fifo_cleanup,
	.add_handlers = fifo_add_handlers,
	.take_state = front_drop_queue_take_state,
	.hotswap_like = fifo_hotswap_like,
	.live_reconfigure = front_drop_queue_live_reconfigure,
	.cast = front_drop_queue_cast,
	.push = front_drop_queue_push,
	.pull = fifo_pull,
};
