/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowwheel.c -- a timing wheel of flows.
 *
 * A flow with expiry tick t stands at the lowest level l at which
 * (t >> 6l) - (tick >> 6l) is below 64, in slot (t >> 6l) & 63; so the slot
 * that tick itself is in holds flows of a higher level only once tick has come
 * there, and those then belong to lower levels.
 */
#include "elements/ip/flowwheel.h"

enum {
	LEVEL_SHIFT = 6,
	SLOT_MASK = FLOW_WHEEL_SLOTS - 1,
	TICK_MASK = (1 << (32 - FLOW_WHEEL_TICK_SHIFT)) - 1,
};
_Static_assert(1 << LEVEL_SHIFT == FLOW_WHEEL_SLOTS, "levels");

void
flow_wheel_init(struct flow_wheel *w, struct flowtable *ft,
    uint32_t link_offset, unsigned int number, uint32_t now_ms)
{
	memset(w, 0, sizeof(*w));
	w->table = ft;
	w->link_offset = link_offset;
	w->base = (uint16_t)(number * FLOW_WHEEL_PLACES);
	w->tick = now_ms >> FLOW_WHEEL_TICK_SHIFT;
}

static struct flow_link *
flow_wheel_link(const struct flow_wheel *w, uint32_t record)
{
	char *r = flowtable_record(w->table, record);

	return (struct flow_link *)(void *)(r + w->link_offset);
}

/* Ticks have 26 bits: the difference as a signed number. */
static int32_t
flow_wheel_ahead(const struct flow_wheel *w, uint32_t tick)
{
	return (int32_t)((tick - w->tick) << FLOW_WHEEL_TICK_SHIFT) >>
	       FLOW_WHEEL_TICK_SHIFT;
}

/* The slot (level * 64 + slot) for that expiry. */
static unsigned int
flow_wheel_place(const struct flow_wheel *w, uint32_t expiry_ms)
{
	int32_t ahead = flow_wheel_ahead(w, expiry_ms >> FLOW_WHEEL_TICK_SHIFT);
	unsigned int level = 0;
	uint32_t turns;

	if (ahead < 0)
		ahead = 0;
	for (;; level++) {
		unsigned int shift = LEVEL_SHIFT * level;
		uint32_t within = w->tick & ((1u << shift) - 1);

		turns = ((uint32_t)ahead + within) >> shift;
		if (turns < FLOW_WHEEL_SLOTS)
			break;
		if (level == FLOW_WHEEL_LEVELS - 1) {
			turns = FLOW_WHEEL_SLOTS - 1;
			break;
		}
	}
	return level * FLOW_WHEEL_SLOTS +
	       (((w->tick >> (LEVEL_SHIFT * level)) + turns) & SLOT_MASK);
}

static void
flow_wheel_put(struct flow_wheel *w, uint32_t record, unsigned int place)
{
	uint32_t *head = &w->head[0][0] + place;
	struct flow_link *link = flow_wheel_link(w, record), *first, *last;

	link->slot = (uint16_t)(w->base + place + 1);
	if (*head == 0) {
		*head = link->prev = link->next = record;
		w->busy[place / FLOW_WHEEL_SLOTS] |=
		    1ull << (place % FLOW_WHEEL_SLOTS);
		return;
	}
	first = flow_wheel_link(w, *head);
	last = flow_wheel_link(w, first->prev);
	link->prev = first->prev;
	link->next = *head;
	last->next = record;
	first->prev = record;
}

void
flow_wheel_add(struct flow_wheel *w, uint32_t record, uint32_t expiry_ms)
{
	flow_wheel_put(w, record, flow_wheel_place(w, expiry_ms));
}

void
flow_wheel_remove(struct flow_wheel *w, uint32_t record)
{
	struct flow_link *link = flow_wheel_link(w, record);
	unsigned int place = link->slot - 1u - w->base;
	uint32_t *head = &w->head[0][0] + place;

	link->slot = 0;
	if (link->next == record) {
		*head = 0;
		w->busy[place / FLOW_WHEEL_SLOTS] &=
		    ~(1ull << (place % FLOW_WHEEL_SLOTS));
		return;
	}
	flow_wheel_link(w, link->prev)->next = link->next;
	flow_wheel_link(w, link->next)->prev = link->prev;
	if (*head == record)
		*head = link->next;
}

bool
flow_wheel_move(struct flow_wheel *w, uint32_t record, uint32_t expiry_ms)
{
	unsigned int place = flow_wheel_place(w, expiry_ms);

	if (flow_wheel_link(w, record)->slot == w->base + place + 1)
		return false;
	flow_wheel_remove(w, record);
	flow_wheel_put(w, record, place);
	return true;
}

/* ---- looking for the first ---- */

/* Where a walk over the busy slots, by their beginnings, has come to. */
struct flow_walk {
	uint64_t left[FLOW_WHEEL_LEVELS]; /* bit i: slot i turns ahead */
};

static void
flow_walk_init(struct flow_walk *k, const struct flow_wheel *w)
{
	for (unsigned int level = 0; level < FLOW_WHEEL_LEVELS; level++) {
		unsigned int turn =
		    w->tick >> (LEVEL_SHIFT * level) & SLOT_MASK;
		uint64_t busy = w->busy[level];

		k->left[level] =
		    turn == 0 ? busy : busy >> turn | busy << (64 - turn);
	}
}

/* Ticks from w->tick to the beginning of a slot so many turns ahead. */
static uint32_t
flow_walk_wait(
    const struct flow_wheel *w, unsigned int level, unsigned int turns)
{
	uint32_t within = w->tick & ((1u << (LEVEL_SHIFT * level)) - 1);

	return turns == 0 ? 0 : (turns << (LEVEL_SHIFT * level)) - within;
}

/*
 * The first slot not walked yet: its first flow, or 0 at the end; *wait is in
 * ticks.  Of slots that begin together the higher level comes first.
 */
static uint32_t
flow_walk_next(struct flow_walk *k, const struct flow_wheel *w, uint32_t *wait)
{
	uint32_t best = UINT32_MAX;
	unsigned int at = 0, turns;

	for (unsigned int level = 0; level < FLOW_WHEEL_LEVELS; level++) {
		uint32_t ticks;

		if (k->left[level] == 0)
			continue;
		ticks = flow_walk_wait(
		    w, level, (unsigned int)__builtin_ctzll(k->left[level]));
		if (ticks <= best) {
			best = ticks;
			at = level;
		}
	}
	if (best == UINT32_MAX)
		return 0;
	turns = (unsigned int)__builtin_ctzll(k->left[at]);
	k->left[at] &= k->left[at] - 1;
	*wait = best;
	return w
	    ->head[at][((w->tick >> (LEVEL_SHIFT * at)) + turns) & SLOT_MASK];
}

uint32_t
flow_wheel_due(struct flow_wheel *w, uint32_t now_ms)
{
	int32_t passed = flow_wheel_ahead(w, now_ms >> FLOW_WHEEL_TICK_SHIFT);
	struct flow_walk walk;
	uint32_t wait, n;

	if (passed <= 0)
		return 0;
	flow_walk_init(&walk, w);
	n = flow_walk_next(&walk, w, &wait);
	if (n == 0 || wait >= (uint32_t)passed) {
		w->tick = (w->tick + (uint32_t)passed) & TICK_MASK;
		return 0;
	}
	w->tick = (w->tick + wait) & TICK_MASK;
	return n;
}

uint32_t
flow_wheel_now(const struct flow_wheel *w, uint32_t *last)
{
	uint32_t first = w->head[0][w->tick & SLOT_MASK];

	if (first != 0)
		*last = flow_wheel_link(w, first)->prev;
	return first;
}

uint32_t
flow_wheel_after(const struct flow_wheel *w, uint32_t n, uint32_t last)
{
	return n == last ? 0 : flow_wheel_link(w, n)->next;
}

uint32_t
flow_wheel_pick(struct flow_wheel *w, flow_wheel_look_fn *look, void *arg)
{
	unsigned int fresh = FLOW_PICK_FRESH, stale = FLOW_PICK_STALE;
	uint32_t first, wait, best = 0, best_ms = 0;
	struct flow_walk walk;

	flow_walk_init(&walk, w);
	while (fresh > 0 && stale > 0 &&
	       (first = flow_walk_next(&walk, w, &wait)) != 0) {
		uint32_t begin_ms = (w->tick + wait) << FLOW_WHEEL_TICK_SHIFT;
		uint32_t last = flow_wheel_link(w, first)->prev, next;

		if (best != 0 && (int32_t)(best_ms - begin_ms) <= 0)
			break;
		for (uint32_t n = first; n != 0 && fresh > 0 && stale > 0;
		     n = next) {
			uint32_t expiry_ms;

			next = flow_wheel_after(w, n, last);
			if (!look(arg, n, &expiry_ms)) {
				stale--;
				continue;
			}
			if (flow_wheel_move(w, n, expiry_ms))
				stale--;
			else
				fresh--;
			if (best == 0 || (int32_t)(expiry_ms - best_ms) < 0) {
				best = n;
				best_ms = expiry_ms;
			}
		}
	}
	return best;
}
