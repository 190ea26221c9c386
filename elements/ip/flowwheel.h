/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowwheel.h -- which flow expires next, at no cost for flows in use.
 *
 * A hierarchical timing wheel (Varghese and Lauck, 1987) over the records of a
 * flow table, which is looked at lazily: a packet only notes the time in its
 * flow.  A flow stands in a slot that begins no later than its true expiry;
 * whoever meets it there works that out and puts it back where it belongs if
 * that is later:
 *
 *	while (budget-- > 0 && (n = flow_wheel_due(&w, now)) != 0)
 *		if (true expiry of n is later than now)
 *			flow_wheel_move(&w, n, true expiry);
 *		else
 *			end n
 *
 * An expiry that comes nearer must be told at once, by flow_wheel_move().
 *
 * Times are milliseconds of a clock that may wrap, compared by subtraction;
 * none lies more than 2^31 ms ahead.  A slot is 64 ms wide at the first level;
 * four levels of 64 slots span 12 days, later expiries are looked at then.
 */
#ifndef ELEMENTS_IP_FLOWWHEEL_H
#define ELEMENTS_IP_FLOWWHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "elements/ip/flowtable.h"

enum {
	FLOW_WHEEL_LEVELS = 4,
	FLOW_WHEEL_SLOTS = 64,
	FLOW_WHEEL_TICK_SHIFT = 6, /* 64 ms */
};

/* Lies in each record.  prev, next: a ring of record numbers. */
struct flow_link {
	uint32_t prev, next;
	uint16_t slot; /* base + level * 64 + slot, + 1; 0: in no wheel */
	uint16_t user; /* free for the user */
};

struct flow_wheel {
	struct flowtable *table;
	uint32_t link_offset; /* of struct flow_link in a record */
	uint16_t base;        /* of link.slot: tells wheels apart */
	uint32_t tick;        /* no flow stands before it; 26 bits */
	uint64_t busy[FLOW_WHEEL_LEVELS];                   /* a bit a slot */
	uint32_t head[FLOW_WHEEL_LEVELS][FLOW_WHEEL_SLOTS]; /* 0: empty */
};

/*
 * A record may stand in one of several wheels: number tells them apart, so
 * that flow_wheel_number() of its link says in which.
 */
enum { FLOW_WHEEL_PLACES = FLOW_WHEEL_LEVELS * FLOW_WHEEL_SLOTS };
void flow_wheel_init(struct flow_wheel *w, struct flowtable *ft,
    uint32_t link_offset, unsigned int number, uint32_t now_ms);

/* The link must be in a wheel. */
static inline unsigned int
flow_wheel_number(const struct flow_link *link)
{
	return (link->slot - 1u) / FLOW_WHEEL_PLACES;
}

/* record stands in no wheel. */
void flow_wheel_add(struct flow_wheel *w, uint32_t record, uint32_t expiry_ms);
/* record stands in w. */
void flow_wheel_remove(struct flow_wheel *w, uint32_t record);

/* To the place for another expiry; false: it stands there already. */
bool flow_wheel_move(struct flow_wheel *w, uint32_t record, uint32_t expiry_ms);

/*
 * A flow of a slot that has passed, 0: none has.  Must be ended or moved
 * before the next call.
 */
uint32_t flow_wheel_due(struct flow_wheel *w, uint32_t now_ms);

/*
 * The flows of the slot that has begun but not passed, after which nothing is
 * due: the first, 0: none, and *last; then the one after n, 0 at the end, to
 * be asked for before n is ended or moved.
 */
uint32_t flow_wheel_now(const struct flow_wheel *w, uint32_t *last);
uint32_t flow_wheel_after(
    const struct flow_wheel *w, uint32_t n, uint32_t last);

/*
 * Tells the true expiry of a flow.  False: it may not be picked, or has been
 * taken out of the wheel by this call.
 */
typedef bool flow_wheel_look_fn(
    void *arg, uint32_t record, uint32_t *expiry_ms);

/*
 * The flow that look says expires first, 0: none may be picked.  Exact among
 * the first FLOW_PICK_FRESH flows; a table in which many more expire at about
 * the same time gets one of these.  Those found out of place are moved.
 */
enum { FLOW_PICK_FRESH = 8, FLOW_PICK_STALE = 32 };
uint32_t flow_wheel_pick(
    struct flow_wheel *w, flow_wheel_look_fn *look, void *arg);

#endif
