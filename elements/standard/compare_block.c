/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CompareBlock(FWD_WEIGHT, REV_WEIGHT, THRESH) -- sorts out packets of flows
 * that get few answers
 *
 *   in 0        packets with rate annotations (push or pull, see IPRateMonitor)
 *   out 0       packets with both rates at most THRESH, or with
 *               FWD_WEIGHT * forward rate <= REV_WEIGHT * reverse rate
 *   out 1       the others
 *
 *   FWD_WEIGHT, REV_WEIGHT, THRESH
 *               integers; rates are in the annotations' unit, at least 1
 *
 *   fwd_weight, rev_weight
 *               read/write: the arguments
 *
 *     ... -> IPRateMonitor(PACKETS, 1, 100, 1) -> b :: CompareBlock(5, 2, 100)
 *       -> ...
 *     b[1] -> Discard;
 */
#include "click/anno.h"
#include "click/element.h"
#include "elements/standard/value.h"

struct compare_block {
	int32_t weight[2]; /* forward, reverse */
	int32_t thresh;
};

static int
compare_block_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct compare_block *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "FWD_WEIGHT", ARG_POS | ARG_MAND, &s->weight[0]);
	args_i32(&a, "REV_WEIGHT", ARG_POS | ARG_MAND, &s->weight[1]);
	args_i32(&a, "THRESH", ARG_POS | ARG_MAND, &s->thresh);
	return args_complete(&a);
}

static inline int
compare_block_one(struct element *e, struct thread *t, struct packet **p)
{
	const struct compare_block *s = element_state(e);
	int64_t fwd = (int32_t)anno_u32(*p, ANNO_FWD_RATE);
	int64_t rev = (int32_t)anno_u32(*p, ANNO_REV_RATE);

	(void)t;
	if (fwd < 1)
		fwd = 1;
	if (rev < 1)
		rev = 1;
	return (fwd > s->thresh || rev > s->thresh) &&
	       s->weight[0] * fwd > s->weight[1] * rev;
}

static void
compare_block_action(struct element *e, struct batch *b)
{
	batch_route(e, b, compare_block_one);
}

static int
compare_block_write(
    struct element *e, uintptr_t which, struct handler_call *call)
{
	struct compare_block *s = element_state(e);

	if (!value_i32(call->text, &s->weight[which]))
		return errh_error(call->errh, "not an integer");
	return 0;
}

static void
compare_block_add_handlers(struct element *e)
{
	struct compare_block *s = element_state(e);

	handler_add_data(
	    e, "fwd_weight", HANDLER_READ, DATA_I32, &s->weight[0]);
	handler_add_write(e, "fwd_weight", compare_block_write, 0, 0);
	handler_add_data(
	    e, "rev_weight", HANDLER_READ, DATA_I32, &s->weight[1]);
	handler_add_write(e, "rev_weight", compare_block_write, 1, 0);
}

const struct element_class element_compare_block = {
	.name = "CompareBlock",
	.ports = "1/2",
	.processing = "a/ah",
	.state_size = sizeof(struct compare_block),
	.flags = ELEMENT_SHAREABLE,
	.configure = compare_block_configure,
	.add_handlers = compare_block_add_handlers,
	.action = compare_block_action,
};
