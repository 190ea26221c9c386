/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replay(FILENAME [, LOOP, LIMIT, ...]) -- plays a capture from memory
 *
 * The file is read once; then its packets are copied out of memory as fast as
 * they are wanted: the fastest source there is, for benchmarks and load tests.
 *
 *   out 0      the packets, pushed or pulled
 *
 *   FILENAME   a pcap or pcapng file, not packed
 *   LOOP       how often to play it, default 1; 0: for ever
 *   LIMIT      stop after so many packets; negative (the default): never
 *   BURST      packets each time it is scheduled, default 32; they travel as
 *              one batch
 *   TIMING     true: emit at the pace of the time stamps; default false
 *   TIMESTAMP  true (default): the packets carry their time stamps; false:
 *              none
 *   STOP       true: stop the driver at the end; default false
 *   ACTIVE     false: emit nothing for now; default true
 *
 *   count      read: packets emitted
 *   length     read: packets in the file
 *   loops      read: how often it has been played to its end
 *   active     read/write: ACTIVE
 *   reset      write: from the beginning
 *
 *     Replay(web.pcap, LOOP 0, BURST 32) -> EtherMirror -> Counter -> Discard;
 */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/notifier.h"
#include "click/packet.h"
#include "click/router.h"
#include "elements/device/capture.h"

enum { BURST_DEFAULT = 32 };

struct replay {
	struct str filename; /* owned */
	struct capture *capture;
	struct capture_player player;
	size_t next;    /* frame */
	uint64_t loops; /* done */
	uint64_t count;
	uint32_t loop; /* wanted, 0: for ever */
	int64_t limit; /* negative: none */
	int32_t burst;
	bool timing, timestamp, stop, active, ended, ready;
	int64_t start_ns; /* TIMING: steady time of stamp 0; 0: not set */
	struct task task;
	struct timer timer;
	bool have_timer;
	struct notifier empty;
	struct signal nonfull;
};

static int
replay_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct replay *r = element_state(e);
	struct args a;
	int err;

	notifier_init(&r->empty, NOTIFIER_STOP);
	r->ready = true;
	r->loop = 1;
	r->limit = -1;
	r->burst = BURST_DEFAULT;
	r->timestamp = r->active = true;
	args_init(&a, conf, e, errh);
	args_filename(&a, "FILENAME", ARG_POS | ARG_MAND, &r->filename);
	args_u32(&a, "LOOP", ARG_POS, &r->loop);
	args_i64(&a, "LIMIT", 0, &r->limit);
	args_i32(&a, "BURST", 0, &r->burst);
	args_bool(&a, "TIMING", 0, &r->timing);
	args_bool(&a, "TIMESTAMP", 0, &r->timestamp);
	args_bool(&a, "STOP", 0, &r->stop);
	args_bool(&a, "ACTIVE", 0, &r->active);
	err = args_complete(&a);
	if (err == 0 && r->burst < 1)
		err = errh_error(errh, "BURST must be at least 1");
	return err;
}

static bool
replay_over(const struct replay *r)
{
	return r->loop > 0 && r->loops >= r->loop;
}

/* How many of the next want packets there are to come. */
static uint32_t
replay_allowed(const struct replay *r, uint32_t want)
{
	if (!r->active || r->capture->n == 0 || replay_over(r))
		return 0;
	if (r->limit < 0)
		return want;
	if (r->count >= (uint64_t)r->limit)
		return 0;
	if ((uint64_t)r->limit - r->count < want)
		return (uint32_t)((uint64_t)r->limit - r->count);
	return want;
}

/* n frames have been played; the file may have more. */
static void
replay_played(struct replay *r, uint32_t n)
{
	r->count += n;
	r->next += n;
	if (r->next == r->capture->n) {
		r->next = 0;
		r->loops++;
		r->start_ns = 0;
	}
}

/* n frames, from which on the file has as many; fewer when memory is short. */
static uint32_t
replay_some(struct replay *r, struct batch *b, uint32_t n)
{
	struct packet **p = &b->packet[b->count];

	n = capture_play(r->capture, &r->player, r->next, b, n);
	if (unlikely(!r->timestamp))
		for (uint32_t i = 0; i < n; i++)
			p[i]->timestamp_ns = 0;
	replay_played(r, n);
	return n;
}

/* TIMING: whether the next frame's time has come; else when it will. */
static bool
replay_due(struct element *e, struct thread *t)
{
	struct replay *r = element_state(e);
	int64_t stamp = r->capture->frames[r->next].stamp_ns;
	int64_t now = thread_steady_ns(t);

	if (r->start_ns == 0)
		r->start_ns = now - stamp;
	if (r->start_ns + stamp <= now)
		return true;
	timer_schedule_at(&r->timer, r->start_ns + stamp);
	return false;
}

/* Fills b; *waits: a timer will bring the rest. */
static uint32_t
replay_fill(struct element *e, struct batch *b, uint32_t max, bool *waits)
{
	struct replay *r = element_state(e);
	uint32_t before = b->count, n = 1;

	*waits = false;
	for (; n > 0 && max > 0 && !replay_over(r); max -= n) {
		*waits = r->timing && !replay_due(e, b->thread);
		if (*waits)
			break;
		n = r->timing ? 1 : capture_left(r->capture, r->next, max);
		n = replay_some(r, b, n);
	}
	return b->count - before;
}

static void
replay_end(struct element *e)
{
	struct replay *r = element_state(e);

	if (r->active && !r->ended && r->stop)
		router_please_stop(e->router);
	r->ended = r->active;
}

static bool
replay_run(struct element *e, struct task *task, struct thread *t)
{
	struct replay *r = element_state(e);
	uint32_t want = r->burst < BATCH_MAX ? (uint32_t)r->burst : BATCH_MAX;
	struct scratch_mark m = scratch_mark(t);
	struct batch *b;
	bool waits;

	if (!signal_active(&r->nonfull))
		return false;
	want = replay_allowed(r, want);
	if (unlikely(want == 0)) {
		replay_end(e);
		return false;
	}
	b = batch_new(t, want);
	(void)replay_fill(e, b, want, &waits);
	want = b->count;
	if (want > 0)
		output_push(e, 0, b);
	scratch_release(t, m);
	if (!waits)
		task_reschedule(task);
	return want > 0;
}

static unsigned int
replay_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct replay *r = element_state(e);
	uint32_t want = replay_allowed(r, max), n;
	bool waits;

	(void)port;
	if (unlikely(want == 0)) {
		replay_end(e);
		notifier_sleep(&r->empty);
		return 0;
	}
	n = replay_fill(e, b, want, &waits);
	if (waits)
		notifier_sleep(&r->empty);
	return n;
}

/* After a change, or when the timer has fired. */
static void
replay_go_on(struct element *e)
{
	struct replay *r = element_state(e);

	if (replay_allowed(r, 1) == 0)
		return;
	r->ended = false;
	if (!output_is_push(e, 0))
		notifier_wake(&r->empty);
	else
		task_schedule(&r->task);
}

static void
replay_timer(struct element *e, struct timer *timer, struct thread *t)
{
	(void)timer;
	(void)t;
	replay_go_on(e);
}

static int
replay_initialize(struct element *e, struct errh *errh)
{
	struct replay *r = element_state(e);
	struct diag why = { "" };
	bool broken;
	int err = capture_load(&r->capture, r->filename, 0, &broken, &why);

	if (err != 0)
		return errh_error(errh, "%s", why.text);
	if (broken)
		errh_warning(errh,
		    "%.*s: bad packet header after %zu packets; the rest is "
		    "left out",
		    STR_ARG(r->filename), r->capture->n);
	timer_init(&r->timer, e, replay_timer);
	r->have_timer = true;
	if (output_is_push(e, 0)) {
		task_init_scheduled(&r->task, e, replay_run, errh);
		signal_downstream_full(&r->nonfull, e, 0, &r->task);
	} else {
		notifier_wake(&r->empty);
	}
	return 0;
}

static void
replay_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct replay *r = element_state(e);

	(void)stage;
	if (!r->ready)
		return;
	if (r->have_timer)
		timer_fini(&r->timer);
	capture_end(r->capture);
	str_free(&r->filename);
	signal_fini(&r->nonfull);
	notifier_fini(&r->empty);
}

static void *
replay_cast(struct element *e, const char *name, int port)
{
	struct replay *r = element_state(e);

	(void)port;
	if (strcmp(name, "empty_notifier") == 0 && !output_is_push(e, 0))
		return &r->empty;
	return NULL;
}

enum replay_what { REPLAY_ACTIVE, REPLAY_RESET };

static int
replay_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct replay *r = element_state(e);

	if (what == REPLAY_RESET) {
		r->next = 0;
		r->count = r->loops = 0;
		r->start_ns = 0;
	} else if (!conf_bool(str_trim(call->text), &r->active)) {
		return errh_error(call->errh, "active must be boolean");
	}
	replay_go_on(e);
	return 0;
}

static int
replay_length(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct replay *r = element_state(e);

	(void)user;
	sb_u64(call->out, r->capture->n);
	return 0;
}

static void
replay_add_handlers(struct element *e)
{
	struct replay *r = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &r->count);
	handler_add_data(e, "loops", HANDLER_READ, DATA_U64, &r->loops);
	handler_add_read(e, "length", replay_length, 0, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &r->active);
	handler_add_write(
	    e, "active", replay_write, REPLAY_ACTIVE, HANDLER_CHECKBOX);
	handler_add_write(
	    e, "reset", replay_write, REPLAY_RESET, HANDLER_BUTTON);
	if (output_is_push(e, 0))
		handler_add_task(e, &r->task, false);
}

const struct element_class element_replay = {
	.name = "Replay",
	.ports = "0/1",
	.state_size = sizeof(struct replay),
	.configure = replay_configure,
	.initialize = replay_initialize,
	.cleanup = replay_cleanup,
	.add_handlers = replay_add_handlers,
	.cast = replay_cast,
	.pull = replay_pull,
};
