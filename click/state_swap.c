/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state_swap.c -- what an element knows, to the one that takes its place in a
 * hot swap: by the tables of its class (state.h), item by item, so that no more
 * than one is in between.  All is of one clock: times stay as they are.
 */
#include <inttypes.h>
#include <string.h>

#include "click/internal.h"

struct state_way {
	struct state_call from, to;
	uint32_t all, lost;
	struct strbuf why; /* the first was lost */
};

static void
state_copy(const struct state_item *item, const char *from, char *to)
{
	for (unsigned int i = 0; i < item->nfields; i++) {
		const struct state_field *f = &item->fields[i];

		memcpy(to + f->offset, from + f->offset, f->size);
	}
}

static void
state_give(struct state_way *w, const void *what)
{
	const struct state_item *item = w->to.item;
	uint64_t copy[STATE_ITEM_MAX / sizeof(uint64_t)] = { 0 };
	int err;

	w->all++;
	if (item->take == NULL) {
		state_copy(item, what, element_state(w->to.e));
		return;
	}
	state_copy(item, what, (char *)copy);
	err = item->take(&w->to, copy);
	if (err == 0)
		return;
	w->lost++;
	w->to.errh = NULL;
	if (w->why.n == 0)
		sb_adds(&w->why, err == ERR_NOMEM ? "out of memory" : "?");
}

static void
state_give_kind(struct state_way *w, struct errh *errh)
{
	uint64_t room[STATE_ITEM_MAX / sizeof(uint64_t)];
	const void *what;
	struct errh first;

	w->all = w->lost = 0;
	sb_clear(&w->why);
	errh_strbuf_init(&first, &w->why);
	w->to.errh = &first;
	for (uint64_t at = 0; (what = state_next(&w->from, &at, room)) != NULL;
	     at++)
		state_give(w, what);
	errh_fini(&first);
	if (w->lost > 0)
		errh_warning(errh,
		    "%" PRIu32 " of %" PRIu32 " are not kept; the first: %.*s",
		    w->lost, w->all, STR_ARG(str_trim(sb_str(&w->why))));
}

void
state_swap(
    struct element *e, struct element *old, struct thread *t, struct errh *errh)
{
	const struct state_class *class = e->class->state;
	struct state_way w = { .from = state_call(t, NULL),
		.why = STRBUF_INIT };

	w.to = w.from;
	w.from.e = old;
	w.to.e = e;
	w.to.swapping = true;
	for (unsigned int i = 0; i < class->nitems; i++) {
		w.from.item = w.to.item = &class->items[i];
		state_give_kind(&w, errh);
	}
	sb_fini(&w.why);
}
