/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimeFilter([START, END, ...]) -- passes packets whose time stamp lies within
 * a range.
 *
 *   in 0            any packets
 *   out 0           those from the start on and before the end
 *   out 1           the others, if connected; else they are killed
 *
 *   START           seconds since 1970
 *   START_AFTER     seconds after the first packet
 *   START_DELAY     seconds after the router's start
 *   END, END_AFTER, END_DELAY
 *                   likewise
 *   INTERVAL        seconds after the start
 *   STOP            true: stop the driver at the first packet behind the end
 *   END_CALL        a write handler, called then; "$t" in its value is that
 *                   packet's time.  If it moves the end, the packet may pass
 *
 *   start, end, interval   read/write
 *   extend_interval        write: moves the end by so much
 *
 *	FromDump(a.pcap) -> TimeFilter(START_AFTER 5, INTERVAL 10) -> ...
 */
#include "base/stamp.h"
#include "click/element.h"
#include "click/hcall.h"
#include "click/vars.h"

struct time_filter {
	int64_t first_ns, last_ns;
	bool ready; /* times relative to the first packet are absolute */
	bool first_relative, last_relative, last_interval;
	bool first_delay, last_delay;
	bool call_ready; /* the end has not been told */
	struct hcall end;
};

struct time_filter_args {
	int64_t start, start_after, start_delay;
	int64_t end, end_after, end_delay, interval;
	bool stop;
	struct str end_call; /* owned */
};

static int
time_filter_set(
    struct element *e, const struct time_filter_args *fa, struct errh *errh)
{
	struct time_filter *s = element_state(e);

	if ((fa->start != 0) + (fa->start_after != 0) + (fa->start_delay != 0) >
	    1)
		return errh_error(errh, "START, START_AFTER, and "
		                        "START_AFTER_INIT are mutually "
		                        "exclusive");
	if ((fa->end != 0) + (fa->end_after != 0) + (fa->end_delay != 0) +
	        (fa->interval != 0) >
	    1)
		return errh_error(errh, "END, END_AFTER, END_AFTER_INIT, and "
		                        "INTERVAL are mutually exclusive");
	s->first_ns = fa->start + fa->start_after + fa->start_delay;
	s->first_delay = fa->start_delay != 0;
	s->first_relative = fa->start == 0 && !s->first_delay;
	s->last_ns = fa->end + fa->end_after + fa->end_delay + fa->interval;
	s->last_delay = fa->end_delay != 0;
	s->last_relative = fa->end_after != 0;
	s->last_interval = fa->interval != 0;
	if (s->last_ns == 0)
		s->last_ns = INT64_MAX;
	if (fa->end_call.n > 0 && fa->stop)
		return errh_error(
		    errh, "END_CALL and STOP are mutually exclusive");
	if (fa->end_call.n > 0)
		return hcall_set(&s->end, fa->end_call, e, errh);
	return fa->stop ? hcall_set(&s->end, STR("stop true"), e, errh) : 0;
}

static int
time_filter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct time_filter_args fa = { .start = 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_stamp(&a, "START", ARG_POS, &fa.start);
	args_stamp(&a, "END", ARG_POS, &fa.end);
	args_stamp(&a, "START_DELAY", 0, &fa.start_delay);
	args_stamp(&a, "END_DELAY", 0, &fa.end_delay);
	args_stamp(&a, "START_AFTER", 0, &fa.start_after);
	args_stamp(&a, "END_AFTER", 0, &fa.end_after);
	args_stamp(&a, "INTERVAL", 0, &fa.interval);
	args_bool(&a, "STOP", 0, &fa.stop);
	args_hcall(&a, "END_CALL", 0, &fa.end_call);
	err = args_complete(&a);
	if (err == 0)
		err = time_filter_set(e, &fa, errh);
	str_free(&fa.end_call);
	return err;
}

static int
time_filter_initialize(struct element *e, struct errh *errh)
{
	struct time_filter *s = element_state(e);
	int64_t now = thread_wall_ns(e->thread);

	if (s->first_delay)
		s->first_ns += now;
	if (s->last_delay)
		s->last_ns += now;
	s->call_ready = hcall_given(&s->end);
	return hcall_bind(&s->end, HANDLER_WRITE, e, errh);
}

static void
time_filter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct time_filter *s = element_state(e);

	(void)stage;
	hcall_fini(&s->end);
}

/* The first packet's time makes relative ones absolute. */
static void
time_filter_begin(struct time_filter *s, int64_t stamp)
{
	if (s->first_relative)
		s->first_ns += stamp;
	if (s->last_relative)
		s->last_ns += stamp;
	else if (s->last_interval)
		s->last_ns += s->first_ns;
	s->ready = true;
}

/* Calls END_CALL with $t in its value. */
static void
time_filter_call(struct time_filter *s, struct thread *t, int64_t stamp)
{
	struct strbuf value = STRBUF_INIT, text = STRBUF_INIT;
	struct hcall call = s->end;
	struct varenv env;

	sb_stamp(&text, stamp);
	varenv_init(&env, NULL);
	if (varenv_set(&env, STR("t"), sb_str(&text)) == 0) {
		vars_expand(&env.vars, s->end.value, false, &value);
		call.value = sb_str(&value);
		if (!text.oom && !value.oom)
			(void)hcall_write(&call, t, NULL); /* nobody to tell */
	}
	varenv_fini(&env);
	sb_fini(&value);
	sb_fini(&text);
}

static void
time_filter_end(struct time_filter *s, struct thread *t, int64_t stamp)
{
	int64_t before;

	do {
		before = s->last_ns;
		s->call_ready = false;
		time_filter_call(s, t, stamp);
		/* It may have moved the end, which is then to be told too. */
	} while (stamp >= s->last_ns && s->call_ready && s->last_ns > before);
}

static inline int
time_filter_one(struct element *e, struct thread *t, struct packet **p)
{
	struct time_filter *s = element_state(e);
	int64_t stamp = (*p)->timestamp_ns;

	if (unlikely(!s->ready))
		time_filter_begin(s, stamp);
	if (stamp < s->first_ns)
		return 1;
	if (likely(stamp < s->last_ns))
		return 0;
	if (s->call_ready)
		time_filter_end(s, t, stamp);
	return stamp < s->last_ns ? 0 : 1;
}

static void
time_filter_action(struct element *e, struct batch *b)
{
	batch_route(e, b, time_filter_one);
}

enum time_filter_what { TIME_START, TIME_END, TIME_INTERVAL, TIME_EXTEND };

static int
time_filter_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct time_filter *s = element_state(e);
	struct arena mem = ARENA_INIT;
	struct errh silent;
	int64_t ns;
	bool good;

	errh_silent_init(&silent);
	good = arg_parse(
	    &arg_type_stamp, str_trim(call->text), &ns, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	if (!good)
		return errh_error(call->errh, "expected time");
	if (what == TIME_START) {
		if (!s->ready)
			time_filter_begin(s, ns);
		s->first_ns = ns;
		return 0;
	}
	if (what == TIME_END)
		s->last_relative = s->last_interval = false;
	else
		ns += what == TIME_INTERVAL ? s->first_ns : s->last_ns;
	s->last_ns = ns;
	s->call_ready = hcall_given(&s->end);
	return 0;
}

static int
time_filter_read_interval(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct time_filter *s = element_state(e);

	(void)user;
	sb_stamp(call->out, s->last_ns - s->first_ns);
	return 0;
}

static void
time_filter_add_handlers(struct element *e)
{
	struct time_filter *s = element_state(e);

	handler_add_data(e, "start", HANDLER_READ, DATA_STAMP, &s->first_ns);
	handler_add_data(e, "end", HANDLER_READ, DATA_STAMP, &s->last_ns);
	handler_add_read(e, "interval", time_filter_read_interval, 0, 0);
	handler_add_write(e, "start", time_filter_write, TIME_START, 0);
	handler_add_write(e, "end", time_filter_write, TIME_END, 0);
	handler_add_write(e, "interval", time_filter_write, TIME_INTERVAL, 0);
	handler_add_write(
	    e, "extend_interval", time_filter_write, TIME_EXTEND, 0);
}

const struct element_class element_time_filter = {
	.name = "TimeFilter",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct time_filter),
	.configure = time_filter_configure,
	.initialize = time_filter_initialize,
	.cleanup = time_filter_cleanup,
	.add_handlers = time_filter_add_handlers,
	.action = time_filter_action,
};
