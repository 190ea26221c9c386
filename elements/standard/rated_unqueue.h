/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rated_unqueue.h -- what RatedUnqueue and BandwidthRatedUnqueue share.  For
 * these elements; not an element.
 */
#ifndef ELEMENTS_STANDARD_RATED_UNQUEUE_H
#define ELEMENTS_STANDARD_RATED_UNQUEUE_H

#include "base/stamp.h"
#include "click/element.h"
#include "click/notifier.h"
#include "elements/standard/ewma.h"
#include "elements/standard/rated.h"

enum { RATED_UNQUEUE_BURST = 32 }; /* the most packets of one run */

struct rated_unqueue {
	struct token_bucket tokens;
	bool bytes; /* tokens are bytes */
	bool active;
	uint32_t runs, empty_runs, pushes, failed_pulls;
	struct task task;
	struct timer timer; /* sleeps until there are tokens */
	struct signal nonempty;
};

int rated_unqueue_setup(
    struct element *e, const struct strs *conf, bool bytes, struct errh *errh);
void rated_unqueue_start(struct element *e, task_fn *run, struct errh *errh);
void rated_unqueue_cleanup(struct element *e, enum cleanup_stage stage);
void rated_unqueue_add_handlers(struct element *e);
void rated_unqueue_unparse_config(struct element *e, struct strbuf *out);

/* Begins a run: false when it is not active. */
static inline bool
rated_unqueue_begin(struct rated_unqueue *s, struct thread *t)
{
	s->runs++;
	if (s->active)
		tokens_refill(&s->tokens, thread_jiffies(t));
	return s->active;
}

/* Ends a run for which there were no tokens: sleeps until there are n. */
static inline bool
rated_unqueue_wait(struct rated_unqueue *s, uint32_t n)
{
	uint32_t ticks = tokens_wait(&s->tokens, n);

	s->empty_runs++;
	if (ticks != TOKEN_NEVER)
		timer_schedule_after(&s->timer, ticks * NS_PER_MS);
	return false;
}

/* Ends a run that has moved n packets. */
static inline bool
rated_unqueue_end(struct rated_unqueue *s, struct task *task, uint32_t n)
{
	s->pushes += n;
	if (n == 0) {
		s->failed_pulls++;
		if (!signal_active(&s->nonempty))
			return false;
		s->empty_runs++;
	}
	task_reschedule(task);
	return n > 0;
}

#endif
