/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_monitor_state.c -- FlowMonitor's flows, to and from another process. */
#include "elements/app/flow_monitor.h"
#include "elements/ip/flowbook_state.h"

/* A collector goes by uptime and sequence numbers. */
static const struct state_field monitor_counts[] = {
	STATE_RAW(struct flow_monitor, packets),
	STATE_RAW(struct flow_monitor, bytes),
	STATE_RAW(struct flow_monitor, ignored),
	STATE_AGE_MS(struct flow_monitor, export.start_ms),
	STATE_RAW(struct flow_monitor, export.sequence),
};

static const struct state_field monitor_fields[] = {
	FLOWBOOK_FIELDS(struct monitor_flow),
	STATE_RAW(struct monitor_flow, packets),
	STATE_RAW(struct monitor_flow, bytes),
	STATE_AGE_MS(struct monitor_flow, first_ms[0]),
	STATE_AGE_MS(struct monitor_flow, first_ms[1]),
	STATE_AGE_MS(struct monitor_flow, last_ms[0]),
	STATE_AGE_MS(struct monitor_flow, last_ms[1]),
	STATE_RAW(struct monitor_flow, flags),
	STATE_RAW(struct monitor_flow, tos),
	STATE_UP_TO(struct monitor_flow, state, TCP_STATES - 1),
};

static const struct state_item monitor_items[] = {
	{ .what = "counts", STATE_FIELDS(monitor_counts) },
	{ .what = "flow",
	    STATE_FIELDS(monitor_fields),
	    FLOWBOOK_ITEM(struct flow_monitor, book, struct monitor_flow),
	    .take = flowbook_take_one },
};

const struct state_class flow_monitor_state_class = { 1,
	STATE_ITEMS(monitor_items) };
