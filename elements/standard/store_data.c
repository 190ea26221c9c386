/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StoreData(OFFSET, DATA) -- writes DATA into each packet.
 *
 *   in 0      any packets
 *   out 0     the packets, from byte OFFSET on changed to DATA; their length
 *             stays: what would lie behind the end is left out
 *
 *	... -> StoreData(0, \<ff ff ff ff ff ff>) -> ...
 */
#include "click/element.h"

struct store_data {
	uint32_t offset;
	struct str data; /* owned */
};

static int
store_data_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct store_data *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "OFFSET", ARG_POS | ARG_MAND, &s->offset);
	args_str(&a, "DATA", ARG_POS | ARG_MAND, &s->data);
	return args_complete(&a);
}

static void
store_data_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct store_data *s = element_state(e);

	(void)stage;
	str_free(&s->data);
}

static inline struct packet *
store_data_one(struct element *e, struct thread *t, struct packet *p)
{
	struct store_data *s = element_state(e);
	size_t room;

	if (p->length <= s->offset)
		return p;
	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	room = p->length - s->offset;
	if (s->data.n > 0)
		memcpy(p->data + s->offset, s->data.s,
		    s->data.n < room ? s->data.n : room);
	return p;
}

static void
store_data_action(struct element *e, struct batch *b)
{
	batch_each(e, b, store_data_one);
}

const struct element_class element_store_data = {
	.name = "StoreData",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct store_data),
	.configure = store_data_configure,
	.cleanup = store_data_cleanup,
	.action = store_data_action,
};
