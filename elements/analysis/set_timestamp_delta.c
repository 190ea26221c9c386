/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetTimestampDelta([TYPE]) -- makes time stamps differences.
 *
 *   in 0      any packets
 *   out 0     the same; a time stamp that is set becomes its difference to
 *
 *   TYPE      RANGE (default): the first one that was seen
 *             FIRST: the packet's first timestamp annotation
 *             NOW: the present (how old it is)
 *
 *   first     read: the first time stamp seen, since
 *   reset     write: forgets it
 *
 *	FromDump(a.pcap) -> SetTimestampDelta -> ToIPSummaryDump(-);
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/element.h"

enum delta_type { DELTA_RANGE, DELTA_NOW, DELTA_FIRST };

struct set_timestamp_delta {
	enum delta_type type;
	int64_t first_ns;
};

static int
set_timestamp_delta_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const char *const names[] = { "RANGE", "NOW", "FIRST" };
	struct set_timestamp_delta *s = element_state(e);
	struct str type = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_word(&a, "TYPE", 0, &type);
	err = args_complete(&a);
	if (err == 0 && type.n > 0) {
		err = ERR_INVAL;
		for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
			if (str_is(type, names[i])) {
				s->type = (enum delta_type)i;
				err = 0;
			}
		if (err != 0)
			err = errh_error(errh, "bad TYPE");
	}
	str_free(&type);
	return err;
}

static inline struct packet *
set_timestamp_delta_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_timestamp_delta *s = element_state(e);

	if (p->timestamp_ns == 0)
		return p;
	switch (s->type) {
	case DELTA_RANGE:
		if (s->first_ns == 0)
			s->first_ns = p->timestamp_ns;
		p->timestamp_ns -= s->first_ns;
		break;
	case DELTA_NOW:
		p->timestamp_ns = thread_wall_ns(t) - p->timestamp_ns;
		break;
	case DELTA_FIRST:
		p->timestamp_ns -= (int64_t)anno_u64(p, ANNO_FIRST_TIMESTAMP);
		break;
	}
	return p;
}

static void
set_timestamp_delta_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_timestamp_delta_one);
}

static int
set_timestamp_delta_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct set_timestamp_delta *s = element_state(e);

	(void)user;
	(void)call;
	s->first_ns = 0;
	return 0;
}

static void
set_timestamp_delta_add_handlers(struct element *e)
{
	struct set_timestamp_delta *s = element_state(e);

	handler_add_data(e, "first", HANDLER_READ, DATA_STAMP, &s->first_ns);
	handler_add_write(
	    e, "reset", set_timestamp_delta_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_set_timestamp_delta = {
	.name = "SetTimestampDelta",
	.ports = "1/1",
	.state_size = sizeof(struct set_timestamp_delta),
	.configure = set_timestamp_delta_configure,
	.add_handlers = set_timestamp_delta_add_handlers,
	.action = set_timestamp_delta_action,
};
