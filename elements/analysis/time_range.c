/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimeRange([SIMPLE bool]) -- tells between which times packets passed.
 *
 *   in 0      any packets
 *   out 0     the same
 *
 *   SIMPLE    true: time stamps only ever grow; default false
 *
 *   first, last       read: the earliest and latest time stamp
 *   range             read: both
 *   interval          read: their difference
 *   reset             write: forgets them
 *
 *	FromDump(a.pcap, STOP true) -> r :: TimeRange -> Discard;
 *	DriverManager(wait, print r.interval);
 */
#include "base/stamp.h"
#include "click/element.h"

struct time_range {
	int64_t first_ns, last_ns;
	bool simple;
};

static int
time_range_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct time_range *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "SIMPLE", 0, &s->simple);
	return args_complete(&a);
}

static inline struct packet *
time_range_one(struct element *e, struct thread *t, struct packet *p)
{
	struct time_range *s = element_state(e);
	int64_t ns = p->timestamp_ns;

	(void)t;
	if (unlikely(s->first_ns == 0))
		s->first_ns = s->last_ns = ns;
	else if (s->simple || ns > s->last_ns)
		s->last_ns = ns;
	else if (ns < s->first_ns)
		s->first_ns = ns;
	return p;
}

static void
time_range_action(struct element *e, struct batch *b)
{
	batch_each(e, b, time_range_one);
}

enum time_range_what { RANGE_BOTH, RANGE_INTERVAL };

static int
time_range_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct time_range *s = element_state(e);

	if (what == RANGE_INTERVAL) {
		sb_stamp(call->out, s->last_ns - s->first_ns);
		return 0;
	}
	sb_stamp(call->out, s->first_ns);
	sb_addc(call->out, ' ');
	sb_stamp(call->out, s->last_ns);
	return 0;
}

static int
time_range_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct time_range *s = element_state(e);

	(void)user;
	(void)call;
	s->first_ns = s->last_ns = 0;
	return 0;
}

static void
time_range_add_handlers(struct element *e)
{
	struct time_range *s = element_state(e);

	handler_add_data(e, "first", HANDLER_READ, DATA_STAMP, &s->first_ns);
	handler_add_data(e, "last", HANDLER_READ, DATA_STAMP, &s->last_ns);
	handler_add_read(e, "range", time_range_read, RANGE_BOTH, 0);
	handler_add_read(e, "interval", time_range_read, RANGE_INTERVAL, 0);
	handler_add_write(e, "reset", time_range_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_time_range = {
	.name = "TimeRange",
	.ports = "1/1",
	.state_size = sizeof(struct time_range),
	.configure = time_range_configure,
	.add_handlers = time_range_add_handlers,
	.action = time_range_action,
};
