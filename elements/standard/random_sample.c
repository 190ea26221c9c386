/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RandomSample(P) -- lets packets through by chance
 *
 *   in 0       any packets (push or pull)
 *   out 0      the sample
 *   out 1      the other packets, if connected (push); else they are killed
 *
 *   P, SAMPLE  the chance of each packet to be let through, 0 to 1
 *   DROP       the chance of the contrary, in the place of P
 *   ACTIVE     false: let all through for now; default true
 *
 *   sampling_prob, drop_prob, active
 *              read/write: the arguments
 *   drops      read: packets not let through
 *
 *     FromDevice(0) -> RandomSample(0.01) -> ToDump(sample.pcap);
 */
#include "click/conf.h"
#include "click/element.h"

enum { SAMPLE_SHIFT = 28, SAMPLE_ONE = 1 << SAMPLE_SHIFT };

struct random_sample {
	uint32_t prob; /* of SAMPLE_ONE */
	bool active;
	uint64_t drops;
};

static int
random_sample_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct random_sample *s = element_state(e);
	uint32_t sample = UINT32_MAX, drop = UINT32_MAX;
	bool active = true, has_sample, has_drop;
	struct args a;

	args_init(&a, conf, e, errh);
	args_fixed2(&a, "P", ARG_POS, SAMPLE_SHIFT, &sample);
	has_sample = args_fixed2(&a, "SAMPLE", 0, SAMPLE_SHIFT, &sample);
	has_drop = args_fixed2(&a, "DROP", 0, SAMPLE_SHIFT, &drop);
	args_bool(&a, "ACTIVE", 0, &active);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (has_sample && has_drop)
		return errh_error(errh, "give at most one of SAMPLE and DROP");
	if (has_drop)
		sample = SAMPLE_ONE - drop;
	if (sample > SAMPLE_ONE)
		return errh_error(
		    errh, "sampling probability must be between 0 and 1");
	s->prob = sample;
	s->active = active;
	return 0;
}

static inline int
random_sample_one(struct element *e, struct thread *t, struct packet **p)
{
	struct random_sample *s = element_state(e);

	(void)p;
	if (!s->active || (rand_u32(&t->rand) & (SAMPLE_ONE - 1)) < s->prob)
		return 0;
	counter_add(&s->drops, t, 1);
	return 1;
}

static void
random_sample_action(struct element *e, struct batch *b)
{
	batch_route(e, b, random_sample_one);
}

static int
random_sample_read(struct element *e, uintptr_t drop, struct handler_call *call)
{
	const struct random_sample *s = element_state(e);

	sb_fixed2(
	    call->out, drop ? SAMPLE_ONE - s->prob : s->prob, SAMPLE_SHIFT);
	return 0;
}

static int
random_sample_write(
    struct element *e, uintptr_t drop, struct handler_call *call)
{
	struct random_sample *s = element_state(e);
	bool overflow = false;
	int64_t prob;

	if (!conf_fixed2(call->text, SAMPLE_SHIFT, &prob, &overflow) ||
	    overflow || prob < 0 || prob > SAMPLE_ONE)
		return errh_error(
		    call->errh, "Must be given a number between 0.0 and 1.0");
	s->prob = (uint32_t)(drop ? SAMPLE_ONE - prob : prob);
	return 0;
}

static void
random_sample_unparse_config(struct element *e, struct strbuf *out)
{
	const struct random_sample *s = element_state(e);

	sb_adds(out, "SAMPLE ");
	sb_fixed2(out, s->prob, SAMPLE_SHIFT);
	sb_adds(out, s->active ? ", ACTIVE true" : ", ACTIVE false");
}

static void
random_sample_add_handlers(struct element *e)
{
	struct random_sample *s = element_state(e);

	handler_add_read(e, "sampling_prob", random_sample_read, 0, 0);
	handler_add_write(e, "sampling_prob", random_sample_write, 0, 0);
	handler_add_data(
	    e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL, &s->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX, 0);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
	handler_add_read(e, "drop_prob", random_sample_read, 1, 0);
	handler_add_write(e, "drop_prob", random_sample_write, 1, 0);
}

const struct element_class element_random_sample = {
	.name = "RandomSample",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct random_sample),
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.configure = random_sample_configure,
	.add_handlers = random_sample_add_handlers,
	.unparse_config = random_sample_unparse_config,
	.action = random_sample_action,
};
