/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h -- what InfiniteSource and RandomSource have in common: packets by
 * the burst, up to a limit, then a call.  For these elements; not an element.
 *
 * The packets themselves are made by a constant function that source_run() and
 * source_pull() compile into their loops.
 */
#ifndef ELEMENTS_STANDARD_SOURCE_H
#define ELEMENTS_STANDARD_SOURCE_H

#include "click/element.h"
#include "click/hcall.h"
#include "click/notifier.h"
#include "elements/standard/payload.h"

struct source {
	struct payload payload; /* RandomSource uses its length alone */
	int64_t limit;          /* negative: none */
	uint64_t count;
	int32_t burst;
	bool active;
	bool timestamp;
	struct hcall end;      /* made when the limit is reached */
	struct task task;      /* a pushing source */
	struct signal nonfull; /* of what it pushes into */
	struct notifier empty; /* of a source that is pulled from */
};

/* The arguments that both have, defaults filled in by source_args_init(). */
struct source_args {
	int64_t limit;
	int32_t burst;
	bool active, timestamp, stop;
	struct str end; /* owned */
};

void source_args_init(struct source_args *sa);
/* LIMIT, BURST, ACTIVE by position too; TIMESTAMP, STOP, END_CALL. */
void source_args_read(struct source_args *sa, struct args *a);
/* Checks them and sets s up; frees what sa owns in any case. */
int source_configure(struct element *e, struct source *s,
    struct source_args *sa, struct errh *errh);

int source_initialize(struct element *e, struct errh *errh, task_fn *run);
void source_cleanup(struct element *e, enum cleanup_stage stage);
void *source_cast(struct element *e, const char *name, int port);
/* limit, burst, active, count, reset and the task's. */
void source_add_handlers(struct element *e);
/* After a change: on with it if there is something to do. */
void source_go_on(struct element *e);
/* Pull gives nothing any more: calls the end, sends the puller to sleep. */
void source_end_pull(struct source *s, struct thread *t);

typedef struct packet *source_make_fn(struct source *s, struct thread *t);

/* Fills b with n new packets of one time stamp; fewer if memory runs out. */
ALWAYS_INLINE void
source_fill(struct source *s, struct batch *b, uint32_t n, source_make_fn *make)
{
	struct thread *t = b->thread;
	int64_t now = s->timestamp ? thread_wall_ns(t) : 0;

	for (uint32_t i = 0; i < n; i++) {
		struct packet *p = make(s, t);

		if (unlikely(p == NULL))
			return;
		p->timestamp_ns = now;
		batch_add(b, p);
	}
}

/* How many of the next want packets the limit allows. */
static inline uint32_t
source_allowed(const struct source *s, uint32_t want)
{
	if (s->limit < 0)
		return want;
	if (s->count >= (uint64_t)s->limit)
		return 0;
	if ((uint64_t)s->limit - s->count < want)
		return (uint32_t)((uint64_t)s->limit - s->count);
	return want;
}

/* The task of a pushing source: one burst. */
ALWAYS_INLINE bool
source_run(struct element *e, struct thread *t, source_make_fn *make)
{
	struct source *s = element_state(e);
	uint32_t n, left, total;
	struct scratch_mark m;
	struct batch *b;

	if (!s->active || !signal_active(&s->nonfull))
		return false;
	left = total = source_allowed(s, (uint32_t)s->burst);
	if (unlikely(total == 0)) {
		(void)hcall_write(&s->end, t, NULL); /* nobody to tell */
		return false;
	}
	m = scratch_mark(t);
	b = batch_new(t, total < BATCH_MAX ? total : BATCH_MAX);
	for (; left > 0; left -= n) {
		n = left < b->capacity ? left : b->capacity;
		batch_reset(b);
		source_fill(s, b, n, make);
		if (likely(b->count > 0))
			output_push(e, 0, b);
		if (unlikely(thread_overdue(t)))
			total -= left - n, left = n;
	}
	scratch_release(t, m);
	s->count += total;
	task_reschedule(&s->task);
	return true;
}

ALWAYS_INLINE unsigned int
source_pull(
    struct element *e, struct batch *b, unsigned int max, source_make_fn *make)
{
	struct source *s = element_state(e);
	uint32_t before = b->count;
	uint32_t n = s->active ? source_allowed(s, max) : 0;

	if (unlikely(n == 0)) {
		source_end_pull(s, b->thread);
		return 0;
	}
	source_fill(s, b, n, make);
	s->count += n;
	return b->count - before;
}

#endif
