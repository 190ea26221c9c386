/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SimpleQueue([CAPACITY]) -- stores packets, tells nobody
 *
 *   in 0      any packets (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that do not fit, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * Like Queue, but without notification: who pulls from it keeps polling, a
 * source that pushes into it does not stop when it is full.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> SimpleQueue(200) -> ToDevice(1);
 */
#include "elements/standard/fifo.h"

const struct element_class element_simple_queue = {
	.name = "SimpleQueue",
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
	.cast = fifo_cast,
	.push = fifo_push,
	.pull = fifo_pull,
};
