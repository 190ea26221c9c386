/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StoreTimestamp(OFFSET | TAIL true) -- writes time stamps into packets.
 *
 *   in 0      any packets
 *   out 0     the same with 8 bytes in place: seconds and nanoseconds of the
 *             time stamp, 32 bits each in the machine's order
 *
 *   OFFSET    where they begin; the packet grows if it is shorter
 *   TAIL      true: behind the packet's end
 *
 *	... -> StoreTimestamp(28) -> ...
 */
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/element.h"

enum { STAMP_BYTES = 8 };

struct store_timestamp {
	int32_t offset; /* negative: the tail */
};

static int
store_timestamp_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct store_timestamp *s = element_state(e);
	bool tail = false;
	struct args a;

	s->offset = -1;
	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS, &s->offset);
	args_bool(&a, "TAIL", 0, &tail);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (tail == (s->offset >= 0))
		return errh_error(
		    errh, "supply exactly one of 'OFFSET' and 'TAIL'");
	if (s->offset > PACKET_MAX - STAMP_BYTES)
		return errh_error(errh, "OFFSET out of range");
	return 0;
}

static inline struct packet *
store_timestamp_one(struct element *e, struct thread *t, struct packet *p)
{
	struct store_timestamp *s = element_state(e);
	uint32_t offset = s->offset < 0 ? p->length : (uint32_t)s->offset;
	uint32_t old = p->length, end = offset + STAMP_BYTES;

	if (packet_put(t, &p, end > old ? end - old : 0) == NULL)
		return NULL;
	if (offset > old)
		memset(p->data + old, 0, offset - old);
	put_u32(p->data + offset, (uint32_t)(p->timestamp_ns / NS_PER_SEC));
	put_u32(p->data + offset + 4, (uint32_t)(p->timestamp_ns % NS_PER_SEC));
	return p;
}

static void
store_timestamp_action(struct element *e, struct batch *b)
{
	batch_each(e, b, store_timestamp_one);
}

const struct element_class element_store_timestamp = {
	.name = "StoreTimestamp",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct store_timestamp),
	.configure = store_timestamp_configure,
	.action = store_timestamp_action,
};
