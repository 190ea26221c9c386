/* SPDX-License-Identifier: BSD-3-Clause */
/* headercheck.c -- arguments, counters and complaints of header checks. */
#include "elements/ip/headercheck.h"

#include <inttypes.h>

#include "elements/ip/chatter.h"
#include "elements/ip/say.h"

int
header_check_complete(
    struct element *e, struct args *a, const struct header_check_texts *texts)
{
	struct header_check *self = element_state(e);

	self->texts = texts;
	args_bool(a, "VERBOSE", 0, &self->verbose);
	args_bool(a, "DETAILS", 0, &self->details);
	return args_complete(a);
}

int
header_check_configure(struct element *e, const struct strs *conf,
    struct errh *errh, const struct header_check_texts *texts)
{
	struct args a;

	args_init(&a, conf, e, errh);
	return header_check_complete(e, &a, texts);
}

int
header_check_fail(struct element *e, struct thread *t, unsigned int reason)
{
	struct header_check *self = element_state(e);
	const struct header_check_texts *x = self->texts;

	if (load_relaxed(&self->drops) == 0 || self->verbose) {
		if (x->name_element)
			element_chatter(e, "%s header check failed: %s",
			    x->protocol, x->reasons[reason]);
		else
			say("%s header check failed: %s", x->protocol,
			    x->reasons[reason]);
	}
	counter_add(&self->drops, t, 1);
	counter_add(&self->reasons[reason], t, 1);
	return 1;
}

static int
header_check_read_details(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct header_check *self = element_state(e);

	(void)user;
	for (unsigned int i = 0; i < HEADER_CHECK_REASONS; i++) {
		if (self->texts->reasons[i] == NULL)
			break;
		sb_printf(call->out, "%" PRIu64 "\t%s\n", self->reasons[i],
		    self->texts->reasons[i]);
	}
	return 0;
}

void
header_check_add_handlers(struct element *e)
{
	struct header_check *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	if (self->details)
		handler_add_read(
		    e, "drop_details", header_check_read_details, 0, 0);
}
