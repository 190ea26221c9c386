/* SPDX-License-Identifier: BSD-3-Clause */
/* shaper_base.c -- see shaper.h. */
#include "elements/standard/shaper.h"

#include "click/conf.h"

int
shaper_setup(
    struct element *e, const struct strs *conf, bool bytes, struct errh *errh)
{
	struct shaper *s = element_state(e);
	uint32_t rate = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	if (bytes)
		args_bandwidth(&a, "RATE", ARG_POS | ARG_MAND, &rate);
	else
		args_u32(&a, "RATE", ARG_POS | ARG_MAND, &rate);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (rate > GAP_RATE_MAX)
		errh_error(errh, "rate too large; lowered to %u", GAP_RATE_MAX);
	s->bytes = bytes;
	gap_rate_set(&s->rate, rate, thread_wall_ns(e->thread));
	return 0;
}

void
shaper_unparse_config(struct element *e, struct strbuf *out)
{
	struct shaper *s = element_state(e);

	if (s->bytes)
		sb_bandwidth(out, s->rate.rate);
	else
		sb_u64(out, s->rate.rate);
}

static int
shaper_read_rate(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	shaper_unparse_config(e, call->out);
	return 0;
}

static int
shaper_write_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct shaper *s = element_state(e);

	(void)user;
	(void)call;
	gap_rate_reset(&s->rate);
	return 0;
}

void
shaper_add_handlers(struct element *e)
{
	handler_add_read(e, "rate", shaper_read_rate, 0, 0);
	handler_add_rewrite_arg(e, "rate", 0, "RATE");
	handler_add_write(e, "reset", shaper_write_reset, 0, 0);
}
