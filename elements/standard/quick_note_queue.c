/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QuickNoteQueue([CAPACITY]) -- stores packets, tells at once when empty
 *
 *   in 0      any packets (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that do not fit, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * Like Queue, but those who pull are sent to sleep by the pull that takes the
 * last packet, not after ten pulls in vain.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> QuickNoteQueue(200) -> ToDevice(1);
 */
#include "elements/standard/fifo.h"

#include <string.h>

static void *
quick_note_queue_cast(struct element *e, const char *name, int port)
{
	if (strcmp(name, "QuickNoteQueue") == 0)
		return element_state(e);
	return fifo_cast_both(e, name, port);
}

static unsigned int
quick_note_queue_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int n = fifo_pull(e, port, b, max);

	fifo_rest(element_state(e), b->thread);
	return n;
}

const struct element_class element_quick_note_queue = {
	.name = "QuickNoteQueue",
	.ports = "1/1-2",
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
	.cast = quick_note_queue_cast,
	.push = fifo_push,
	.pull = quick_note_queue_pull,
};
