/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RatedUnqueue(RATE) -- pulls packets and pushes them at a steady rate
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push)
 *
 *   RATE       packets a second
 *   BURST_DURATION  how long unused turns add up, default 20 ms
 *   BURST_SIZE      the same as a number of packets
 *
 *   rate       read/write: RATE, as the clock's milliseconds round it
 *   active     read/write: false: pull none for now
 *   calls      read: how often it ran, in vain or not, and what it moved
 *   scheduled, tickets
 *              the task's
 *
 * The clock is looked at by the millisecond; packets that are due together
 * travel as one batch.
 *
 *     FromDevice(0) -> Queue -> RatedUnqueue(1000) -> ToDevice(1);
 */
#include "elements/standard/rated_unqueue.h"

static bool
rated_unqueue_run(struct element *e, struct task *task, struct thread *t)
{
	struct rated_unqueue *s = element_state(e);
	uint32_t due, n;
	struct scratch_mark m;
	struct batch *b;

	if (!rated_unqueue_begin(s, t))
		return false;
	due = tokens_count(&s->tokens);
	if (due == 0)
		return rated_unqueue_wait(s, 1);
	if (due > RATED_UNQUEUE_BURST)
		due = RATED_UNQUEUE_BURST;
	m = scratch_mark(t);
	b = batch_new(t, due);
	n = input_pull(e, 0, b, due);
	tokens_remove(&s->tokens, n);
	if (n > 0)
		output_push(e, 0, b);
	scratch_release(t, m);
	return rated_unqueue_end(s, task, n);
}

static int
rated_unqueue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return rated_unqueue_setup(e, conf, false, errh);
}

static int
rated_unqueue_initialize(struct element *e, struct errh *errh)
{
	rated_unqueue_start(e, rated_unqueue_run, errh);
	return 0;
}

const struct element_class element_rated_unqueue = {
	.name = "RatedUnqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct rated_unqueue),
	.flags = ELEMENT_LIVE,
	.configure = rated_unqueue_configure,
	.initialize = rated_unqueue_initialize,
	.cleanup = rated_unqueue_cleanup,
	.add_handlers = rated_unqueue_add_handlers,
	.unparse_config = rated_unqueue_unparse_config,
};
