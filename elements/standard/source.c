/* SPDX-License-Identifier: BSD-3-Clause */
/* source.c -- see source.h. */
#include "elements/standard/source.h"

#include <string.h>

#include "click/conf.h"
#include "elements/standard/value.h"

void
source_args_init(struct source_args *sa)
{
	*sa = (struct source_args){
		.limit = -1,
		.burst = 1,
		.active = true,
		.timestamp = true,
	};
}

void
source_args_read(struct source_args *sa, struct args *a)
{
	args_i64(a, "LIMIT", ARG_POS, &sa->limit);
	args_i32(a, "BURST", ARG_POS, &sa->burst);
	args_bool(a, "ACTIVE", ARG_POS, &sa->active);
	args_bool(a, "TIMESTAMP", 0, &sa->timestamp);
	args_bool(a, "STOP", 0, &sa->stop);
	args_hcall(a, "END_CALL", 0, &sa->end);
}

/* The call at the end: END_CALL, the driver's stop, or none. */
static int
source_set_end(struct element *e, struct source *s,
    const struct source_args *sa, struct errh *errh)
{
	if (sa->end.n != 0)
		return hcall_set(&s->end, sa->end, e, errh);
	hcall_fini(&s->end);
	return sa->stop ? hcall_set(&s->end, STR("stop"), e, errh) : 0;
}

int
source_configure(struct element *e, struct source *s, struct source_args *sa,
    struct errh *errh)
{
	int err;

	if (sa->burst < 1)
		err = errh_error(errh, "burst size must be >= 1");
	else if (sa->stop && sa->end.n != 0)
		err = errh_error(
		    errh, "END_CALL and STOP are mutually exclusive");
	else
		err = source_set_end(e, s, sa, errh);
	str_free(&sa->end);
	if (err != 0)
		return err;
	s->limit = sa->limit;
	s->burst = sa->burst;
	s->active = sa->active;
	s->timestamp = sa->timestamp;
	s->count = 0;
	if (e->stage == CLEANUP_INITIALIZED) /* a live change */
		return hcall_bind(&s->end, HANDLER_WRITE, e, errh);
	notifier_init(&s->empty, NOTIFIER_STOP);
	return 0;
}

int
source_initialize(struct element *e, struct errh *errh, task_fn *run)
{
	struct source *s = element_state(e);

	if (output_is_push(e, 0)) {
		task_init_scheduled(&s->task, e, run, errh);
		signal_downstream_full(&s->nonfull, e, 0, &s->task);
	}
	return hcall_bind(&s->end, HANDLER_WRITE, e, errh);
}

void
source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct source *s = element_state(e);

	(void)stage;
	payload_fini(&s->payload);
	hcall_fini(&s->end);
	signal_fini(&s->nonfull);
	notifier_fini(&s->empty);
}

void *
source_cast(struct element *e, const char *name, int port)
{
	struct source *s = element_state(e);

	(void)port;
	return strcmp(name, "empty_notifier") == 0 ? &s->empty : NULL;
}

void
source_end_pull(struct source *s, struct thread *t)
{
	if (s->active)
		(void)hcall_write(&s->end, t, NULL); /* nobody to tell */
	/* The call may have set it going again. */
	if (!s->active || source_allowed(s, 1) == 0)
		notifier_sleep(&s->empty);
}

void
source_go_on(struct element *e)
{
	struct source *s = element_state(e);

	if (!s->active || source_allowed(s, 1) == 0)
		return;
	if (!output_is_push(e, 0))
		notifier_wake(&s->empty);
	else if (!task_scheduled(&s->task))
		task_schedule(&s->task);
}

/* ---- handlers ---- */

enum source_what { SOURCE_LIMIT, SOURCE_BURST, SOURCE_ACTIVE, SOURCE_RESET };

static int
source_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct source *s = element_state(e);
	int32_t n = 0;
	bool is_i32 = value_i32(call->text, &n);

	switch ((enum source_what)what) {
	case SOURCE_LIMIT:
		if (!is_i32)
			return errh_error(
			    call->errh, "limit parameter must be integer");
		s->limit = n;
		break;
	case SOURCE_BURST:
		if (!is_i32 || n < 1)
			return errh_error(call->errh,
			    "burstsize parameter must be integer >= 1");
		s->burst = n;
		break;
	case SOURCE_ACTIVE:
		if (!conf_bool(call->text, &s->active))
			return errh_error(
			    call->errh, "active parameter must be boolean");
		break;
	case SOURCE_RESET:
		s->count = 0;
		break;
	}
	source_go_on(e);
	return 0;
}

void
source_add_handlers(struct element *e)
{
	struct source *s = element_state(e);

	handler_add_data(e, "limit", HANDLER_READ, DATA_I64, &s->limit);
	handler_add_write(e, "limit", source_write, SOURCE_LIMIT, 0);
	handler_set_flags(e, "limit", HANDLER_CALM, 0);
	handler_add_data(e, "burst", HANDLER_READ, DATA_I32, &s->burst);
	handler_add_write(e, "burst", source_write, SOURCE_BURST, 0);
	handler_set_flags(e, "burst", HANDLER_CALM, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(e, "active", source_write, SOURCE_ACTIVE, 0);
	handler_set_flags(e, "active", HANDLER_CHECKBOX, 0);
	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_write(
	    e, "reset", source_write, SOURCE_RESET, HANDLER_BUTTON);
	/* its old name */
	handler_add_data(e, "burstsize", HANDLER_READ, DATA_I32, &s->burst);
	handler_add_write(e, "burstsize", source_write, SOURCE_BURST,
	    HANDLER_CALM | HANDLER_DEPRECATED);
	if (output_is_push(e, 0))
		handler_add_task(e, &s->task, false);
}
