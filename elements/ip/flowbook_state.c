/* SPDX-License-Identifier: BSD-3-Clause */
/* flowbook_state.c -- flows of a book, to and from another process. */
#include "elements/ip/flowbook_state.h"

static struct flowbook *
flowbook_of(const struct state_call *c)
{
	char *state = element_state(c->e);

	return (struct flowbook *)(void *)(state + c->item->where);
}

const void *
flowbook_next(const struct state_call *c, uint64_t *at, void *room)
{
	const struct flowbook *fb = flowbook_of(c);
	uint32_t n = flowtable_next_at(&fb->table, at);

	(void)room;
	return n == 0 ? NULL : flowbook_record(fb, n);
}

/* No byte of it is undefined, and none says what is not so. */
static bool
flowbook_id_good(const struct five_tuple *id)
{
	static const uint8_t none[12];

	if (id->zero[0] != 0 || id->zero[1] != 0)
		return false;
	if (id->version == 4)
		return memcmp(id->src + 4, none, 12) == 0 &&
		       memcmp(id->dst + 4, none, 12) == 0;
	return id->version == 6;
}

int
flowbook_take_flow(
    const struct state_call *c, const void *what, uint32_t *record)
{
	const struct flowbook_flow *flow = what;
	struct flowbook *fb = flowbook_of(c);
	struct flowbook_flow *f;

	flowbook_enter(fb, c->thread);
	if (!flowbook_id_good(&flow->id))
		return state_refuse_item(c, "that is no flow's address");
	if (flowbook_find(fb, &flow->id) != 0)
		return state_refuse_item(c, "the same comes twice");
	if (fb->table.count >= fb->capacity)
		return state_refuse_item(c, "there are more than CAPACITY");
	*record = flowbook_add(fb, &flow->id);
	if (*record == 0)
		return ERR_NOMEM;
	f = flowbook_record(fb, *record);
	f->last_ms = flow->last_ms;
	memcpy(f + 1, flow + 1, fb->table.records.size - sizeof(*f));
	return 0;
}

int
flowbook_take_one(const struct state_call *c, const void *what)
{
	uint32_t record = 0;
	int err = flowbook_take_flow(c, what, &record);

	if (err == 0)
		flowbook_touch(flowbook_of(c), record);
	return err;
}
