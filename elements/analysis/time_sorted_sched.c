/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TimeSortedSched([STOP bool, BUFFER]) -- merges streams of packets in the
 * order of their time stamps.
 *
 *   in 0..    packets, each stream in order of time
 *   out 0     all of them, in order of time
 *
 *   STOP      true: stop the driver when no input has or will have packets
 *   BUFFER    packets of each input that are looked at ahead, default 1; more
 *             mend small disorder of an input
 *
 *   well_ordered   read: false if a packet came out too late
 *
 *	t :: TimeSortedSched(STOP true) -> Unqueue -> ToDump(both.pcap);
 *	FromDump(a.pcap) -> [0] t;
 *	FromDump(b.pcap) -> [1] t;
 */
#include <stdlib.h>

#include "click/element.h"
#include "click/router.h"
#include "elements/standard/pull_signals.h"

struct sorted_packet {
	struct packet *p;
	uint32_t input;
};

struct time_sorted_sched {
	struct pull_signals signals;
	struct notifier wake;
	bool ready, stop, disordered;
	int32_t buffer;
	int64_t last_ns; /* of those that went; 0: none had a time stamp */
	/* A binary heap: the earliest first. */
	struct sorted_packet *heap;
	uint32_t nheap;
	uint32_t *space; /* that an input has in it, by input */
	/* The inputs that have space, in the order in which they are asked. */
	uint32_t *open;
	uint32_t nopen;
};

static int
time_sorted_sched_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct time_sorted_sched *s = element_state(e);
	struct args a;

	notifier_init(&s->wake, NOTIFIER_CONTINUE_WAKE);
	s->ready = true;
	s->buffer = 1;
	args_init(&a, conf, e, errh);
	args_bool(&a, "STOP", 0, &s->stop);
	args_i32(&a, "BUFFER", 0, &s->buffer);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->buffer <= 0)
		return errh_error(errh, "BUFFER must be at least 1");
	return 0;
}

static int
time_sorted_sched_initialize(struct element *e, struct errh *errh)
{
	struct time_sorted_sched *s = element_state(e);
	size_t n = (size_t)s->buffer * (e->nin + 1u);

	s->heap = calloc(n, sizeof(*s->heap));
	s->space = calloc(e->nin + 1u, sizeof(*s->space));
	s->open = calloc(e->nin + 1u, sizeof(*s->open));
	if (s->heap == NULL || s->space == NULL || s->open == NULL ||
	    pull_signals_init(&s->signals, e, &s->wake) != 0)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < e->nin; i++) {
		s->space[i] = (uint32_t)s->buffer;
		s->open[i] = i;
	}
	s->nopen = e->nin;
	notifier_wake(&s->wake);
	return 0;
}

static void
time_sorted_sched_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct time_sorted_sched *s = element_state(e);

	(void)stage;
	if (!s->ready)
		return;
	for (uint32_t i = 0; i < s->nheap; i++)
		packet_kill(e->thread, s->heap[i].p);
	free(s->heap);
	free(s->space);
	free(s->open);
	pull_signals_fini(&s->signals);
	notifier_fini(&s->wake);
}

static void *
time_sorted_sched_cast(struct element *e, const char *name, int port)
{
	struct time_sorted_sched *s = element_state(e);

	(void)port;
	return strcmp(name, "empty_notifier") == 0 ? &s->wake : NULL;
}

/* ---- the heap ---- */

static bool
sorted_before(const struct sorted_packet *a, const struct sorted_packet *b)
{
	return a->p->timestamp_ns < b->p->timestamp_ns;
}

static void
sorted_swap(struct sorted_packet *a, struct sorted_packet *b)
{
	struct sorted_packet x = *a;

	*a = *b;
	*b = x;
}

static void
time_sorted_sched_add(
    struct time_sorted_sched *s, struct packet *p, uint32_t input)
{
	struct sorted_packet *h = s->heap;
	uint32_t i = s->nheap++;

	h[i] = (struct sorted_packet){ p, input };
	for (; i > 0 && sorted_before(&h[i], &h[(i - 1) / 2]); i = (i - 1) / 2)
		sorted_swap(&h[i], &h[(i - 1) / 2]);
}

static struct sorted_packet
time_sorted_sched_take(struct time_sorted_sched *s)
{
	struct sorted_packet *h = s->heap, first = h[0];
	uint32_t i = 0, next;

	h[0] = h[--s->nheap];
	for (;;) {
		next = i;
		for (uint32_t c = 2 * i + 1; c <= 2 * i + 2; c++)
			if (c < s->nheap && sorted_before(&h[c], &h[next]))
				next = c;
		if (next == i)
			return first;
		sorted_swap(&h[i], &h[next]);
		i = next;
	}
}

/* ---- pulling ---- */

/* Fills the input's space as far as it can; false: the input sleeps. */
static bool
time_sorted_sched_fill(struct element *e, struct batch *one, uint32_t input)
{
	struct time_sorted_sched *s = element_state(e);

	if (!signal_active(&s->signals.v[input]))
		return false;
	while (s->space[input] > 0 && input_pull(e, input, one, 1) > 0) {
		time_sorted_sched_add(s, one->packet[0], input);
		batch_reset(one);
		s->space[input]--;
	}
	return true;
}

/* Looks for packets at the inputs that have space; false: all sleep. */
static bool
time_sorted_sched_fill_all(struct element *e, struct thread *t)
{
	struct time_sorted_sched *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *one = batch_new(t, 1);
	bool awake = false;

	for (uint32_t i = s->nopen; i-- > 0;) {
		uint32_t input = s->open[i];

		awake |= time_sorted_sched_fill(e, one, input);
		if (s->space[input] == 0)
			s->open[i] = s->open[--s->nopen];
	}
	scratch_release(t, m);
	return awake;
}

/* The earliest of what is there. */
static struct packet *
time_sorted_sched_next(struct time_sorted_sched *s)
{
	struct sorted_packet x = time_sorted_sched_take(s);
	int64_t ns = x.p->timestamp_ns;

	if (ns != 0) {
		s->disordered |= s->last_ns != 0 && ns < s->last_ns;
		s->last_ns = ns;
	}
	if (s->space[x.input]++ == 0)
		s->open[s->nopen++] = x.input;
	return x.p;
}

static unsigned int
time_sorted_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct time_sorted_sched *s = element_state(e);
	unsigned int n = 0;

	(void)port;
	while (n < max) {
		bool awake = time_sorted_sched_fill_all(e, b->thread);

		if (s->nheap > 0 || awake)
			notifier_wake(&s->wake);
		else
			notifier_sleep(&s->wake);
		if (s->nheap == 0) {
			/* What went before must be seen before the end. */
			if (s->stop && !awake && n == 0)
				router_please_stop(e->router);
			break;
		}
		batch_add(b, time_sorted_sched_next(s));
		n++;
	}
	return n;
}

static int
time_sorted_sched_read(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct time_sorted_sched *s = element_state(e);

	(void)user;
	sb_adds(call->out, s->disordered ? "false" : "true");
	return 0;
}

static void
time_sorted_sched_add_handlers(struct element *e)
{
	handler_add_read(
	    e, "well_ordered", time_sorted_sched_read, 0, HANDLER_CHECKBOX);
}

const struct element_class element_time_sorted_sched = {
	.name = "TimeSortedSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct time_sorted_sched),
	.configure = time_sorted_sched_configure,
	.initialize = time_sorted_sched_initialize,
	.cleanup = time_sorted_sched_cleanup,
	.add_handlers = time_sorted_sched_add_handlers,
	.cast = time_sorted_sched_cast,
	.pull = time_sorted_sched_pull,
};
