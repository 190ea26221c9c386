/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimestampAccum() -- adds up how old packets are.
 *
 *   in 0      any packets
 *   out 0     the same
 *
 *   count          read: packets that have passed
 *   time           read: the sum of the times since their time stamps, seconds
 *   average_time   read: the same for one packet
 *   reset_counts   write
 *
 *	... -> SetTimestamp -> Queue -> Unqueue -> a :: TimestampAccum -> ...
 */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/element.h"

struct timestamp_accum {
	int64_t sum_ns; /* good for 292 years */
	uint64_t count;
};

static inline struct packet *
timestamp_accum_one(struct element *e, struct thread *t, struct packet *p)
{
	struct timestamp_accum *s = element_state(e);

	/* Without a time stamp it is as old as the calendar: it may wrap. */
	s->sum_ns = (int64_t)((uint64_t)s->sum_ns +
	                      (uint64_t)(thread_wall_ns(t) - p->timestamp_ns));
	s->count++;
	return p;
}

static void
timestamp_accum_action(struct element *e, struct batch *b)
{
	batch_each(e, b, timestamp_accum_one);
}

static int
timestamp_accum_read(
    struct element *e, uintptr_t average, struct handler_call *call)
{
	struct timestamp_accum *s = element_state(e);
	double sec = (double)s->sum_ns / 1e9;

	if (average != 0 && s->count > 0)
		sec /= (double)s->count;
	sb_double(call->out, sec);
	return 0;
}

static int
timestamp_accum_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct timestamp_accum *s = element_state(e);

	(void)user;
	(void)call;
	s->sum_ns = 0;
	s->count = 0;
	return 0;
}

static void
timestamp_accum_add_handlers(struct element *e)
{
	struct timestamp_accum *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_read(e, "time", timestamp_accum_read, 0, 0);
	handler_add_read(e, "average_time", timestamp_accum_read, 1, 0);
	handler_add_write(
	    e, "reset_counts", timestamp_accum_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_timestamp_accum = {
	.name = "TimestampAccum",
	.ports = "1/1",
	.state_size = sizeof(struct timestamp_accum),
	.add_handlers = timestamp_accum_add_handlers,
	.action = timestamp_accum_action,
};
