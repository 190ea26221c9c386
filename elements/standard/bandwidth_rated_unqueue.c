/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BandwidthRatedUnqueue(RATE) -- pulls packets and pushes them at a steady rate
 * of bytes
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   RATE       bytes a second, or with a unit: 8kbps, 1MBps
 *   BURST_DURATION  how long unused turns add up, default 20 ms
 *   BURST_BYTES     the same as a number of bytes
 *
 *   rate       read/write: RATE, as the clock's milliseconds round it
 *   active     read/write: false: pull none for now
 *   calls      read: how often it ran, in vain or not, and what it moved
 *   scheduled, tickets
 *              the task's
 *
 *
 *     FromDevice(0) -> Queue -> BandwidthRatedUnqueue(10Mbps) -> ToDevice(1);
 */
#include "elements/standard/rated_unqueue.h"

static bool
bandwidth_rated_unqueue_run(
    struct element *e, struct task *task, struct thread *t)
{
	struct rated_unqueue *s = element_state(e);
	uint32_t n = 0;
	struct scratch_mark m;
	struct batch *b;

	if (!rated_unqueue_begin(s, t))
		return false;
	if (!tokens_contain(&s->tokens, RATED_THRESHOLD))
		return rated_unqueue_wait(s, RATED_THRESHOLD);
	m = scratch_mark(t);
	b = batch_new(t, RATED_UNQUEUE_BURST);
	while (n < RATED_UNQUEUE_BURST &&
	       tokens_contain(&s->tokens, RATED_THRESHOLD) &&
	       input_pull(e, 0, b, 1) > 0)
		tokens_remove(&s->tokens, b->packet[n++]->length);
	if (n > 0)
		output_push(e, 0, b);
	scratch_release(t, m);
	return rated_unqueue_end(s, task, n);
}

static int
bandwidth_rated_unqueue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return rated_unqueue_setup(e, conf, true, errh);
}

static int
bandwidth_rated_unqueue_initialize(struct element *e, struct errh *errh)
{
	rated_unqueue_start(e, bandwidth_rated_unqueue_run, errh);
	return 0;
}

const struct element_class element_bandwidth_rated_unqueue = {
	.name = "BandwidthRatedUnqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct rated_unqueue),
	.flags = ELEMENT_LIVE,
	.configure = bandwidth_rated_unqueue_configure,
	.initialize = bandwidth_rated_unqueue_initialize,
	.cleanup = rated_unqueue_cleanup,
	.add_handlers = rated_unqueue_add_handlers,
	.unparse_config = rated_unqueue_unparse_config,
};
