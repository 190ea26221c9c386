/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DRRSched([QUANTUM]) -- lets its inputs be pulled in turn, by the byte
 *
 *   in *       any packets (pull)
 *   out 0      packets of the inputs, each input getting the same number of
 *              bytes in the long run (pull): deficit round robin (Shreedhar
 *              and Varghese, 1995)
 *
 *   QUANTUM    bytes that an input may send when its turn comes, default 500
 *
 *     a :: Queue -> [0] s :: DRRSched(1500) -> ToDevice(0);
 *     b :: Queue -> [1] s;
 */
#include <stdlib.h>
#include <string.h>

#include "elements/standard/pull_signals.h"

struct drr_input {
	struct packet *head; /* pulled, but its turn has not come */
	uint32_t deficit;    /* bytes that it may send */
};

struct drr_sched {
	int32_t quantum;
	unsigned int next;
	struct drr_input *input;
	struct pull_signals inputs;
	struct notifier ready;
};

static int
drr_sched_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct drr_sched *s = element_state(e);
	struct args a;

	notifier_init(&s->ready, NOTIFIER_CONTINUE_WAKE);
	s->quantum = 500;
	args_init(&a, conf, e, errh);
	args_i32(&a, "QUANTUM", ARG_POS, &s->quantum);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	return s->quantum > 0 ? 0 : errh_error(errh, "bad QUANTUM");
}

static int
drr_sched_initialize(struct element *e, struct errh *errh)
{
	struct drr_sched *s = element_state(e);

	(void)errh;
	s->input = calloc((size_t)e->nin + 1, sizeof(*s->input));
	if (s->input == NULL)
		return ERR_NOMEM;
	return pull_signals_init(&s->inputs, e, &s->ready);
}

static void
drr_sched_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct drr_sched *s = element_state(e);

	(void)stage;
	for (unsigned int i = 0; s->input != NULL && i < e->nin; i++)
		if (s->input[i].head != NULL)
			packet_kill(e->thread, s->input[i].head);
	free(s->input);
	s->input = NULL;
	pull_signals_fini(&s->inputs);
	notifier_fini(&s->ready);
}

static void *
drr_sched_cast(struct element *e, const char *name, int port)
{
	struct drr_sched *s = element_state(e);

	(void)port;
	return strcmp(name, "empty_notifier") == 0 ? &s->ready : NULL;
}

/* The next packet of input i; *alive when it has one or may get one. */
static struct packet *
drr_sched_head(
    struct element *e, unsigned int i, struct batch *one, bool *alive)
{
	struct drr_sched *s = element_state(e);
	struct packet *p = s->input[i].head;

	if (p == NULL) {
		if (!signal_active(&s->inputs.v[i]))
			return NULL;
		batch_reset(one);
		if (input_pull(e, i, one, 1) > 0)
			p = one->packet[0];
	}
	s->input[i].head = NULL;
	*alive = true;
	return p;
}

/* One packet, or NULL after every input has had its turn. */
static struct packet *
drr_sched_next(struct element *e, struct batch *one, bool *alive)
{
	struct drr_sched *s = element_state(e);

	*alive = false;
	for (unsigned int k = 0; k < e->nin; k++) {
		struct drr_input *in = &s->input[s->next];
		struct packet *p = drr_sched_head(e, s->next, one, alive);

		if (p == NULL)
			in->deficit = 0;
		else if (p->length <= in->deficit) {
			in->deficit -= p->length;
			return p;
		} else
			in->head = p;
		s->next = s->next + 1 < e->nin ? s->next + 1 : 0;
		s->input[s->next].deficit += (uint32_t)s->quantum;
	}
	return NULL;
}

static unsigned int
drr_sched_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct drr_sched *s = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	struct batch *one = batch_new(b->thread, 1);
	bool alive = false;
	unsigned int n;

	(void)port;
	for (n = 0; n < max; n++) {
		struct packet *p = drr_sched_next(e, one, &alive);

		if (p == NULL)
			break;
		batch_add(b, p);
	}
	scratch_release(b->thread, m);
	if (n > 0 || alive)
		notifier_wake(&s->ready);
	else
		notifier_sleep(&s->ready);
	return n;
}

const struct element_class element_drr_sched = {
	.name = "DRRSched",
	.ports = "-/1",
	.processing = "l",
	.click_flags = "S0",
	.state_size = sizeof(struct drr_sched),
	.configure = drr_sched_configure,
	.initialize = drr_sched_initialize,
	.cleanup = drr_sched_cleanup,
	.cast = drr_sched_cast,
	.pull = drr_sched_pull,
};
