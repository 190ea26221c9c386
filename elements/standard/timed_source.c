/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimedSource([INTERVAL, DATA]) -- makes a packet every now and then
 *
 *   out 0      a packet each INTERVAL, the first after one INTERVAL (push)
 *
 *   INTERVAL   a time, default 0.5 seconds
 *   DATA       the packet's bytes; the default is a sentence of 69 bytes
 *   LIMIT      stop after so many packets; negative (the default): never
 *   ACTIVE     false: make none for now; default true
 *   STOP       true: stop the driver one INTERVAL after the last packet
 *   HEADROOM   free bytes in front of the data
 *
 *   count      read: packets made
 *   reset      write: sets count to 0, so that LIMIT more packets come
 *   interval, data, active, headroom, limit
 *              read/write: the arguments
 *
 *     TimedSource(1s, "hello") -> ToDevice(0);
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/standard/payload.h"
#include "elements/standard/value.h"

struct timed_source {
	struct payload payload;
	int64_t interval_ns;
	int32_t limit; /* negative: none */
	int32_t count;
	uint32_t headroom;
	bool active;
	bool stop;
	struct timer timer;
};

static int
timed_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct timed_source *s = element_state(e);
	struct str data = { NULL, 0 };
	bool has_data;
	struct args a;
	int err;

	s->interval_ns = NS_PER_SEC / 2;
	s->limit = -1;
	s->active = true;
	s->headroom = PACKET_HEADROOM;
	args_init(&a, conf, e, errh);
	args_stamp(&a, "INTERVAL", ARG_POS, &s->interval_ns);
	has_data = args_str(&a, "DATA", ARG_POS, &data);
	args_i32(&a, "LIMIT", 0, &s->limit);
	args_bool(&a, "ACTIVE", 0, &s->active);
	args_bool(&a, "STOP", 0, &s->stop);
	args_u32(&a, "HEADROOM", 0, &s->headroom);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	err = payload_set(&s->payload, has_data ? data : PAYLOAD_DEFAULT, -1);
	str_free(&data);
	return err == 0 ? 0 : errh_error(errh, "out of memory");
}

static void
timed_source_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct timed_source *s = element_state(e);
	struct packet *p;

	if (!s->active)
		return;
	if (s->limit >= 0 && s->count >= s->limit) {
		if (s->stop)
			router_please_stop(e->router);
		return;
	}
	p = packet_new(t, s->headroom, s->payload.bytes.s,
	    (uint32_t)s->payload.bytes.n, 0);
	if (p != NULL) {
		p->timestamp_ns = thread_wall_ns(t);
		output_push_one(e, 0, t, p);
	}
	s->count++;
	timer_reschedule_after(timer, s->interval_ns);
}

static int
timed_source_initialize(struct element *e, struct errh *errh)
{
	struct timed_source *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, timed_source_fire);
	if (s->active)
		timer_schedule_after(&s->timer, s->interval_ns);
	return 0;
}

static void
timed_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct timed_source *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	payload_fini(&s->payload);
}

static int
timed_source_read_interval(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct timed_source *s = element_state(e);

	(void)user;
	sb_interval(call->out, s->interval_ns);
	return 0;
}

enum timed_source_what {
	TIMED_SOURCE_DATA,
	TIMED_SOURCE_INTERVAL,
	TIMED_SOURCE_ACTIVE,
	TIMED_SOURCE_RESET,
	TIMED_SOURCE_HEADROOM,
};

static int
timed_source_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct timed_source *s = element_state(e);
	int64_t ns;

	switch ((enum timed_source_what)what) {
	case TIMED_SOURCE_DATA:
		if (payload_set(&s->payload, call->text, -1) != 0)
			return errh_error(call->errh, "out of memory");
		return 0;
	case TIMED_SOURCE_HEADROOM:
		if (!value_u32(call->text, &s->headroom))
			return errh_error(call->errh, "bad headroom");
		return 0;
	case TIMED_SOURCE_INTERVAL:
		if (!value_ns(call->text, &ns) || ns == 0)
			return errh_error(call->errh, "bad interval");
		s->interval_ns = ns;
		return 0;
	case TIMED_SOURCE_ACTIVE:
		if (!conf_bool(call->text, &s->active))
			return errh_error(call->errh, "bad active");
		break;
	case TIMED_SOURCE_RESET:
		s->count = 0;
		break;
	}
	if (!timer_scheduled(&s->timer) && s->active)
		timer_schedule_after(&s->timer, 0);
	return 0;
}

static void
timed_source_add_handlers(struct element *e)
{
	struct timed_source *s = element_state(e);
	handler_fn *write = timed_source_write;

	handler_add_data(e, "data", HANDLER_READ, DATA_STR, &s->payload.data);
	handler_add_write(
	    e, "data", write, TIMED_SOURCE_DATA, HANDLER_RAW | HANDLER_CALM);
	handler_add_data(
	    e, "limit", HANDLER_READ | HANDLER_WRITE, DATA_I32, &s->limit);
	handler_set_flags(e, "limit", HANDLER_CALM, 0);
	handler_add_read(
	    e, "interval", timed_source_read_interval, 0, HANDLER_CALM);
	handler_add_write(e, "interval", write, TIMED_SOURCE_INTERVAL, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(e, "active", write, TIMED_SOURCE_ACTIVE,
	    HANDLER_CALM | HANDLER_CHECKBOX);
	handler_add_data(e, "count", HANDLER_READ, DATA_I32, &s->count);
	handler_add_data(e, "headroom", HANDLER_READ, DATA_U32, &s->headroom);
	handler_add_write(
	    e, "headroom", write, TIMED_SOURCE_HEADROOM, HANDLER_CALM);
	handler_add_write(
	    e, "reset", write, TIMED_SOURCE_RESET, HANDLER_BUTTON);
}

const struct element_class element_timed_source = {
	.name = "TimedSource",
	.ports = "0/1",
	.processing = "h",
	.state_size = sizeof(struct timed_source),
	.configure = timed_source_configure,
	.initialize = timed_source_initialize,
	.cleanup = timed_source_cleanup,
	.add_handlers = timed_source_add_handlers,
};
