/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AverageCounter([IGNORE]) -- measures the rate from the first packet to the
 * last
 *
 *   in 0        any packets (push or pull)
 *   out 0       the same packets
 *
 *   IGNORE      seconds after the first packet that do not count, default 0
 *
 *   count, byte_count
 *               read: packets and bytes since the start or the last reset
 *   rate, byte_rate
 *               read: a second, between the first packet and the last
 *   reset       write: sets all to 0
 *
 *     FromDevice(0) -> a :: AverageCounter(1) -> Discard;
 */
#include "click/conf.h"
#include "click/element.h"
#include "elements/standard/ewma.h"

struct average_counter {
	uint64_t count, bytes;
	uint32_t first, last; /* milliseconds; first 0: no packet yet */
	uint32_t ignore;      /* milliseconds */
};

static int
average_counter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct average_counter *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "IGNORE", ARG_POS, &s->ignore);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->ignore *= RATE_HZ;
	return 0;
}

static void
average_counter_action(struct element *e, struct batch *b)
{
	struct average_counter *s = element_state(e);
	uint32_t now = thread_jiffies(b->thread), none = 0;

	if (load_relaxed(&s->first) == 0)
		(void)compare_exchange(&s->first, &none, now); /* or another */
	if (now - load_relaxed(&s->first) >= s->ignore) {
		counter_add(&s->count, b->thread, b->count);
		counter_add(&s->bytes, b->thread, batch_bytes(b));
	}
	store_relaxed(&s->last, now);
}

static int
average_counter_read_rate(
    struct element *e, uintptr_t bytes, struct handler_call *call)
{
	struct average_counter *s = element_state(e);
	uint32_t ms = s->last - s->first - s->ignore;

	if (ms < 1)
		ms = 1;
	sb_double(
	    call->out, (double)(bytes ? s->bytes : s->count) * RATE_HZ / ms);
	return 0;
}

static int
average_counter_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct average_counter *s = element_state(e);

	(void)user;
	(void)call;
	s->count = s->bytes = 0;
	s->first = s->last = 0;
	return 0;
}

static void
average_counter_add_handlers(struct element *e)
{
	struct average_counter *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_data(e, "byte_count", HANDLER_READ, DATA_U64, &s->bytes);
	handler_add_read(e, "rate", average_counter_read_rate, 0, 0);
	handler_add_read(e, "byte_rate", average_counter_read_rate, 1, 0);
	handler_add_write(
	    e, "reset", average_counter_write_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_average_counter = {
	.name = "AverageCounter",
	.ports = "1/1",
	.state_size = sizeof(struct average_counter),
	.flags = ELEMENT_SHAREABLE,
	.configure = average_counter_configure,
	.add_handlers = average_counter_add_handlers,
	.action = average_counter_action,
};
