/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flowbook_state.h -- flows of a book (flowbook.h), to and from another process
 * (click/state.h):
 *
 *	static const struct state_field fields[] = {
 *		FLOWBOOK_FIELDS(struct my_flow),
 *		STATE_RAW(struct my_flow, count),
 *	};
 *	static const struct state_item items[] = {
 *		{ .what = "flow", STATE_FIELDS(fields),
 *		    FLOWBOOK_ITEM(struct my_element, book, struct my_flow),
 *		    .take = flowbook_take_one },
 *	};
 */
#ifndef ELEMENTS_IP_FLOWBOOK_STATE_H
#define ELEMENTS_IP_FLOWBOOK_STATE_H

#include "click/state.h"
#include "elements/ip/flowbook.h"

#define FLOWBOOK_FIELDS(type)                                                  \
	STATE_RAW(type, head.id), STATE_AGE_MS(type, head.last_ms)
#define FLOWBOOK_ITEM(element, book, type)                                     \
	.size = sizeof(type), .where = offsetof(element, book),                \
	.next = flowbook_next

const void *flowbook_next(const struct state_call *c, uint64_t *at, void *room);
/*
 * Enters a flow with all of its fields; the caller mends what means nothing
 * here and calls flowbook_touch().  0, or negative after having told why.
 */
int flowbook_take_flow(
    const struct state_call *c, const void *what, uint32_t *record);
/* The same for flows that need no mending. */
int flowbook_take_one(const struct state_call *c, const void *what);

#endif
