/* SPDX-License-Identifier: BSD-3-Clause */
/* policer_state.c -- Policer's meters, to and from another process. */
#include "elements/app/policer.h"
#include "elements/ip/flowbook_state.h"

static const struct state_field policer_own[] = {
	STATE_AGE_NS(struct policer, one.last_ns),
	STATE_RAW(struct policer, one.parts),
	STATE_RAW(struct policer, count),
	STATE_RAW(struct policer, bytes),
};

static const struct state_field policer_fields[] = {
	FLOWBOOK_FIELDS(struct policer_flow),
	STATE_AGE_NS(struct policer_flow, meter.last_ns),
	STATE_RAW(struct policer_flow, meter.parts),
};

static const struct state_item policer_items[] = {
	{ .what = "counts", STATE_FIELDS(policer_own) },
	{ .what = "meter",
	    STATE_FIELDS(policer_fields),
	    FLOWBOOK_ITEM(struct policer, book, struct policer_flow),
	    .take = flowbook_take_one },
};

const struct state_class policer_state = { 1, STATE_ITEMS(policer_items) };
