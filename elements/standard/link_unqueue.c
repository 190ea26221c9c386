/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LinkUnqueue(LATENCY, BANDWIDTH) -- pulls packets and pushes them as if they
 * came over a link
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (push), each when its last byte would have
 *              arrived; their time stamps say when that was
 *
 *   LATENCY    how long a bit is on its way: 10ms
 *   BANDWIDTH  bytes a second, or with a unit: 10Mbps; at least 100 bytes
 *
 *   latency, bandwidth
 *              read/write: the arguments; what is on its way is lost
 *   size       read: packets on their way
 *   reset      write: drops the packets on their way
 *   scheduled, tickets
 *              the task's
 *
 * A packet's length is what it has plus its extra length annotation.
 *
 *     FromDevice(0) -> Queue -> LinkUnqueue(50ms, 1Mbps) -> ToDevice(1);
 */
#include <string.h>

#include "click/anno.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/storage.h"
#include "elements/standard/value.h"

enum { LINK_UNIT = 100 }; /* bytes a second that bandwidth counts in */

struct link_unqueue {
	struct storage store; /* of the packets on their way */
	int64_t latency_ns;
	uint32_t bandwidth; /* LINK_UNITs */
	bool back_to_back;  /* the next packet follows the last one closely */
	struct packet *first, *last; /* by next; the time stamp is arrival */
	struct task task;
	struct timer timer;
	struct signal nonempty;
};

static int
link_unqueue_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct link_unqueue *s = element_state(e);
	uint32_t bandwidth = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_stamp(&a, "LATENCY", ARG_POS | ARG_MAND, &s->latency_ns);
	args_bandwidth(&a, "BANDWIDTH", ARG_POS | ARG_MAND, &bandwidth);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (bandwidth < LINK_UNIT)
		return errh_error(errh, "bandwidth too small, minimum 100Bps");
	s->bandwidth = bandwidth / LINK_UNIT;
	s->store.capacity = INT32_MAX;
	return 0;
}

/* p begins to arrive at start; its time stamp becomes the end of that. */
static void
link_unqueue_append(struct link_unqueue *s, struct packet *p, int64_t start)
{
	uint64_t length = p->length + anno_u32(p, ANNO_EXTRA_LENGTH);
	uint64_t us = length * (1000000 / LINK_UNIT) / s->bandwidth;

	p->timestamp_ns = start + (int64_t)us * NS_PER_US;
	p->next = NULL;
	if (s->last != NULL)
		s->last->next = p;
	else
		s->first = p;
	s->last = p;
	s->store.tail++;
}

static struct packet *
link_unqueue_shift(struct link_unqueue *s)
{
	struct packet *p = s->first;

	s->first = p->next;
	if (s->first == NULL)
		s->last = NULL;
	p->next = NULL;
	s->store.head++;
	return p;
}

/* Pulls what the link would have begun to send by now. */
static bool
link_unqueue_fill(struct element *e, struct batch *b, int64_t now)
{
	struct link_unqueue *s = element_state(e);
	int64_t horizon = now + s->latency_ns;
	bool worked = false;

	while (s->last == NULL || s->last->timestamp_ns <= horizon) {
		batch_reset(b);
		if (input_pull(e, 0, b, 1) == 0) {
			s->back_to_back = false;
			break;
		}
		link_unqueue_append(s, b->packet[0],
		    s->last != NULL && s->back_to_back ? s->last->timestamp_ns
		                                       : horizon);
		worked = s->back_to_back = true;
	}
	return worked;
}

/* Runs again when the next packet arrives, or there is room for another. */
static void
link_unqueue_sleep(struct link_unqueue *s, struct task *task, int64_t now)
{
	int64_t expiry;
	bool more = signal_active(&s->nonempty);

	if (s->first == NULL) {
		if (more)
			task_reschedule(task);
		return;
	}
	expiry = s->first->timestamp_ns;
	if (more && s->last->timestamp_ns - s->latency_ns < expiry)
		expiry = s->last->timestamp_ns - s->latency_ns;
	if (expiry <= now)
		task_reschedule(task);
	else
		timer_schedule_after(&s->timer, expiry - now);
}

static bool
link_unqueue_run(struct element *e, struct task *task, struct thread *t)
{
	struct link_unqueue *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, BATCH_MAX);
	int64_t now = thread_wall_ns(t);
	bool worked = link_unqueue_fill(e, b, now);

	batch_reset(b);
	while (s->first != NULL && s->first->timestamp_ns <= now) {
		batch_emit(e, 0, b, link_unqueue_shift(s));
		worked = true;
	}
	batch_emit_end(e, 0, b);
	scratch_release(t, m);
	link_unqueue_sleep(s, task, now);
	return worked;
}

static void
link_unqueue_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct link_unqueue *s = element_state(e);

	(void)timer;
	(void)t;
	task_schedule(&s->task);
}

static int
link_unqueue_initialize(struct element *e, struct errh *errh)
{
	struct link_unqueue *s = element_state(e);

	task_init_scheduled(&s->task, e, link_unqueue_run, errh);
	timer_init(&s->timer, e, link_unqueue_fire);
	signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	return 0;
}

static void
link_unqueue_drop(struct element *e)
{
	struct link_unqueue *s = element_state(e);

	while (s->first != NULL)
		packet_kill(e->thread, link_unqueue_shift(s));
}

static void
link_unqueue_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct link_unqueue *s = element_state(e);

	(void)stage;
	link_unqueue_drop(e);
	timer_fini(&s->timer);
	signal_fini(&s->nonempty);
}

static void *
link_unqueue_cast(struct element *e, const char *name, int port)
{
	struct link_unqueue *s = element_state(e);

	(void)port;
	return strcmp(name, "Storage") == 0 ? &s->store : NULL;
}

enum link_unqueue_what { LINK_LATENCY, LINK_BANDWIDTH, LINK_SIZE, LINK_RESET };

static int
link_unqueue_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct link_unqueue *s = element_state(e);

	if (what == LINK_LATENCY)
		sb_interval(call->out, s->latency_ns);
	else if (what == LINK_BANDWIDTH)
		sb_u64(call->out, (uint64_t)s->bandwidth * LINK_UNIT);
	else
		sb_u64(call->out, storage_size(&s->store));
	return 0;
}

static int
link_unqueue_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct link_unqueue *s = element_state(e);
	bool assumed, overflow = false;
	uint64_t bandwidth;

	if (what == LINK_LATENCY && !value_ns(call->text, &s->latency_ns))
		return errh_error(call->errh, "latency must be a timestamp");
	if (what == LINK_BANDWIDTH) {
		if (!conf_bandwidth(
		        call->text, &bandwidth, &assumed, &overflow) ||
		    overflow || bandwidth > UINT32_MAX)
			return errh_error(call->errh, "invalid bandwidth");
		if (bandwidth < LINK_UNIT)
			return errh_error(
			    call->errh, "bandwidth too small, minimum 100Bps");
		s->bandwidth = (uint32_t)bandwidth / LINK_UNIT;
	}
	link_unqueue_drop(e);
	timer_unschedule(&s->timer);
	task_schedule(&s->task);
	return 0;
}

static void
link_unqueue_add_handlers(struct element *e)
{
	struct link_unqueue *s = element_state(e);
	handler_fn *read = link_unqueue_read, *write = link_unqueue_write;

	handler_add_read(e, "latency", read, LINK_LATENCY, HANDLER_CALM);
	handler_add_read(e, "bandwidth", read, LINK_BANDWIDTH, HANDLER_CALM);
	handler_add_read(e, "size", read, LINK_SIZE, 0);
	handler_add_write(e, "reset", write, LINK_RESET, HANDLER_BUTTON);
	handler_add_write(e, "latency", write, LINK_LATENCY, 0);
	handler_add_write(e, "bandwidth", write, LINK_BANDWIDTH, 0);
	handler_add_task(e, &s->task, false);
}

const struct element_class element_link_unqueue = {
	.name = "LinkUnqueue",
	.ports = "1/1",
	.processing = "l/h",
	.state_size = sizeof(struct link_unqueue),
	.configure = link_unqueue_configure,
	.initialize = link_unqueue_initialize,
	.cleanup = link_unqueue_cleanup,
	.add_handlers = link_unqueue_add_handlers,
	.cast = link_unqueue_cast,
};
