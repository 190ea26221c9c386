/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RatedSource([DATA, RATE, LIMIT, ACTIVE]) -- makes packets at a steady rate
 *
 *   out 0      packets of the same bytes, RATE a second at most (push or pull)
 *
 *   DATA       their bytes; the default is a sentence of 69 bytes
 *   RATE       packets a second, default 10
 *   LIMIT      stop after so many packets; negative (the default): never
 *   ACTIVE     false: make none for now; default true
 *   LENGTH     their length: DATA is cut or repeated
 *   BANDWIDTH  bytes a second, in the place of RATE
 *   STOP       true: stop the driver when LIMIT is reached
 *
 *   count      read: packets made
 *   reset      write: sets count to 0, so that LIMIT more packets come
 *   data, length, rate, limit, active
 *              read/write: the arguments
 *   scheduled, tickets
 *              the task's, when it pushes
 *
 * The clock is looked at by the millisecond: what is due since the last look,
 * up to a hundredth of RATE, is sent as one batch.
 *
 *     RatedSource(\<0800>, 1000, LIMIT 5000, STOP true) -> Counter -> Discard;
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/standard/ewma.h"
#include "elements/standard/payload.h"
#include "elements/standard/token_bucket.h"
#include "elements/standard/value.h"

enum { RATED_SOURCE_BURST = 32 }; /* the most packets of one run */

struct rated_source {
	struct payload payload;
	struct token_bucket tokens;
	uint32_t count;
	int32_t limit; /* negative: none */
	bool active;
	bool stop;
	struct task task;
	struct timer timer; /* sleeps until there is a token */
};

static uint32_t
rated_source_capacity(uint32_t rate)
{
	return rate < 200 ? 2 : rate / 100;
}

static int
rated_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rated_source *s = element_state(e);
	struct str data = { NULL, 0 };
	uint32_t rate = 10, bandwidth = 0, capacity, size;
	int32_t limit = -1, length = -1;
	bool active = true, stop = false, has_data;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	has_data = args_str(&a, "DATA", ARG_POS, &data);
	args_u32(&a, "RATE", ARG_POS, &rate);
	args_i32(&a, "LIMIT", ARG_POS, &limit);
	args_bool(&a, "ACTIVE", ARG_POS, &active);
	args_i32(&a, "LENGTH", 0, &length);
	args_i32(&a, "DATASIZE", 0, &length);
	args_bool(&a, "STOP", 0, &stop);
	args_bandwidth(&a, "BANDWIDTH", 0, &bandwidth);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	err =
	    payload_set(&s->payload, has_data ? data : PAYLOAD_DEFAULT, length);
	str_free(&data);
	if (err != 0)
		return errh_error(errh, "out of memory");
	size = (uint32_t)s->payload.bytes.n;
	if (bandwidth > 0)
		rate = size > 0 ? bandwidth / size : bandwidth;
	capacity = rated_source_capacity(rate);
	if (bandwidth > 0 && length > 0 && capacity < 2 * (uint32_t)length)
		capacity = 2 * (uint32_t)length;
	tokens_assign(&s->tokens, rate, capacity);
	s->limit = limit;
	s->active = active;
	s->stop = stop;
	return 0;
}

static void
rated_source_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct rated_source *s = element_state(e);

	(void)timer;
	(void)t;
	task_schedule(&s->task);
}

/* How many packets are due now: 0 also at the limit, which may stop us. */
static uint32_t
rated_source_due(struct element *e, struct thread *t, uint32_t max)
{
	struct rated_source *s = element_state(e);
	uint32_t n;

	if (s->limit >= 0) {
		if (s->count >= (uint32_t)s->limit) {
			if (s->stop)
				router_please_stop(e->router);
			return 0;
		}
		if ((uint32_t)s->limit - s->count < max)
			max = (uint32_t)s->limit - s->count;
	}
	tokens_refill(&s->tokens, thread_jiffies(t));
	n = tokens_count(&s->tokens);
	if (n > max)
		n = max;
	tokens_remove(&s->tokens, n);
	return n;
}

static void
rated_source_fill(struct rated_source *s, struct batch *b, uint32_t n)
{
	int64_t now = thread_wall_ns(b->thread);

	s->count += n;
	for (; n > 0; n--) {
		struct packet *p = packet_new(b->thread, PACKET_HEADROOM,
		    s->payload.bytes.s, (uint32_t)s->payload.bytes.n, 0);

		if (p == NULL)
			return;
		p->timestamp_ns = now;
		batch_add(b, p);
	}
}

static bool
rated_source_run(struct element *e, struct task *task, struct thread *t)
{
	struct rated_source *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b;
	uint32_t n, ticks;

	if (!s->active)
		return false;
	n = rated_source_due(e, t, t->simtime ? 1 : RATED_SOURCE_BURST);
	if (n == 0) {
		if (s->limit >= 0 && s->count >= (uint32_t)s->limit)
			return false;
		ticks = tokens_wait(&s->tokens, 1);
		if (ticks != TOKEN_NEVER)
			timer_schedule_after(&s->timer, ticks * NS_PER_MS);
		return false;
	}
	b = batch_new(t, n);
	rated_source_fill(s, b, n);
	if (b->count > 0)
		output_push(e, 0, b);
	scratch_release(t, m);
	task_reschedule(task);
	return true;
}

static unsigned int
rated_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct rated_source *s = element_state(e);
	uint32_t before = b->count;

	(void)port;
	if (s->active)
		rated_source_fill(s, b, rated_source_due(e, b->thread, max));
	return b->count - before;
}

static int
rated_source_initialize(struct element *e, struct errh *errh)
{
	struct rated_source *s = element_state(e);

	if (output_is_push(e, 0))
		task_init_scheduled(&s->task, e, rated_source_run, errh);
	tokens_set(&s->tokens, 1);
	timer_init(&s->timer, e, rated_source_fire);
	return 0;
}

static void
rated_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct rated_source *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	payload_fini(&s->payload);
}

/* ---- handlers ---- */

static int
rated_source_read_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rated_source *s = element_state(e);

	(void)user;
	sb_u64(call->out, tokens_rate(&s->tokens));
	return 0;
}

static int
rated_source_read_limit(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rated_source *s = element_state(e);

	(void)user;
	sb_i64(call->out, s->limit < 0 ? -1 : s->limit);
	return 0;
}

enum rated_source_what {
	RATED_SOURCE_DATA,
	RATED_SOURCE_RATE,
	RATED_SOURCE_LIMIT,
	RATED_SOURCE_ACTIVE,
	RATED_SOURCE_RESET,
	RATED_SOURCE_LENGTH,
};

/* A push source that has become active, or is so again, starts over. */
static void
rated_source_restart(struct element *e)
{
	struct rated_source *s = element_state(e);

	if (output_is_push(e, 0) && !task_scheduled(&s->task) && s->active)
		task_schedule(&s->task);
}

static int
rated_source_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct rated_source *s = element_state(e);
	int32_t length;
	uint32_t rate;
	int err = 0;

	switch ((enum rated_source_what)what) {
	case RATED_SOURCE_DATA:
		err = payload_set(&s->payload, call->text, s->payload.length);
		break;
	case RATED_SOURCE_LENGTH:
		if (!value_i32(call->text, &length))
			goto syntax;
		err = payload_set(&s->payload, s->payload.data, length);
		break;
	case RATED_SOURCE_RATE:
		if (!value_u32(call->text, &rate))
			goto syntax;
		tokens_assign_adjust(
		    &s->tokens, rate, rated_source_capacity(rate));
		break;
	case RATED_SOURCE_LIMIT:
		if (!value_i32(call->text, &s->limit))
			goto syntax;
		break;
	case RATED_SOURCE_ACTIVE:
		if (!conf_bool(call->text, &s->active))
			goto syntax;
		if (s->active && !task_scheduled(&s->task))
			tokens_set(&s->tokens, 1);
		rated_source_restart(e);
		break;
	case RATED_SOURCE_RESET:
		s->count = 0;
		tokens_set(&s->tokens, 1);
		rated_source_restart(e);
		break;
	}
	return err == 0 ? 0 : errh_error(call->errh, "out of memory");
syntax:
	return errh_error(call->errh, "syntax error");
}

static void
rated_source_add_handlers(struct element *e)
{
	struct rated_source *s = element_state(e);
	handler_fn *write = rated_source_write;

	handler_add_data(e, "data", HANDLER_READ, DATA_STR, &s->payload.data);
	handler_add_write(
	    e, "data", write, RATED_SOURCE_DATA, HANDLER_RAW | HANDLER_CALM);
	handler_add_read(e, "rate", rated_source_read_rate, 0, 0);
	handler_add_write(e, "rate", write, RATED_SOURCE_RATE, 0);
	handler_add_read(e, "limit", rated_source_read_limit, 0, HANDLER_CALM);
	handler_add_write(e, "limit", write, RATED_SOURCE_LIMIT, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(
	    e, "active", write, RATED_SOURCE_ACTIVE, HANDLER_CHECKBOX);
	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &s->count);
	handler_add_write(
	    e, "reset", write, RATED_SOURCE_RESET, HANDLER_BUTTON);
	handler_add_data(
	    e, "length", HANDLER_READ, DATA_I32, &s->payload.length);
	handler_add_write(e, "length", write, RATED_SOURCE_LENGTH, 0);
	/* its old name */
	handler_add_data(
	    e, "datasize", HANDLER_READ, DATA_I32, &s->payload.length);
	handler_add_write(
	    e, "datasize", write, RATED_SOURCE_LENGTH, HANDLER_DEPRECATED);
	if (output_is_push(e, 0))
		handler_add_task(e, &s->task, false);
}

const struct element_class element_rated_source = {
	.name = "RatedSource",
	.ports = "0/1",
	.state_size = sizeof(struct rated_source),
	.configure = rated_source_configure,
	.initialize = rated_source_initialize,
	.cleanup = rated_source_cleanup,
	.add_handlers = rated_source_add_handlers,
	.pull = rated_source_pull,
};
