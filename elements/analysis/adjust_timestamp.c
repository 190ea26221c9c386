/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AdjustTimestamp(TIME [, FIRST bool, ALL bool]) -- moves time stamps.
 *
 *   in 0      any packets
 *   out 0     the same, TIME added to their time stamp
 *
 *   TIME      seconds, may be negative
 *   FIRST     true: the first timestamp annotation instead; default false
 *   ALL       true: also those that are zero, that is not set; default false
 *
 *   time      read/write: TIME
 *
 *	FromDump(a.pcap) -> AdjustTimestamp(-3600) -> ToDump(b.pcap);
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/element.h"

struct adjust_timestamp {
	int64_t add_ns;
	bool first, all;
};

static bool
adjust_timestamp_parse(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	bool overflow = false;
	int64_t ns;

	(void)type;
	if (!conf_seconds(text, 9, &ns, &overflow))
		return false;
	if (overflow)
		return arg_error(c, "out of range");
	memcpy(out, &ns, sizeof(ns));
	return true;
}

/* A time that may lie before 1970. */
static const struct arg_type adjust_timestamp_time = {
	.size = sizeof(int64_t),
	.parse = adjust_timestamp_parse,
};

static int
adjust_timestamp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct adjust_timestamp *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_read(&a, "TIME", ARG_POS, &adjust_timestamp_time, &s->add_ns);
	args_bool(&a, "FIRST", 0, &s->first);
	args_bool(&a, "ALL", 0, &s->all);
	return args_complete(&a);
}

static inline struct packet *
adjust_timestamp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct adjust_timestamp *s = element_state(e);
	int64_t ns = s->first ? (int64_t)anno_u64(p, ANNO_FIRST_TIMESTAMP)
	                      : p->timestamp_ns;

	(void)t;
	if (ns == 0 && !s->all)
		return p;
	/* Far away it wraps, as the clock would. */
	ns = (int64_t)((uint64_t)ns + (uint64_t)s->add_ns);
	if (s->first)
		anno_set_u64(p, ANNO_FIRST_TIMESTAMP, (uint64_t)ns);
	else
		p->timestamp_ns = ns;
	return p;
}

static void
adjust_timestamp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, adjust_timestamp_one);
}

static int
adjust_timestamp_time_handler(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct adjust_timestamp *s = element_state(e);
	struct arena mem = ARENA_INIT;
	bool good;

	(void)user;
	if (!call->writing) {
		sb_stamp(call->out, s->add_ns);
		return 0;
	}
	good = arg_parse(&adjust_timestamp_time, str_trim(call->text),
	    &s->add_ns, e, &mem, call->errh);
	arena_fini(&mem);
	return good ? 0 : ERR_INVAL;
}

static void
adjust_timestamp_add_handlers(struct element *e)
{
	handler_add_read(
	    e, "time", adjust_timestamp_time_handler, 0, HANDLER_CALM);
	handler_add_write(e, "time", adjust_timestamp_time_handler, 0, 0);
}

const struct element_class element_adjust_timestamp = {
	.name = "AdjustTimestamp",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct adjust_timestamp),
	.configure = adjust_timestamp_configure,
	.add_handlers = adjust_timestamp_add_handlers,
	.action = adjust_timestamp_action,
};
