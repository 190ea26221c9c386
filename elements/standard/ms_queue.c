/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MSQueue([CAPACITY]) -- stores packets of many threads (deprecated)
 *
 *   in 0      any packets (push)
 *   out 0     the stored packets (pull)
 *   out 1     the packets that do not fit, if connected; else they are killed
 *
 *   CAPACITY  the most packets it holds, default 1000
 *
 * The old name of ThreadSafeQueue; a warning says so.
 *
 *   length            read: packets in it now
 *   highwater_length  read: the most there have been at a time
 *   capacity          read/write: CAPACITY; what no longer fits is dropped
 *   drops             read: packets dropped because it was full
 *   reset_counts      write: sets drops to 0, highwater_length to length
 *   reset             write: drops all packets
 *
 *     FromDevice(0) -> MSQueue(200) -> ToDevice(1);
 */
#include "elements/standard/fifo.h"

#include <string.h>

static int
ms_queue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int err = fifo_configure(e, conf, errh);

	if (err == 0)
		errh_warning(
		    errh, "MSQueue is deprecated, use ThreadSafeQueue instead");
	return err;
}

static void *
ms_queue_cast(struct element *e, const char *name, int port)
{
	if (strcmp(name, "ThreadSafeQueue") == 0 ||
	    strcmp(name, "MSQueue") == 0)
		return element_state(e);
	return fifo_cast_both(e, name, port);
}

const struct element_class element_ms_queue = {
	.name = "MSQueue",
	.ports = "1/1-2",
	.processing = "h/lh",
	.state_size = sizeof(struct fifo),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = ms_queue_configure,
	.initialize = fifo_initialize,
	.cleanup = fifo_cleanup,
	.add_handlers = fifo_add_handlers,
	.take_state = fifo_take_state,
	.hotswap_like = fifo_hotswap_like,
	.live_reconfigure = fifo_live_reconfigure,
	.cast = ms_queue_cast,
	.push = fifo_push,
	.pull = fifo_pull,
};
