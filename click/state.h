/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state.h -- what an element knows (its flows, its counts) on the way to
 * another process.
 *
 * Hot swap hands memory over (take_state); between processes there are bytes
 * (abi/state.h).  A class says in tables what it has; everything that reads or
 * writes bytes, and all checks of them, are here:
 *
 *	static const struct state_field flow_fields[] = {
 *		STATE_RAW(struct my_flow, id),
 *		STATE_UP_TO(struct my_flow, state, STATES - 1),
 *		STATE_AGE_MS(struct my_flow, last_ms),
 *	};
 *	static const struct state_item my_items[] = {
 *		{ .what = "counts", STATE_FIELDS(my_counts) },
 *		{ .what = "flow", STATE_FIELDS(flow_fields),
 *		    .size = sizeof(struct my_flow),
 *		    .next = my_next_flow, .take = my_take_flow },
 *	};
 *	static const struct state_class my_state = { 1, STATE_ITEMS(my_items) };
 *
 * An item without functions lies in the element's state and goes over once.
 * Of others, next() gives one after the other and take() gets each, checked
 * field by field.  Items go over in the order of the table, so that later ones
 * may lean on earlier ones.  Times go over as ages: a clock means nothing
 * elsewhere.
 *
 * Nothing of the router runs from the first part to the last, neither where it
 * is saved nor where it is loaded; it loads into a router that has just been
 * made of the same text.
 *
 * A class without take_state is given what it knows by the same tables in a
 * hot swap, one item at a time.  There the text may be another: take() then
 * finds swapping true and refuses what the new one has no place for, which is
 * counted and lost; the router runs nevertheless.
 */
#ifndef CLICK_STATE_H
#define CLICK_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "abi/state.h"
#include "base/compiler.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "click/errh.h"

struct element;
struct router;
struct state_item;
struct thread;

enum state_kind {
	STATE_KIND_RAW,     /* bytes of which any will do */
	STATE_KIND_UP_TO,   /* a number of 1, 2, 4 bytes: 0 to max */
	STATE_KIND_AGE_MS,  /* uint32_t, milliseconds, in the past */
	STATE_KIND_AGE_NS,  /* int64_t, nanoseconds, in the past */
	STATE_KIND_LEFT_NS, /* likewise, in the future or past */
};

struct state_field {
	const char *name;
	uint16_t offset, size;
	enum state_kind kind;
	uint32_t max;
};

#define STATE_FIELD(type, member, kind, max)                                   \
	{                                                                      \
#member, offsetof(type, member), sizeof(((type *)0)->member),  \
		    kind, max                                                  \
	}
#define STATE_RAW(type, member) STATE_FIELD(type, member, STATE_KIND_RAW, 0)
#define STATE_UP_TO(type, member, max)                                         \
	STATE_FIELD(type, member, STATE_KIND_UP_TO, max)
#define STATE_AGE_MS(type, member)                                             \
	STATE_FIELD(type, member, STATE_KIND_AGE_MS, 0)
#define STATE_AGE_NS(type, member)                                             \
	STATE_FIELD(type, member, STATE_KIND_AGE_NS, 0)
#define STATE_LEFT_NS(type, member)                                            \
	STATE_FIELD(type, member, STATE_KIND_LEFT_NS, 0)
#define STATE_FIELDS(table) .fields = (table), .nfields = ARRAY_SIZE(table)
#define STATE_ITEMS(table)  .items = (table), .nitems = ARRAY_SIZE(table)

enum { STATE_ITEM_MAX = 512 }; /* bytes of an item's struct */

/* One call of next() or take(). */
struct state_call {
	struct element *e;
	const struct state_item *item;
	struct thread *thread;
	struct errh *errh; /* NULL: enough has been told */
	uint32_t now_ms;   /* by the element's clock */
	int64_t now_ns;
	bool swapping; /* the configuration may be another */
};

struct state_item {
	const char *what; /* for messages: "flow" */
	const struct state_field *fields;
	uint16_t nfields;
	uint16_t size;  /* of its struct, STATE_ITEM_MAX at most */
	uint32_t where; /* the class's: which table of its state */
	/*
	 * The first item at *at or after it, NULL: there is none.  *at becomes
	 * its place; the next is looked for from *at + 1.  room: size zeroed
	 * bytes, aligned, where it may be put together.  NULL: see above.
	 */
	const void *(*next)(
	    const struct state_call *c, uint64_t *at, void *room);
	/* Takes one: 0, or negative after telling c->errh why not. */
	int (*take)(const struct state_call *c, const void *what);
};

struct state_class {
	uint16_t version; /* to be raised when the tables change */
	uint16_t nitems;
	const struct state_item *items;
};

/* For take(): tells why c->item cannot be had.  ERR_PEER. */
int state_refuse_item(const struct state_call *c, const char *why);

/*
 * Appends a part of r's state, from *at on, which is moved on: *at.element is
 * STATE_END when there is no more.  Part is at most STATE_PART_MAX bytes.
 */
void state_save(struct router *r, struct thread *t, struct state_place *at,
    struct strbuf *out);

/*
 * Takes a part.  A part whose form is wrong (cut short, of another version, of
 * an element that is not there, with a number out of range) is refused before
 * anything of it has been taken; one whose items an element will not have (the
 * same flow twice, no room) may have been taken half: r must not run then.
 * 0; or ERR_PEER or ERR_NOMEM after telling errh what, and where.
 */
int state_load(
    struct router *r, struct thread *t, struct str part, struct errh *errh);

#endif
