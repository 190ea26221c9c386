/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetTimestamp([TIMESTAMP, FIRST bool]) -- sets the timestamp of packets.
 *
 *   in 0       any packets
 *   out 0      the same, their timestamp set
 *   TIMESTAMP  seconds since 1970 (default: the time when each passes)
 *   FIRST      set the first-timestamp annotation instead (default false)
 *
 *	InfiniteSource -> SetTimestamp -> ToDump(out.pcap);
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/element.h"

struct set_timestamp {
	int64_t stamp_ns; /* negative: now */
	bool first;
};

static int
set_timestamp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_timestamp *s = element_state(e);
	bool delta = false;
	struct args a;

	s->stamp_ns = -NS_PER_SEC;
	s->first = false;
	args_init(&a, conf, e, errh);
	args_stamp(&a, "TIMESTAMP", ARG_POS, &s->stamp_ns);
	args_bool(&a, "FIRST", 0, &s->first);
	args_bool(&a, "DELTA", 0, &delta);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (delta)
		return errh_error(errh, "SetTimestamp(DELTA) is deprecated, "
		                        "use SetTimestampDelta(TYPE FIRST)");
	return 0;
}

static inline struct packet *
set_timestamp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_timestamp *s = element_state(e);
	int64_t ns = s->stamp_ns < 0 ? thread_wall_ns(t) : s->stamp_ns;

	if (s->first)
		anno_set_u64(p, ANNO_FIRST_TIMESTAMP, (uint64_t)ns);
	else
		p->timestamp_ns = ns;
	return p;
}

static void
set_timestamp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_timestamp_one);
}

const struct element_class element_set_timestamp = {
	.name = "SetTimestamp",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_timestamp),
	.configure = set_timestamp_configure,
	.action = set_timestamp_action,
};
