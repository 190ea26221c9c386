/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queue([CAPACITY]) -- stores packets, first in first out
 *
 *   in 0      any packets (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that do not fit, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * The newest packets are dropped while it is full.  It tells those who pull
 * when it is empty for good (after ten pulls in vain) and when it no longer
 * is, and those who push when it is full and when it no longer is.  One thread
 * may push while another pulls.  FullNoteQueue is another name for it.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> Queue(200) -> ToDevice(1);
 */
#include "elements/standard/fifo.h"

const struct element_class element_queue = {
	.name = "Queue",
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
	.cast = fifo_cast_both,
	.push = fifo_push,
	.pull = fifo_pull,
};
