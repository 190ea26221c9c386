/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counter() -- counts packets and bytes and measures their rates
 *
 *   in 0             any packets (push or pull)
 *   out 0            the same packets
 *
 *   COUNT_CALL       "N HANDLER VALUE": when count becomes N, VALUE is written
 *                    to HANDLER, before the N-th packet goes on
 *   BYTE_COUNT_CALL  the same for byte_count, once it is N or more
 *
 *   count, byte_count
 *                    read: packets and bytes since the start or the last reset
 *   counts           read/write: both, "COUNT BYTE_COUNT"; so a Counter goes on
 *                    from where it was when its guest is moved to another host
 *   rate, byte_rate, bit_rate
 *                    read: a second, averaged over the last few milliseconds
 *   reset, reset_counts
 *                    write: sets the counts to 0 and arms both calls again
 *   count_call       read/write: N, COUNT_CALL
 *   byte_count_call  write: BYTE_COUNT_CALL
 *
 *     FromDevice(0) -> c :: Counter(COUNT_CALL 1000 stop) -> Discard;
 */
#include <string.h>

#include "click/conf.h"
#include "click/element.h"
#include "click/hcall.h"
#include "elements/standard/ewma.h"
#include "elements/standard/value.h"

enum { COUNTER_SCALE = 10, COUNTER_BYTE_SCALE = 4 };

/* A call to be made when a count reaches a value. */
struct counter_call {
	struct str text; /* of the call, until initialize; owned */
	bool done;
	struct hcall call;
};

struct counter {
	/* what each batch looks at, side by side */
	struct spinlock lock;
	uint64_t count, bytes;
	uint64_t count_at, bytes_at; /* when the calls are due */
	struct rate_ewma rate, byte_rate;
	struct counter_call on_count, on_bytes;
};

/* Splits "N CALL", as an argument has it. */
static int
counter_call_configure(struct counter_call *c, uint64_t *at, struct str text,
    const char *keyword, struct errh *errh)
{
	bool overflow = false;

	*at = UINT64_MAX;
	if (text.n == 0)
		return 0;
	if (!conf_u64(conf_shift_space(&text), 0, at, &overflow))
		return errh_error(errh, "%s type mismatch", keyword);
	if (overflow)
		errh_error(errh, "%s overflow, max %llu", keyword,
		    (unsigned long long)*at);
	return str_set(&c->text, text.n > 0 ? text : STR(" "));
}

static int
counter_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct counter *s = element_state(e);
	struct str count = { NULL, 0 }, bytes = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_raw(&a, "COUNT_CALL", 0, &count);
	args_raw(&a, "BYTE_COUNT_CALL", 0, &bytes);
	err = args_complete(&a);
	if (err == 0)
		err = counter_call_configure(
		    &s->on_count, &s->count_at, count, "COUNT_CALL", errh);
	if (err == 0)
		err = counter_call_configure(
		    &s->on_bytes, &s->bytes_at, bytes, "BYTE_COUNT_CALL", errh);
	str_free(&count);
	str_free(&bytes);
	return err;
}

static int
counter_call_initialize(
    struct counter_call *c, struct element *e, struct errh *errh)
{
	if (c->text.n == 0)
		return 0;
	return hcall_reset(&c->call, str_trim(c->text), HANDLER_WRITE, e, errh);
}

static int
counter_initialize(struct element *e, struct errh *errh)
{
	struct counter *s = element_state(e);
	uint32_t now = thread_jiffies(e->thread);

	rate_init(&s->rate, COUNTER_SCALE, now);
	rate_init(&s->byte_rate, COUNTER_BYTE_SCALE, now);
	if (counter_call_initialize(&s->on_count, e, errh) != 0)
		return ERR_INVAL;
	return counter_call_initialize(&s->on_bytes, e, errh);
}

static void
counter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct counter *s = element_state(e);

	(void)stage;
	str_free(&s->on_count.text);
	str_free(&s->on_bytes.text);
	hcall_fini(&s->on_count.call);
	hcall_fini(&s->on_bytes.call);
}

static void
counter_add_bytes(struct counter *s, uint32_t now, uint64_t n, uint64_t bytes)
{
	s->count += n;
	s->bytes += bytes;
	rate_update(&s->rate, now, n);
	rate_update(&s->byte_rate, now, bytes);
}

/* True, once, when c's time has come. */
static bool
counter_call_due(struct counter_call *c, bool reached)
{
	if (!reached || c->done)
		return false;
	c->done = true;
	return true;
}

/* Lets the first n packets of a pushed batch go on before the others. */
static void
counter_forward(struct element *e, struct batch *b, uint32_t n)
{
	struct scratch_mark m;
	struct batch *first;

	if (n == 0 || !output_is_push(e, 0))
		return;
	m = scratch_mark(b->thread);
	first = batch_new(b->thread, n);
	memcpy(first->packet, b->packet, n * sizeof(b->packet[0]));
	first->count = n;
	b->count -= n;
	memmove(b->packet, b->packet + n, b->count * sizeof(b->packet[0]));
	output_push(e, 0, first);
	scratch_release(b->thread, m);
}

/* One packet at a time, for a call falls due on one of them. */
static NOINLINE void
counter_action_calls(struct element *e, struct batch *b, uint32_t now)
{
	struct counter *s = element_state(e);
	struct thread *t = b->thread;

	for (uint32_t i = 0; i < b->count; i++) {
		bool on_count, on_bytes;

		thread_lock(t, &s->lock);
		counter_add_bytes(s, now, 1, b->packet[i]->length);
		on_count =
		    counter_call_due(&s->on_count, s->count == s->count_at);
		on_bytes =
		    counter_call_due(&s->on_bytes, s->bytes >= s->bytes_at);
		thread_unlock(t, &s->lock);
		if (!on_count && !on_bytes)
			continue;
		if (output_is_push(e, 0)) {
			counter_forward(e, b, i);
			i = 0;
		}
		if (on_count)
			(void)hcall_write(&s->on_count.call, t, NULL);
		if (on_bytes)
			(void)hcall_write(&s->on_bytes.call, t, NULL);
	}
}

static void
counter_action(struct element *e, struct batch *b)
{
	struct counter *s = element_state(e);
	uint64_t bytes = batch_bytes(b);
	uint32_t now = thread_jiffies(b->thread);
	bool calls;

	thread_lock(b->thread, &s->lock);
	calls = s->count_at - s->count - 1 < b->count ||
	        s->bytes + bytes >= s->bytes_at;
	if (likely(!calls))
		counter_add_bytes(s, now, b->count, bytes);
	thread_unlock(b->thread, &s->lock);
	if (unlikely(calls))
		counter_action_calls(e, b, now);
}

/* ---- handlers ---- */

enum counter_rate { COUNTER_RATE, COUNTER_BYTE_RATE, COUNTER_BIT_RATE };

static int
counter_read_rate(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct counter *s = element_state(e);
	struct rate_ewma *r = what == COUNTER_RATE ? &s->rate : &s->byte_rate;
	struct rate_ewma bits;

	/* It falls while nothing comes. */
	rate_update(r, thread_jiffies(call->thread), 0);
	bits = *r;
	if (what == COUNTER_BIT_RATE)
		bits.scale -= 3; /* times 8 */
	rate_print(&bits, call->out);
	return 0;
}

static int
counter_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct counter *s = element_state(e);

	(void)user;
	(void)call;
	s->count = s->bytes = 0;
	s->on_count.done = s->on_bytes.done = false;
	return 0;
}

static int
counter_read_counts(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct counter *s = element_state(e);

	(void)user;
	sb_u64(call->out, s->count);
	sb_addc(call->out, ' ');
	sb_u64(call->out, s->bytes);
	return 0;
}

/* A call whose time was before is not made again. */
static int
counter_write_counts(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct counter *s = element_state(e);
	struct str rest = call->text;
	uint64_t count, bytes;

	(void)user;
	if (!value_u64(conf_shift_space(&rest), &count) ||
	    !value_u64(str_trim(rest), &bytes))
		return errh_error(
		    call->errh, "syntax error, COUNT BYTE_COUNT expected");
	s->count = count;
	s->bytes = bytes;
	s->on_count.done = count >= s->count_at;
	s->on_bytes.done = bytes >= s->bytes_at;
	return 0;
}

static int
counter_read_count_call(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct counter *s = element_state(e);

	(void)user;
	if (hcall_given(&s->on_count.call))
		sb_u64(call->out, s->count_at);
	return 0;
}

static int
counter_write_call(
    struct element *e, uintptr_t bytes, struct handler_call *call)
{
	struct counter *s = element_state(e);
	struct counter_call *c = bytes ? &s->on_bytes : &s->on_count;
	struct str rest = call->text;
	uint64_t at;

	if (!value_u64(conf_shift_space(&rest), &at))
		return errh_error(call->errh,
		    "'%s' first word should be unsigned (count)",
		    bytes ? "byte_count_call" : "count_call");
	*(bytes ? &s->bytes_at : &s->count_at) = at;
	if (hcall_reset(&c->call, rest, HANDLER_WRITE, e, call->errh) != 0)
		return ERR_INVAL;
	c->done = false;
	return 0;
}

static void
counter_add_handlers(struct element *e)
{
	struct counter *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_data(e, "byte_count", HANDLER_READ, DATA_U64, &s->bytes);
	handler_add_read(e, "counts", counter_read_counts, 0, 0);
	handler_add_write(e, "counts", counter_write_counts, 0, 0);
	handler_add_read(e, "rate", counter_read_rate, COUNTER_RATE, 0);
	handler_add_read(e, "bit_rate", counter_read_rate, COUNTER_BIT_RATE, 0);
	handler_add_read(
	    e, "byte_rate", counter_read_rate, COUNTER_BYTE_RATE, 0);
	handler_add_write(e, "reset", counter_write_reset, 0, HANDLER_BUTTON);
	handler_add_write(e, "reset_counts", counter_write_reset, 0,
	    HANDLER_BUTTON | HANDLER_UNCOMMON);
	handler_add_read(e, "count_call", counter_read_count_call, 0, 0);
	handler_add_write(e, "count_call", counter_write_call, 0, 0);
	handler_add_write(e, "byte_count_call", counter_write_call, 1, 0);
}

const struct element_class element_counter = {
	.name = "Counter",
	.ports = "1/1",
	.state_size = sizeof(struct counter),
	.flags = ELEMENT_SHAREABLE,
	.configure = counter_configure,
	.initialize = counter_initialize,
	.cleanup = counter_cleanup,
	.add_handlers = counter_add_handlers,
	.action = counter_action,
};
