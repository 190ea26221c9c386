/* SPDX-License-Identifier: BSD-3-Clause */
/* red_base.c -- see red.h. */
#include "elements/aqm/red.h"

#include "click/conf.h"
#include "elements/standard/ewma.h"

enum { RED_EMPTY_HZ = 50 }; /* an empty queue is averaged so often a second */

void
red_set_slopes(struct red *s)
{
	uint32_t width = s->max - s->min;

	s->c1 = width > 0 ? s->max_p / width : 0;
	s->c2 = width > 0 ? s->max_p * s->min / width : 1;
	s->g1 = s->max > 0 ? (RED_ONE - s->max_p) / s->max : 0;
	s->g2 = RED_ONE - 2 * s->max_p;
}

static int
red_check(const struct red_params *p, struct errh *errh)
{
	if (p->max > 0xffff)
		return errh_error(errh, "MAX_THRESH must be <= %d", 0xffff);
	if (p->min > p->max)
		return errh_error(errh, "MIN_THRESH must be <= MAX_THRESH");
	if (p->max_p > RED_ONE)
		return errh_error(errh, "MAX_P must be between 0 and 1");
	if (p->stability > 16)
		return errh_error(errh, "STABILITY must be between 0 and 16");
	return 0;
}

int
red_setup(struct element *e, struct red_params *p, struct errh *errh)
{
	struct red *s = element_state(e);
	int err = red_check(p, errh);

	/* A live change does not choose other queues. */
	if (err == 0 && s->queues.n == 0)
		err = storages_named(&s->queues, p->queues, e, errh);
	str_free(&p->queues);
	if (err != 0)
		return err;
	s->min = p->min;
	s->max = p->max;
	s->max_p = p->max_p;
	s->gentle = p->gentle;
	s->kill = p->gentle && p->max_p != RED_ONE ? 2 * p->max : p->max;
	s->stability = p->stability;
	red_set_slopes(s);
	return 0;
}

int
red_initialize(struct element *e, struct errh *errh)
{
	struct red *s = element_state(e);
	int err = 0;

	if (s->queues.n == 0)
		err = output_is_push(e, 0) ? storages_downstream(&s->queues, e)
		                           : storages_upstream(&s->queues, e);
	if (err != 0)
		return err;
	if (s->queues.n == 0)
		return errh_error(errh, "no nearby Queues");
	s->since = -1;
	return storages_check(&s->queues, errh);
}

void
red_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct red *s = element_state(e);

	(void)stage;
	storages_fini(&s->queues);
	timer_fini(&s->timer);
}

void
red_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct red *s = element_state(e), *from = element_state(old);

	(void)errh;
	s->average = from->average;
	s->stability = from->stability;
}

/* Takes the queues' length into the average; returns the average, rounded. */
static uint32_t
red_average(struct red *s, struct thread *t)
{
	uint32_t size = storages_size(&s->queues);
	uint32_t now;

	if (s->stability == 0) {
		s->average = (uint64_t)size << RED_SCALE;
		return size;
	}
	if (size > 0) {
		s->average =
		    ewma_step(s->average, size, RED_SCALE, s->stability);
		s->empty_since = 0;
	} else {
		now = thread_jiffies(t) / (RATE_HZ / RED_EMPTY_HZ);
		s->average = ewma_steps(s->average, 0, RED_SCALE, s->stability,
		    s->empty_since != 0 ? now - s->empty_since : 1);
		s->empty_since = now;
	}
	return (uint32_t)((s->average + (1u << (RED_SCALE - 1))) >> RED_SCALE);
}

static bool
red_drop(struct red *s, struct thread *t)
{
	uint32_t average = red_average(s, t);
	int32_t chance;

	if (average <= s->min || average > s->kill) {
		s->since = -1;
		return average > s->min;
	}
	if (average <= s->max)
		chance = (int32_t)((s->c1 * s->average >> RED_SCALE) - s->c2);
	else
		chance = (int32_t)((s->g1 * s->average >> RED_SCALE) - s->g2);
	s->since++;
	if (s->since > 0 && chance > 0 && s->since > s->random / chance) {
		s->since = 0;
		s->random = (int32_t)(rand_u32(&t->rand) & 0xffff);
		return true;
	}
	if (s->since == 0)
		s->random = (int32_t)(rand_u32(&t->rand) & 0xffff);
	return false;
}

static inline int
red_one(struct element *e, struct thread *t, struct packet **p)
{
	struct red *s = element_state(e);

	(void)p;
	if (!red_drop(s, t))
		return 0;
	s->drops++;
	return 1;
}

void
red_action(struct element *e, struct batch *b)
{
	batch_route(e, b, red_one);
}

enum red_what { RED_AVERAGE, RED_STATS, RED_QUEUES };

static int
red_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct red *s = element_state(e);

	if (what == RED_QUEUES) {
		storages_print(&s->queues, "", "\n", call->out);
		return 0;
	}
	if (what == RED_STATS)
		sb_printf(
		    call->out, "%u current queue\n", storages_size(&s->queues));
	sb_fixed2(call->out, (int64_t)s->average, RED_SCALE);
	if (what == RED_STATS)
		sb_printf(call->out, " avg queue\n%u drops\n", s->drops);
	return 0;
}

void
red_unparse_config(struct element *e, struct strbuf *out)
{
	struct red *s = element_state(e);

	sb_printf(out, "%u, %u, ", s->min, s->max);
	sb_fixed2(out, s->max_p, 16);
	sb_adds(out, ", QUEUES");
	storages_print(&s->queues, " ", "", out);
	sb_printf(out, ", STABILITY %u", s->stability);
	if (!s->gentle)
		sb_adds(out, ", GENTLE false");
}

void
red_add_handlers(struct element *e)
{
	static const char *const args[][2] = {
		{ "min_thresh", "MIN_THRESH" },
		{ "max_thresh", "MAX_THRESH" },
		{ "max_p", "MAX_P" },
	};
	struct red *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U32, &s->drops);
	for (int i = 0; i < (int)ARRAY_SIZE(args); i++) {
		handler_add_arg(e, args[i][0], i, args[i][1]);
		handler_add_rewrite_arg(e, args[i][0], i, args[i][1]);
	}
	handler_add_read(e, "avg_queue_size", red_read, RED_AVERAGE, 0);
	handler_add_read(e, "stats", red_read, RED_STATS, 0);
	handler_add_read(e, "queues", red_read, RED_QUEUES, 0);
}
